//! Work that outlives a request: what it is, and how a message about it is carried out.

pub(crate) mod check;
mod fetch;
mod import;
mod not_done;
mod place;
mod run;
mod sync;
pub(crate) mod wish;

use certwright_api::credentials::DEFAULT_MAX_ORDERS;
use certwright_core::{
    directory::DirectoryPart,
    ids::{CredentialId, JobId, OrderId, WorkId},
};
use serde::{Deserialize, Serialize};

pub use self::{
    import::first as first_import,
    run::{MAX_ATTEMPTS, died, run},
};

/// A message of the queue: which pieces of the outbox are to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The pieces. They are of one kind.
    pub work: Vec<WorkId>,
}

/// How many pieces travel in one message, by kind: as many as one invocation can do within the
/// platform's 50 calls.
const FETCHES_PER_MESSAGE: usize = 24;

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Task {
    /// Move the placing of an order on.
    Place {
        /// The order.
        order_id: OrderId,
    },
    /// Ask where an order stands, and get its certificate when it is issued.
    Check {
        /// The order.
        order_id: OrderId,
    },
    /// Get an order's certificate and admit it.
    Fetch {
        /// The order.
        order_id: OrderId,
    },
    /// Refresh a part of an account's directory.
    Sync {
        /// The account.
        credential_id: CredentialId,
        /// The job.
        job_id: JobId,
        /// The part.
        part: DirectoryPart,
        /// How many of the part's items are done.
        #[serde(default)]
        from: usize,
    },
    /// Read pages of the CA's order report.
    Import {
        /// The account.
        credential_id: CredentialId,
        /// The job.
        job_id: JobId,
        /// The first page to be read.
        page: u32,
        /// Whether orders that were deleted here come back.
        restore_deleted: bool,
        /// How often the report was read from its first page before.
        #[serde(default)]
        look: u32,
        /// The most orders that are read.
        #[serde(default = "default_max_orders")]
        max_orders: u32,
        /// The last page that this reading may come to; set when its first page was read.
        #[serde(default = "u32::max_value")]
        last_page: u32,
    },
}

fn default_max_orders() -> u32 {
    DEFAULT_MAX_ORDERS
}

impl Task {
    /// The kind, for storage.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Place { .. } => "place",
            Self::Check { .. } => "check",
            Self::Fetch { .. } => "fetch",
            Self::Sync { .. } => "sync",
            Self::Import { .. } => "import",
        }
    }

    /// What it is about: of one kind and subject there is one piece at a time.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Place { order_id } | Self::Check { order_id } | Self::Fetch { order_id } => {
                order_id.to_string()
            }
            Self::Sync {
                job_id, part, from, ..
            } => format!("{job_id}/{}/{from}", part.as_str()),
            Self::Import {
                job_id, page, look, ..
            } => format!("{job_id}/{look}/{page}"),
        }
    }
}

/// Messages for pieces of work that were just written. Fetches and checks travel together.
#[must_use]
pub fn messages<'a>(pieces: impl IntoIterator<Item = (&'a WorkId, &'a Task)>) -> Vec<Message> {
    let mut single = Vec::new();
    let mut many: [Vec<WorkId>; 2] = [Vec::new(), Vec::new()];
    let [fetches, checks] = &mut many;
    for (id, task) in pieces {
        match task {
            Task::Fetch { .. } => fetches.push(id.clone()),
            Task::Check { .. } => checks.push(id.clone()),
            Task::Place { .. } | Task::Sync { .. } | Task::Import { .. } => {
                single.push(Message {
                    work: vec![id.clone()],
                });
            }
        }
    }
    let grouped = many.iter().flat_map(|ids| ids.chunks(FETCHES_PER_MESSAGE));
    single
        .into_iter()
        .chain(grouped.map(|chunk| Message {
            work: chunk.to_vec(),
        }))
        .collect()
}
