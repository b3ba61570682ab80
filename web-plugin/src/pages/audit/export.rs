//! The whole trail as a file that `cargo xtask audit verify` reads.

use certwright_api::endpoint::op;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::browser;
use crate::client::{Client, Trouble};
use crate::parts::Progress;
use crate::route::Filter;
use crate::text::t;

/// The button, and how far the export is.
#[component]
pub(super) fn Export() -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    // Entries that are read, and all of them.
    let progress = RwSignal::new(None::<(u64, u64)>);
    let export = move |_| {
        let client = client.get_value();
        progress.set(Some((0, 1)));
        spawn_local(async move {
            let told = |done, total| {
                let _ = progress.try_set(Some((done, total)));
            };
            match whole(&client, told).await {
                Ok(text) => browser::save("audit.jsonl", "application/jsonl", text.as_bytes()),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            let _ = progress.try_set(None);
        });
    };
    view! {
        <div>
            <button class="quiet" disabled=move || progress.get().is_some() on:click=export>
                {t("audit_export")}
            </button>
            {move || {
                progress
                    .get()
                    .map(|(done, total)| {
                        view! { <Progress label=t("audit_exporting") done total /> }
                    })
            }}
        </div>
    }
}

/// Every chain from its first entry to its head, one after the other.
async fn whole(client: &Client, told: impl Fn(u64, u64)) -> Result<String, Trouble> {
    let none = Filter::default();
    let heads = client.get(op::ListAuditHeads, "", &none).await?.items;
    let total = heads.iter().map(|head| head.seq).sum::<u64>().max(1);
    let (mut text, mut done) = (String::new(), 0_u64);
    for head in heads {
        let mut filter = Filter::by("account", head.account);
        loop {
            let page = client.get(op::ExportAudit, "", &filter).await?;
            done = done.saturating_add(page.text.lines().count() as u64);
            text.push_str(&page.text);
            told(done.min(total), total);
            match page.next_cursor() {
                Some(cursor) => filter = filter.with("cursor", cursor),
                None => break,
            }
        }
    }
    Ok(text)
}
