//! The screens, a file each.

#![allow(
    unreachable_pub,
    reason = "the macro for components makes their properties public"
)]

mod welcome;

pub(crate) use welcome::Welcome;
