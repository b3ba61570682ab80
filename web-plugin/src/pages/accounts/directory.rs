//! Groups, organizations, domains and products, as the CA last showed them.

use certwright_api::credentials::SyncAllRequest;
use certwright_api::directory::DirectoryEntryView;
use certwright_api::endpoint::{Endpoint, op};
use certwright_api::operation::{Json, NoBody, Operation};
use certwright_api::page::Page;
use certwright_core::directory::{
    DirectoryItem, DirectoryPart, Domain, DomainStanding, Group, Organization,
    OrganizationStanding, Product, ValidatedFor,
};
use certwright_core::time::DAY;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::{go, use_app, use_client};
use crate::browser::clock;
use crate::parts::{Empty, Expiry, May, Pager, Status, Tone, paged, show};
use crate::route::{Filter, Route};
use crate::text::t;

/// How far ahead a validation counts as running out, as the summary counts it.
const EXPIRING_DAYS: i64 = 30;

type Entry<T> = DirectoryEntryView<T>;

/// The groups.
#[component]
pub(super) fn Groups() -> impl IntoView {
    const HEAD: &[&str] = &["directory_name", "directory_number", "directory_balance"];
    list(op::ListGroups, Filter::default(), HEAD, |group: Group| {
        let main = group
            .is_default
            .then(|| view! { " "<small>{t("directory_default")}</small> });
        view! {
            <td class="main">{group.name} {main}</td>
            <td data-label=t("directory_number")><code>{group.number}</code></td>
            <td data-label=t("directory_balance")>{group.group_balance.or(group.account_balance)}</td>
        }
        .into_any()
    })
}

/// The organizations.
#[component]
pub(super) fn Organizations() -> impl IntoView {
    const HEAD: &[&str] = &[
        "directory_name",
        "directory_number",
        "directory_standing",
        "directory_for",
    ];
    list(
        op::ListOrganizations,
        Filter::default(),
        HEAD,
        |one: Organization| {
            let place = [one.locality, one.country]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ");
            let (tone, text) = match one.standing {
                OrganizationStanding::Validated => (Tone::Good, t("standing_validated")),
                OrganizationStanding::Listed => (Tone::Good, t("standing_listed")),
                OrganizationStanding::Pending => (Tone::Waiting, t("standing_pending")),
                OrganizationStanding::Rejected => (Tone::Bad, t("standing_rejected")),
                OrganizationStanding::Expired => (Tone::Bad, t("standing_expired")),
                OrganizationStanding::UnderDiscrepancy => {
                    (Tone::Waiting, t("standing_discrepancy"))
                }
                OrganizationStanding::Inactive => (Tone::Past, t("standing_inactive")),
                OrganizationStanding::Unknown(text) => (Tone::Past, text),
            };
            let good_for = match one.validated_for {
                ValidatedFor::Ov => "OV".to_owned(),
                ValidatedFor::Ev => "EV".to_owned(),
                ValidatedFor::Smime => "S/MIME".to_owned(),
                ValidatedFor::Unknown(text) => text,
            };
            view! {
                <td class="main">{one.name} " " <small>{place}</small></td>
                <td data-label=t("directory_number")><code>{one.number}</code></td>
                <td><Status tone text /></td>
                <td data-label=t("directory_for")>{good_for}</td>
            }
            .into_any()
        },
    )
}

/// The domains; with `expiring`, those whose validation runs out soon.
#[component]
pub(super) fn Domains(filter: Signal<Filter>) -> impl IntoView {
    move || {
        let is_expiring = filter.with(|filter| filter.get("expiring") == "true");
        let wanted = if is_expiring {
            let end = clock::now().plus(EXPIRING_DAYS * DAY);
            Filter::by("expiresBefore", end.to_string())
        } else {
            Filter::default()
        };
        let href = Route::Accounts(Filter::by("tab", "domains")).href();
        let note = is_expiring.then(|| {
            view! { <p class="note">{t("domains_expiring")}" "<a href=href>{t("domains_all")}</a></p> }
        });
        view! { {note} {domains(wanted)} }
    }
}

fn domains(wanted: Filter) -> AnyView {
    const HEAD: &[&str] = &[
        "directory_name",
        "directory_standing",
        "directory_until",
        "directory_organization",
    ];
    list(op::ListDomains, wanted, HEAD, |domain: Domain| {
        let (tone, text) = match domain.standing {
            DomainStanding::Validated => (Tone::Good, t("standing_validated")),
            DomainStanding::Pending => (Tone::Waiting, t("standing_pending")),
            DomainStanding::Rejected => (Tone::Bad, t("standing_rejected")),
            DomainStanding::Expired => (Tone::Bad, t("standing_expired")),
            DomainStanding::Inactive => (Tone::Past, t("standing_inactive")),
            DomainStanding::Unknown(text) => (Tone::Past, text),
        };
        view! {
            <td class="main">{domain.name}</td>
            <td><Status tone text /></td>
            <td data-label=t("directory_until")>{domain.expires.map(|at| view! { <Expiry at /> })}</td>
            <td data-label=t("directory_organization")>{domain.organization_name}</td>
        }
        .into_any()
    })
}

/// The products.
#[component]
pub(super) fn Products() -> impl IntoView {
    const HEAD: &[&str] = &[
        "directory_name",
        "directory_number",
        "directory_category",
        "directory_price",
    ];
    list(
        op::ListProducts,
        Filter::default(),
        HEAD,
        |product: Product| {
            let price = product.prices.values().next().cloned();
            let price = price.map(|price| format!("{price} {}", product.currency));
            view! {
                <td class="main">{product.name}</td>
                <td data-label=t("directory_number")><code>{product.code}</code></td>
                <td data-label=t("directory_category")>{product.category}</td>
                <td data-label=t("directory_price")>{price}</td>
            }
            .into_any()
        },
    )
}

fn list<O, T>(
    operation: O,
    wanted: Filter,
    head: &'static [&'static str],
    row: fn(T) -> AnyView,
) -> AnyView
where
    O: Operation<Request = NoBody, Reply = Json<Page<Entry<T>>>>,
    T: DirectoryItem + Clone + PartialEq + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let (app, client) = (use_app(), use_client());
    let list = paged(operation, Signal::derive(move || wanted.clone()));
    let sync = move |_| {
        let client = client.get_value();
        spawn_local(async move {
            let request = SyncAllRequest {
                parts: vec![T::PART],
                ..SyncAllRequest::default()
            };
            match client.send(op::SyncAll, "", &request).await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let name = t(match T::PART {
        DirectoryPart::Accounts => "sync_accounts",
        DirectoryPart::Groups => "sync_groups",
        DirectoryPart::Organizations => "sync_organizations",
        DirectoryPart::Domains => "sync_domains",
        DirectoryPart::Products => "sync_products",
    });
    let label = name.clone();
    view! {
        <May to=Endpoint::SyncAll>
            <div class="actions">
                <button class="quiet" on:click=sync>
                    {name.clone()}
                </button>
            </div>
        </May>
        {show(list.page, move |page, _| {
            let label = label.clone();
            (move || {
            let page = page.get();
            if page.items.is_empty() {
                return view! { <Empty text=t("directory_none") /> }.into_any();
            }
            let heads = head.iter().map(|key| view! { <th scope="col">{t(key)}</th> });
            let rows = page.items.into_iter().map(|entry| view! { <tr data-row="">{row(entry.entry)}</tr> });
            view! {
                <div class="table" role="group" aria-label=label.clone() tabindex="0">
                    <table>
                        <thead><tr>{heads.collect_view()}</tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any()
            }).into_any()
        })}
        <Pager list />
    }
    .into_any()
}
