//! What can be done with the orders that are selected.

use certwright_api::endpoint::op;
use certwright_api::operation::{Csv, Json, NoBody, Operation, TextPages};
use certwright_api::orders::{OrderAction, OrderView, RevokeRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{go, use_app, use_client};
use crate::browser;
use crate::client::{Client, Trouble};
use crate::pages::order::RevokeDialog;
use crate::parts::{Paged, Selection};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// How many pages of CSV are joined into a file: 100 rows each.
const EXPORT_PAGES: usize = 1_000;

/// The actions over the list.
#[component]
pub(super) fn Actions(
    list: Paged<OrderView>,
    selection: Selection,
    filter: Signal<Filter>,
) -> impl IntoView {
    let app = use_app();
    let client = StoredValue::new(use_client());
    // What is being done, and how far: `(key, done, total)`.
    let doing = RwSignal::new(None::<(&'static str, usize, usize)>);
    let able = move |action: OrderAction| {
        let selected = selection.get();
        let page = list.page.get().map(|page| page.items).unwrap_or_default();
        page.into_iter()
            .filter(|order| selected.contains(order.id.as_str()) && order.allowed.contains(&action))
            .map(|order| order.id.to_string())
            .collect::<Vec<_>>()
    };
    let finish = move || {
        doing.set(None);
        selection.update(std::collections::BTreeSet::clear);
        list.page.again();
    };
    let told = move |(done, trouble): (usize, Option<Trouble>), said: &'static str| {
        match trouble {
            None => app.toasts.done(t_with(said, &[("n", &done)])),
            Some(trouble) => app.toasts.trouble(&trouble),
        }
        finish();
    };
    let check = move |ids: Vec<String>| {
        spawn_local(async move {
            let done = one_by_one(client.get_value(), op::CheckOrder, &ids, |at| {
                let _ = doing.try_set(Some(("orders_checking", at, ids.len())));
            });
            told(done.await, "orders_checked");
        });
    };
    let restore = move |ids: Vec<String>| {
        spawn_local(async move {
            let done = one_by_one(client.get_value(), op::RestoreOrder, &ids, |at| {
                let _ = doing.try_set(Some(("orders_restoring", at, ids.len())));
            });
            told(done.await, "orders_restored");
        });
    };
    let delete = move |_| {
        let ids = able(OrderAction::Delete);
        spawn_local(async move {
            let done = one_by_one(client.get_value(), op::DeleteOrder, &ids, |at| {
                let _ = doing.try_set(Some(("orders_deleting", at, ids.len())));
            });
            let (done, trouble) = done.await;
            if let Some(trouble) = trouble {
                app.toasts.trouble(&trouble);
            }
            if done > 0 {
                let gone = ids.get(..done).unwrap_or_default().to_vec();
                let undo = Callback::new(move |()| restore(gone.clone()));
                app.toasts
                    .undoable(t_with("orders_deleted", &[("n", &done)]), undo);
            }
            finish();
        });
    };
    let check_due = move |_| {
        let client = client.get_value();
        spawn_local(async move {
            match client.act(op::CheckDueOrders, "").await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let is_revoke_open = RwSignal::new(false);
    let revoke = Callback::new(move |request: RevokeRequest| {
        let ids = able(OrderAction::Revoke);
        let client = client.get_value();
        spawn_local(async move {
            let (mut done, mut first) = (0, None);
            for (at, id) in ids.iter().enumerate() {
                let _ = doing.try_set(Some(("orders_revoking", at, ids.len())));
                let answer = client.send(op::RevokeOrder, id, &request).await;
                match answer {
                    Ok(_) => done += 1,
                    Err(trouble) => first = first.or(Some(trouble)),
                }
            }
            match first {
                None => app
                    .toasts
                    .done(t_with("orders_revocations_asked", &[("n", &done)])),
                Some(trouble) => app.toasts.trouble(&trouble),
            }
            finish();
        });
    });
    let export = move |_| {
        let (client, filter) = (client.get_value(), filter.get_untracked());
        spawn_local(async move {
            match csv(&client, op::ExportOrders, filter).await {
                Ok(text) => browser::save("orders.csv", "text/csv", text.as_bytes()),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let count = move |action| able(action).len();
    let label = move |key: &'static str, action| t_with(key, &[("n", &count(action))]);
    let has_selection = move || selection.with(|all| !all.is_empty());
    view! {
        <div class="toolbar">
            <div class="actions" hidden=has_selection>
                <button class="quiet" on:click=check_due>{t("orders_check_due")}</button>
                <button class="quiet" on:click=export>{t("export_csv")}</button>
            </div>
            <div class="actions" hidden=move || !has_selection()>
                <button
                    class="quiet"
                    disabled=move || count(OrderAction::Check) == 0
                    on:click=move |_| check(able(OrderAction::Check))
                >
                    {move || label("orders_check", OrderAction::Check)}
                </button>
                <button
                    class="quiet"
                    hidden=move || count(OrderAction::Restore) == 0
                    on:click=move |_| restore(able(OrderAction::Restore))
                >
                    {move || label("orders_restore", OrderAction::Restore)}
                </button>
                <button
                    class="quiet"
                    disabled=move || count(OrderAction::Delete) == 0
                    on:click=delete
                >
                    {move || label("orders_delete", OrderAction::Delete)}
                </button>
                <button
                    class="quiet danger"
                    disabled=move || count(OrderAction::Revoke) == 0
                    on:click=move |_| is_revoke_open.set(true)
                >
                    {move || label("orders_revoke", OrderAction::Revoke)}
                </button>
                <button
                    class="quiet"
                    on:click=move |_| selection.update(std::collections::BTreeSet::clear)
                >
                    {t("select_none")}
                </button>
            </div>
            <p role="status">
                {move || {
                    doing
                        .get()
                        .map(|(name, done, total)| {
                            format!("{} {}", t(name), t_with(
                                "progress",
                                &[("done", &done), ("total", &total)],
                            ))
                        })
                }}
            </p>
        </div>
        <RevokeDialog is_open=is_revoke_open on_confirm=revoke />
    }
}

/// Does the same with one order after the other, so that the CA is asked no faster than by hand;
/// stops at the first trouble. Returns how many were done.
async fn one_by_one<O>(
    client: Client,
    operation: O,
    ids: &[String],
    progress: impl Fn(usize),
) -> (usize, Option<Trouble>)
where
    O: Operation<Request = NoBody, Reply = Json<OrderView>>,
{
    for (at, id) in ids.iter().enumerate() {
        progress(at);
        if let Err(trouble) = client.act(operation, id).await {
            return (at, Some(trouble));
        }
    }
    (ids.len(), None)
}

/// All pages of a list as one CSV text, with the header of the first.
pub(crate) async fn csv<O>(client: &Client, operation: O, filter: Filter) -> Result<String, Trouble>
where
    O: Operation<Request = NoBody, Reply = TextPages<Csv>>,
{
    let mut text = String::new();
    let mut cursor = String::new();
    for _ in 0..EXPORT_PAGES {
        let page = filter
            .clone()
            .with("limit", "100")
            .with("cursor", cursor.clone());
        let part = client.get(operation, "", &page).await?;
        let body = if text.is_empty() {
            part.text.as_str()
        } else {
            part.text.split_once("\r\n").map_or("", |(_, rows)| rows)
        };
        text.push_str(body);
        let Some(next) = part.next_cursor() else {
            break;
        };
        next.clone_into(&mut cursor);
    }
    Ok(text)
}
