//! Invocations under way, driven one operation at a time.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use certwright_worker::{
    ca::Urgency,
    caller::Caller,
    schedule,
    testing::World,
    work::{self, Message},
};
use serde_json::Value;

/// How an invocation ended.
pub(super) enum Ended {
    /// A request, with its reply.
    Reply(u16, Value),
    /// Work of the queue or of the clock, with its fault.
    Work(Option<String>),
}

/// For what a request was made, where that matters afterwards.
#[derive(Clone)]
pub(super) enum Purpose {
    /// To place the order of a wish, with one of its bodies.
    Place { wish: usize, body: usize },
    /// To delete an order.
    Delete(String),
    /// To take that back.
    Restore(String),
    /// Anything else.
    Other,
}

/// An invocation.
pub(super) struct Task {
    pub(super) number: usize,
    pub(super) began: i64,
    pub(super) purpose: Purpose,
    future: Pin<Box<dyn Future<Output = Ended>>>,
}

impl Task {
    pub(super) fn new(
        number: usize,
        began: i64,
        purpose: Purpose,
        future: impl Future<Output = Ended> + 'static,
    ) -> Self {
        Self {
            number,
            began,
            purpose,
            future: Box::pin(future),
        }
    }

    /// Goes on to the next operation.
    pub(super) fn poll(&mut self) -> Option<Ended> {
        let mut context = Context::from_waker(Waker::noop());
        match self.future.as_mut().poll(&mut context) {
            Poll::Ready(ended) => Some(ended),
            Poll::Pending => None,
        }
    }
}

/// A request of the administrator's, or of another caller.
pub(super) async fn request(
    world: Rc<World>,
    caller: Option<Caller>,
    method: &'static str,
    path: String,
    key: Option<String>,
    body: Value,
) -> Ended {
    let headers: Vec<(&str, &str)> = key
        .iter()
        .map(|key| ("idempotency-key", key.as_str()))
        .collect();
    let (status, value) = match caller {
        None => world.request(method, &path, &headers, &body).await,
        Some(caller) => {
            let request = world.request_as(caller, method, &path, &headers, &body);
            request.await
        }
    };
    Ended::Reply(status, value)
}

pub(super) async fn deliver(world: Rc<World>, message: Message) -> Ended {
    let done = work::run(&*world, &message, Urgency::Background).await;
    Ended::Work(done.err().map(|fault| format!("{fault:?}")))
}

pub(super) async fn round(world: Rc<World>) -> Ended {
    let done = schedule::round(&*world).await;
    Ended::Work(done.err().map(|fault| format!("{fault:?}")))
}
