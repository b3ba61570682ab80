//! What is stored and how it is found: statements and row shapes, a file per table group.
//!
//! Many rows travel in one parameter as JSON and are unpacked by `json_each`, because the platform
//! counts statements: a page of a hundred orders is one statement.

pub mod audit;
pub mod audit_chain;
pub mod audit_checkpoints;
pub mod audit_list;
pub mod certificates;
pub mod counters;
pub mod covers;
pub mod credentials;
pub mod csrs;
pub mod dead_letters;
pub mod directory;
pub mod dump;
pub mod idempotency;
pub mod import_seen;
pub mod inventory;
pub mod jobs;
pub mod license;
pub mod order_list;
pub mod orders;
pub mod owners;
pub mod parts;
pub mod restore;
pub mod tokens;
pub mod work;

/// The statements of searches, for the test that each of them walks an index.
#[cfg(feature = "testing")]
#[must_use]
pub fn searches() -> Vec<&'static str> {
    [inventory::SEARCHES, order_list::SEARCHES].concat()
}
