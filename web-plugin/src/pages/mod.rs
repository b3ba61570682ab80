//! The screens, a file or folder each.

#![allow(
    unreachable_pub,
    reason = "the macro for components makes their properties public"
)]

mod access;
mod accounts;
mod audit;
mod certificate;
mod certificates;
mod csr_input;
mod jobs;
mod keys;
mod license;
mod new_order;
mod order;
mod orders;
mod overview;
mod popup;
mod settings;
mod welcome;

pub(crate) use access::Access;
pub(crate) use accounts::{Accounts, tab_title};
pub(crate) use audit::Audit;
pub(crate) use certificate::CertificatePage;
pub(crate) use certificates::Certificates;
pub(crate) use jobs::{JobPage, Jobs};
pub(crate) use keys::Keys;
pub(crate) use license::License;
pub(crate) use new_order::NewOrder;
pub(crate) use order::OrderPage;
pub(crate) use orders::Orders;
pub(crate) use overview::Overview;
pub(crate) use popup::Popup;
pub(crate) use settings::Settings;
pub(crate) use welcome::Welcome;
