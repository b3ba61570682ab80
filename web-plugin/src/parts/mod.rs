//! What several screens show: lists, dialogs, messages, fields.

#![allow(
    unreachable_pub,
    reason = "the macro for components makes their properties public"
)]

mod copy;
mod dialog;
mod facts;
mod fetched;
mod field;
mod host;
mod keys;
mod labels;
mod list;
mod may;
mod notes;
mod status;
mod tabs;
mod time;
mod toast;

pub(crate) use copy::Copyable;
pub(crate) use dialog::{Asking, Confirm, Dialog};
pub(crate) use facts::{Fact, Facts};
pub(crate) use fetched::{Fetched, fetched, show};
pub(crate) use field::{Field, SearchField, Select, linked};
pub(crate) use host::HostName;
pub(crate) use keys::{KeyMark, KeyMarks, key_marks};
pub(crate) use list::{
    Paged, Pager, RowSelect, SelectAll, Selection, items, paged, rows, selection,
};
pub(crate) use may::{May, NotAllowed};
pub(crate) use notes::{Empty, Progress, TroubleNote, may_be_done, trouble_text};
pub(crate) use status::{OrderState, Status, Tone, is_moving, may};
pub(crate) use tabs::Tabs;
pub(crate) use time::{Expiry, Time};
pub(crate) use toast::{ToastList, Toasts};
