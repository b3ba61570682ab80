//! Times.

use certwright_core::time::Timestamp;
use leptos::prelude::*;

use super::{Status, Tone};
use crate::browser::clock;
use crate::text::{t, t_with};

/// Fewer days than this need a person: the CA may take some of them.
const SOON_DAYS: i64 = 30;
/// Fewer than this are an outage in the making.
const URGENT_DAYS: i64 = 7;

/// How long ago or ahead, with the whole time in local form and UTC at hand.
#[component]
pub(crate) fn Time(at: Timestamp) -> impl IntoView {
    let whole = format!("{} · {}", clock::local(at), clock::utc(at));
    view! { <time datetime=at.to_string() title=whole>{clock::distance(at)}</time> }
}

/// When something expires: days left and the date.
#[component]
pub(crate) fn Expiry(at: Timestamp) -> impl IntoView {
    let days = clock::days_until(at);
    let (tone, text) = match days {
        ..0 => (Tone::Bad, t("expiry_past")),
        0..URGENT_DAYS => (Tone::Bad, t_with("expiry_days", &[("n", &days)])),
        URGENT_DAYS..SOON_DAYS => (Tone::Waiting, t_with("expiry_days", &[("n", &days)])),
        _ => (Tone::Good, t_with("expiry_days", &[("n", &days)])),
    };
    let whole = format!("{} · {}", clock::local(at), clock::utc(at));
    view! {
        <span class="expiry">
            <Status tone text />
            <time datetime=at.to_string() title=whole>{clock::local_date(at)}</time>
        </span>
    }
}
