//! Lists: a page of items and the cursor of the next.

use serde::{Deserialize, Serialize};

/// How many items a page has unless told otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most items that a page has.
pub const MAX_LIMIT: u32 = 100;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items. There may be fewer than asked for although more follow: a search stops after
    /// reading a bounded number of rows.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}
