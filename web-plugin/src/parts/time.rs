//! Times.

use certwright_core::time::Timestamp;
use leptos::prelude::*;

use super::{Status, Tone};
use crate::app::use_app;
use crate::browser::clock;
use crate::text::{t, t_count};

/// Fewer days than this need a person: the CA may take some of them.
const SOON_DAYS: i64 = 30;
/// Fewer than this are an outage in the making.
const URGENT_DAYS: i64 = 7;

/// How long ago or ahead, with the whole time in local form and UTC at hand.
#[component]
pub(crate) fn Time(#[prop(into)] at: Signal<Timestamp>) -> impl IntoView {
    let app = use_app();
    let distance = move || {
        app.tick();
        clock::distance(at.get())
    };
    let stamp = move || at.get().to_string();
    view! { <time datetime=stamp title=move || whole(at.get())>{distance}</time> }
}

/// The whole time, local and in UTC.
fn whole(at: Timestamp) -> String {
    format!("{} · {}", clock::local(at), clock::utc(at))
}

/// When something expires: days left and the date.
#[component]
pub(crate) fn Expiry(#[prop(into)] at: Signal<Timestamp>) -> impl IntoView {
    let app = use_app();
    let days = Memo::new(move |_| {
        app.tick();
        clock::days_until(at.get())
    });
    let tone = move || match days.get() {
        ..URGENT_DAYS => Tone::Bad,
        URGENT_DAYS..SOON_DAYS => Tone::Waiting,
        _ => Tone::Good,
    };
    let text = move || match u64::try_from(days.get()) {
        Ok(0) => t("expiry_today"),
        Ok(days) => t_count("expiry_days", days),
        Err(_) => t("expiry_past"),
    };
    let stamp = move || at.get().to_string();
    view! {
        <span class="expiry">
            <Status tone=Signal::derive(tone) text=Signal::derive(text) />
            <time datetime=stamp title=move || whole(at.get())>
                {move || clock::local_date(at.get())}
            </time>
        </span>
    }
}
