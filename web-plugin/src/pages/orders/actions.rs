//! What can be done with the orders that are selected.

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::operation::{Csv, NoBody, Operation, TextPages};
use certwright_api::orders::{OrderAction, OrderView, RevokeRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{Bulk, Target, go, names, use_app, use_client};
use crate::browser;
use crate::client::{Client, Trouble};
use crate::pages::order::RevokeDialog;
use crate::parts::{Asking, May, Paged, Selection, may};
use crate::route::{Filter, Route};
use crate::text::{count, t, t_count, t_count_with};

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
    let client = use_client();
    let selected = move |is_meant: &dyn Fn(&OrderView) -> bool| {
        let selected = selection.get();
        let page = list.page.get().map(|page| page.items).unwrap_or_default();
        let is_meant = |order: &OrderView| selected.contains(order.id.as_str()) && is_meant(order);
        let target = |order: OrderView| Target {
            id: order.id.to_string(),
            name: order.domain,
        };
        page.into_iter()
            .filter(is_meant)
            .map(target)
            .collect::<Vec<_>>()
    };
    // Those of the selected that allow it.
    let able = move |action| Memo::new(move |_| selected(&|order: &OrderView| may(order, action)));
    let run = move |what: Bulk, orders: Memo<Vec<Target>>| {
        what.run(app, orders.get_untracked());
        selection.update(std::collections::BTreeSet::clear);
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
    // Fixed when the dialog opens: what is in the list behind it may change meanwhile.
    let revoked = RwSignal::new(Vec::<Target>::new());
    let revoking = Asking::closed();
    let revoke = Callback::new(move |request: RevokeRequest| {
        revoking.is_open.set(false);
        Bulk::Revoke(request).run(app, revoked.get_untracked());
        selection.update(std::collections::BTreeSet::clear);
    });
    let revoked_names =
        Signal::derive(move || revoked.get().into_iter().map(|order| order.name).collect());
    let export = move |_| {
        let (client, filter) = (client.get_value(), filter.get_untracked());
        spawn_local(async move {
            match csv(&client, op::ExportOrders, filter).await {
                Ok(text) => browser::save("orders.csv", "text/csv", text.as_bytes()),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let has_selection = move || selection.with(|all| !all.is_empty());
    let all = Memo::new(move |_| selected(&|_| true));
    let says_selected = move || {
        let all = all.get();
        let count = count(all.len());
        (count > 0).then(|| t_count_with("orders_selected", count, &[("names", &names(&all))]))
    };
    let (check, delete) = (able(OrderAction::Check), able(OrderAction::Delete));
    let (restore, revocable) = (able(OrderAction::Restore), able(OrderAction::Revoke));
    view! {
        <div class="toolbar">
            <div class="actions" hidden=has_selection>
                <May to=Endpoint::CheckDueOrders>
                    <button class="quiet" on:click=check_due>
                        {t("orders_check_due")}
                    </button>
                </May>
                <button class="quiet" on:click=export>
                    {t("export_csv")}
                </button>
            </div>
            <p role="status">{says_selected}</p>
            <div class="actions" hidden=move || !has_selection()>
                <Act of=check text="orders_check" on_press=move |()| run(Bulk::Check, check) />
                <Act
                    of=restore
                    text="orders_restore"
                    on_press=move |()| run(Bulk::Restore, restore)
                />
                <Act of=delete text="orders_delete" on_press=move |()| run(Bulk::Delete, delete) />
                <Act
                    of=revocable
                    text="orders_revoke"
                    is_grave=true
                    on_press=move |()| {
                        revoked.set(revocable.get_untracked());
                        revoking.open();
                    }
                />
                <button
                    class="quiet"
                    on:click=move |_| selection.update(std::collections::BTreeSet::clear)
                >
                    {t("select_none")}
                </button>
            </div>
        </div>
        <RevokeDialog asking=revoking names=revoked_names on_confirm=revoke />
    }
}

/// A button that says with how many orders it does something, and in full with which. It is there
/// while it can do anything.
#[component]
fn Act(
    of: Memo<Vec<Target>>,
    /// What it does, as a key of the strings.
    text: &'static str,
    /// Whether it can't be undone.
    #[prop(optional)]
    is_grave: bool,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    let number = move || of.with(|orders| count(orders.len()));
    let says = move || t_count(text, number());
    let in_full = move || format!("{}: {}", says(), of.with(|orders| names(orders)));
    view! {
        <button
            class=if is_grave { "quiet danger" } else { "quiet" }
            hidden=move || number() == 0
            aria-label=in_full
            title=in_full
            on:click=move |_| on_press.run(())
        >
            {says}
        </button>
    }
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
