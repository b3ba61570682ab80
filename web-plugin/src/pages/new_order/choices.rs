//! What can be chosen: accounts, and the products, groups and organizations of one.

use certwright_api::credentials::CredentialView;
use certwright_api::directory::DirectoryEntryView;
use certwright_api::endpoint::{Endpoint, op};
use certwright_api::operation::{Json, NoBody, Operation};
use certwright_api::page::Page;
use certwright_core::directory::{Group, Organization, OrganizationStanding, Product};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::form::Form;
use crate::client::{Client, Trouble};
use crate::parts::{Empty, Fetched, May, Select, fetched, show};
use crate::route::{Filter, Route};
use crate::text::t;

/// How many pages of a directory are read for a choice: 100 entries each.
const PAGES: usize = 20;

/// What an account offers.
#[derive(Clone, PartialEq)]
pub(super) struct Offer {
    pub(super) products: Vec<Product>,
    pub(super) groups: Vec<Group>,
    organizations: Vec<Organization>,
}

/// Reads what can be chosen, and chooses where there is but one choice.
pub(super) fn offer(form: Form) -> (Fetched<Vec<CredentialView>>, Fetched<Option<Offer>>) {
    let accounts = fetched(move |client| async move {
        let none = Filter::default();
        let answer = client.get(op::ListCredentials, "", &none);
        let page: Page<CredentialView> = answer.await?;
        Ok(page.items)
    });
    let offer = fetched(move |client| {
        let account = form.account.get();
        async move {
            if account.is_empty() {
                return Ok(None);
            }
            let mut products = all(&client, op::ListProducts, &account).await?;
            products.retain(|product| product.product_type.is_tls());
            Ok(Some(Offer {
                products,
                groups: all(&client, op::ListGroups, &account).await?,
                organizations: all(&client, op::ListOrganizations, &account).await?,
            }))
        }
    });
    Effect::new(move |_| {
        let Some(all) = accounts.get() else { return };
        let chosen = form.account.get();
        let is_there = all.iter().any(|account| account.id.to_string() == chosen);
        if let (false, Some(first)) = (is_there, all.first()) {
            form.account.set(first.id.to_string());
        }
    });
    Effect::new(move |_| {
        let Some(Some(offer)) = offer.get() else {
            return;
        };
        let products = offer.products.iter().map(|product| product.code.as_str());
        choose(form.product, products, None);
        let default = offer.groups.iter().find(|group| group.is_default);
        let groups = offer.groups.iter().map(|group| group.number.as_str());
        choose(
            form.group,
            groups,
            default.map(|group| group.number.as_str()),
        );
        // An order that is renewed names its organization, the form numbers it.
        let named = form.organization.get();
        let mut same = offer.organizations.iter().filter(|one| one.name == named);
        if let (Some(one), None) = (same.next(), same.next()) {
            form.organization.set(one.number.clone());
        }
        if !form.organization.get().is_empty() {
            let numbers = offer.organizations.iter().map(|one| one.number.as_str());
            choose(form.organization, numbers, None);
        }
    });
    (accounts, offer)
}

/// Leaves a choice that is still there; else takes the preferred one, or the first. Looks again
/// when the field changes: what was filled in last time may arrive after what can be chosen.
fn choose<'a>(
    field: RwSignal<String>,
    known: impl Iterator<Item = &'a str>,
    preferred: Option<&str>,
) {
    let chosen = field.get();
    let known: Vec<_> = known.collect();
    if !known.contains(&chosen.as_str()) {
        let next = preferred
            .or_else(|| known.first().copied())
            .unwrap_or_default();
        field.set(next.to_owned());
    }
}

async fn all<O, T>(client: &Client, operation: O, account: &str) -> Result<Vec<T>, Trouble>
where
    O: Operation<Request = NoBody, Reply = Json<Page<DirectoryEntryView<T>>>>,
    T: Serialize + DeserializeOwned,
{
    let mut entries = Vec::new();
    let mut filter = Filter::by("credentialId", account).with("limit", "100");
    for _ in 0..PAGES {
        let page = client.get(operation, "", &filter).await?;
        entries.extend(page.items.into_iter().map(|view| view.entry));
        let Some(next) = page.next_cursor else { break };
        filter = filter.with("cursor", next);
    }
    Ok(entries)
}

/// The fields to choose in.
#[component]
pub(super) fn Choices(
    form: Form,
    accounts: Fetched<Vec<CredentialView>>,
    offer: Fetched<Option<Offer>>,
    /// What is wrong with a field, by its name in the API.
    #[prop(into)]
    error: Callback<(&'static str,), Option<String>>,
) -> impl IntoView {
    let account_options = move || {
        let all = accounts.get().unwrap_or_default();
        all.into_iter()
            .map(|one| (one.id.to_string(), one.label))
            .collect::<Vec<_>>()
    };
    let has_several = move || accounts.get().is_some_and(|all| all.len() > 1);
    let of_offer = move |list: fn(&Offer) -> Vec<(String, String)>| {
        Signal::derive(move || {
            offer
                .get()
                .flatten()
                .map(|offer| list(&offer))
                .unwrap_or_default()
        })
    };
    let products = of_offer(|offer| {
        let option = |product: &Product| (product.code.clone(), product.name.clone());
        offer.products.iter().map(option).collect()
    });
    let groups = of_offer(|offer| {
        let option = |group: &Group| (group.number.clone(), group.name.clone());
        offer.groups.iter().map(option).collect()
    });
    let organizations = of_offer(|offer| {
        let is_good = |one: &&Organization| {
            let standing = &one.standing;
            matches!(
                standing,
                OrganizationStanding::Validated | OrganizationStanding::Listed
            )
        };
        let good = offer.organizations.iter().filter(is_good);
        let all = good.map(|one| (one.number.clone(), one.name.clone()));
        std::iter::once((String::new(), t("order_choose")))
            .chain(all)
            .collect()
    });
    let needs_organization = move || {
        let code = form.product.get();
        let product = offer.get().flatten().and_then(|offer| {
            offer
                .products
                .into_iter()
                .find(|product| product.code == code)
        });
        product.is_some_and(|product| product.product_type.needs_organization())
    };
    Effect::new(move |_| {
        if offer.get().flatten().is_some()
            && !needs_organization()
            && !form.organization.get_untracked().is_empty()
        {
            form.organization.set(String::new());
        }
    });
    let problem = move |field: &'static str| Signal::derive(move || error.run((field,)));
    show(accounts, move |all, _| {
        if all.with_untracked(Vec::is_empty) {
            let link = Route::Accounts(Filter::by("link", "true")).href();
            return view! {
                <Empty text=t("overview_first")>
                    <May to=Endpoint::LinkCredential>
                        <p>
                            <a class="button" href=link.clone()>
                                {t("account_link")}
                            </a>
                        </p>
                    </May>
                </Empty>
            }
            .into_any();
        }
        view! {
            <div hidden=move || !has_several()>
                <Select
                    id="order-account"
                    label=t("filter_account")
                    value=form.account
                    options=Signal::derive(account_options)
                />
            </div>
            <Select
                id="order-product"
                label=t("order_product")
                value=form.product
                options=products
                error=problem("productCode")
            />
            <Select
                id="order-group"
                label=t("order_group")
                hint=t("order_group_hint")
                value=form.group
                options=groups
                error=problem("groupNumber")
            />
            <div hidden=move || !needs_organization()>
                <Select
                    id="order-organization"
                    label=t("order_organization")
                    hint=t("order_organization_hint")
                    value=form.organization
                    options=organizations
                    error=problem("organizationNumber")
                />
            </div>
        }
        .into_any()
    })
}
