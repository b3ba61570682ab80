//! Giving way at every await, so that a driver can run invocations against each other and end
//! them between any two operations.

use std::{cell::Cell, future::poll_fn, rc::Rc, task::Poll};

/// A switch that operations of the world ask whether to give way once.
#[derive(Clone, Debug, Default)]
pub(super) struct Pauses(Rc<Cell<bool>>);

impl Pauses {
    pub(super) fn set(&self, on: bool) {
        self.0.set(on);
    }

    /// Gives way once if the switch is on. Whoever drives decides when, and whether, it goes on.
    pub(super) async fn here(&self) {
        let mut has_paused = !self.0.get();
        poll_fn(|context| {
            if has_paused {
                return Poll::Ready(());
            }
            has_paused = true;
            // Streams of futures poll only those that were woken.
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
