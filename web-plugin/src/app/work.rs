//! Work on several orders, which goes on and is told of when the page that began it is left.

use certwright_api::endpoint::op;
use certwright_api::orders::{OrderView, RevokeRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::App;
use crate::client::{Client, Trouble};
use crate::parts::trouble_text;
use crate::text::{count, t, t_count_with, t_names, t_with};

/// The work that is being done. Its signals belong to the application, never to a page.
#[derive(Clone, Copy, Default)]
pub(crate) struct Works {
    running: RwSignal<Vec<Running>>,
    next: RwSignal<u32>,
}

#[derive(Clone)]
struct Running {
    number: u32,
    what: String,
    done: usize,
    total: usize,
}

/// One piece of work.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    works: Works,
    number: u32,
}

impl Works {
    fn begin(self, what: String, total: usize) -> Work {
        let number = self.next.get_untracked().wrapping_add(1);
        self.next.set(number);
        let done = 0;
        self.running.update(|all| {
            all.push(Running {
                number,
                what,
                done,
                total,
            });
        });
        Work {
            works: self,
            number,
        }
    }

    /// All of it.
    pub(crate) fn running(self) -> Vec<Work> {
        let numbers = self
            .running
            .with(|all| all.iter().map(|one| one.number).collect::<Vec<_>>());
        let work = |number| Work {
            works: self,
            number,
        };
        numbers.into_iter().map(work).collect()
    }
}

impl Work {
    /// Tells it from others.
    pub(crate) fn number(self) -> u32 {
        self.number
    }

    /// What is being done and how far it is.
    pub(crate) fn text(self) -> String {
        self.works.running.with(|all| {
            let one = all.iter().find(|one| one.number == self.number);
            one.map_or_else(String::new, |one| {
                let far = t_with("progress", &[("done", &one.done), ("total", &one.total)]);
                format!("{} {far}", one.what)
            })
        })
    }

    fn reached(self, done: usize) {
        self.works.running.update(|all| {
            if let Some(one) = all.iter_mut().find(|one| one.number == self.number) {
                one.done = done;
            }
        });
    }

    fn end(self) {
        self.works
            .running
            .update(|all| all.retain(|one| one.number != self.number));
    }
}

/// An order that something is done with, and its name for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The names of these orders in a line.
pub(crate) fn names(orders: &[Target]) -> String {
    let names: Vec<String> = orders.iter().map(|order| order.name.clone()).collect();
    t_names(&names)
}

/// What is done with each of several orders.
#[derive(Clone)]
pub(crate) enum Bulk {
    /// Ask the CA where it stands.
    Check,
    /// Forget it here.
    Delete,
    /// Take the deletion back.
    Restore,
    /// Ask the CA to revoke its certificate.
    Revoke(RevokeRequest),
}

impl Bulk {
    /// The keys of: what is being done, and what was done.
    fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::Check => ("orders_checking", "orders_checked"),
            Self::Delete => ("orders_deleting", "orders_deleted"),
            Self::Restore => ("orders_restoring", "orders_restored"),
            Self::Revoke(_) => ("orders_revoking", "orders_revocations_asked"),
        }
    }

    /// Does it with one order.
    pub(crate) async fn one(&self, client: &Client, id: &str) -> Result<OrderView, Trouble> {
        match self {
            Self::Check => client.act(op::CheckOrder, id).await,
            Self::Delete => client.act(op::DeleteOrder, id).await,
            Self::Restore => client.act(op::RestoreOrder, id).await,
            Self::Revoke(request) => client.send(op::RevokeOrder, id, request).await,
        }
    }

    /// Does it with one order after the other, so that the CA is asked no faster than by hand, and
    /// tells of all that was done and of each that was not.
    pub(crate) fn run(self, app: App, orders: Vec<Target>) {
        // Whoever has signed out meanwhile has nothing to do it with.
        let Some(client) = app.client() else { return };
        let (doing, said) = self.texts();
        let work = app.works.begin(t(doing), orders.len());
        spawn_local(async move {
            let mut done = Vec::new();
            for (at, order) in orders.into_iter().enumerate() {
                work.reached(at);
                match self.one(&client, &order.id).await {
                    Ok(_) => done.push(order),
                    Err(trouble) => {
                        let text = format!("{}: {}", order.name, trouble_text(&trouble));
                        app.toasts.failed(text);
                        // Without an answer, or signed out, the others fare no better.
                        if trouble.is_of_all() {
                            break;
                        }
                    }
                }
            }
            work.end();
            let text = t_count_with(said, count(done.len()), &[("names", &names(&done))]);
            match self {
                _ if done.is_empty() => {}
                Self::Delete => app.toasts.undoable(text, Undo::Restore(done)),
                _ => app.toasts.done(text),
            }
            app.changed();
        });
    }
}

/// How something is taken back. It is told by values, not by a function of the page that offered
/// it: that page may be gone when the person presses the button.
#[derive(Clone)]
pub(crate) enum Undo {
    /// Brings orders back that were deleted here.
    Restore(Vec<Target>),
}

impl Undo {
    /// Takes it back.
    pub(crate) fn run(self, app: App) {
        match self {
            Self::Restore(orders) => Bulk::Restore.run(app, orders),
        }
    }
}
