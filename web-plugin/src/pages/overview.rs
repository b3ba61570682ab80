//! What needs attention, each a link to the list behind it.

use certwright_api::credentials::CredentialView;
use certwright_api::endpoint::op;
use certwright_api::license::LicenseView;
use certwright_api::page::Page;
use certwright_api::system::Summary;
use certwright_core::time::DAY;
use leptos::prelude::*;

use crate::browser::clock;
use crate::parts::{Empty, Fetched, Tone, fetched, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// How far ahead an expiry is shown, as the summary counts it.
const EXPIRING_DAYS: i64 = 30;

#[derive(Clone)]
struct Look {
    summary: Summary,
    /// Not for whoever is bounded to one account.
    license: Option<LicenseView>,
    accounts: Vec<CredentialView>,
}

/// The screen that people come to first.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let look = fetched(move |client| async move {
        let none = Filter::default();
        let accounts: Page<CredentialView> = client.get(op::ListCredentials, "", &none).await?;
        let license = match client.get(op::GetLicense, "", &none).await {
            Ok(license) => Some(license),
            Err(trouble) if trouble.is_forbidden() => None,
            Err(trouble) => return Err(trouble),
        };
        Ok(Look {
            summary: client.get(op::GetSummary, "", &none).await?,
            license,
            accounts: accounts.items,
        })
    });
    look.follow(15_000, |_| true);
    view! {
        <header class="page-head">
            <h1>{t("overview_title")}</h1>
            <a class="button" href=Route::NewOrder(Filter::default()).href()>
                {t("order_new")} <kbd aria-hidden="true">"n"</kbd>
            </a>
        </header>
        <super::audit::HistoryWarning />
        {show(look, content)}
    }
}

fn content(look: Look, _: Fetched<Look>) -> AnyView {
    if look.accounts.is_empty() {
        return first_steps();
    }
    let summary = look.summary;
    let orders = |state: &str| Route::Orders(Filter::by("state", state));
    let soon = clock::now().plus(EXPIRING_DAYS * DAY).to_string();
    let now = clock::now().to_string();
    let expiring = Filter::by("expiresAfter", now).with("expiresBefore", soon);
    let without_key = look
        .accounts
        .iter()
        .filter(|account| account.needs_key)
        .count() as u64;
    let attention = [
        (
            summary.expiring,
            "overview_expiring",
            Tone::Bad,
            Route::Certificates(expiring),
        ),
        (
            summary.awaiting_approval,
            "overview_approval",
            Tone::Waiting,
            orders("awaitingApproval"),
        ),
        (
            summary.stuck,
            "overview_stuck",
            Tone::Waiting,
            Route::Orders(Filter::by("stuck", "true")),
        ),
        (summary.held, "overview_held", Tone::Waiting, orders("held")),
        (
            summary.failed,
            "overview_failed",
            Tone::Bad,
            orders("failed"),
        ),
        (
            summary.validations_expiring,
            "overview_validations",
            Tone::Waiting,
            Route::Accounts(Filter::by("tab", "domains").with("expiring", "true")),
        ),
        (
            summary.dead_letters,
            "overview_dead",
            Tone::Bad,
            Route::Jobs,
        ),
        (
            without_key,
            "overview_without_key",
            Tone::Bad,
            Route::Accounts(Filter::default()),
        ),
    ];
    let going = [
        (
            summary.pending,
            "overview_pending",
            Tone::Moving,
            orders("pending"),
        ),
        (
            summary.placing,
            "overview_placing",
            Tone::Moving,
            orders("placing"),
        ),
        (
            summary.running_jobs,
            "overview_jobs",
            Tone::Moving,
            Route::Jobs,
        ),
        (
            summary.fulfilled,
            "overview_fulfilled",
            Tone::Good,
            Route::Certificates(Filter::default()),
        ),
    ];
    let is_calm = attention.iter().all(|(count, ..)| *count == 0);
    let seats = look.license.map(|license| {
        let text = t_with(
            "overview_seats",
            &[("used", &license.used), ("seats", &license.seats)],
        );
        view! { <p><a href=Route::License.href()>{text}</a></p> }
    });
    view! {
        <section aria-labelledby="attention">
            <h2 id="attention">{t("overview_attention")}</h2>
            {is_calm.then(|| view! { <p class="note good">{t("overview_calm")}</p> })}
            <ul class="tiles">
                {attention
                    .into_iter()
                    .filter(|(count, ..)| *count > 0)
                    .map(tile)
                    .collect_view()}
            </ul>
        </section>
        <section aria-labelledby="going">
            <h2 id="going">{t("overview_going")}</h2>
            <ul class="tiles">{going.into_iter().map(tile).collect_view()}</ul>
        </section>
        {seats}
    }
    .into_any()
}

fn tile((count, label, tone, route): (u64, &'static str, Tone, Route)) -> impl IntoView {
    // Counts of what could be many stop at 100.
    let shown = if count >= 100 {
        "100+".to_owned()
    } else {
        count.to_string()
    };
    let class = if count == 0 {
        "tile"
    } else {
        tone.tile_class()
    };
    view! {
        <li>
            <a class=class href=route.href()>
                <b>{shown}</b>
                <span>{t(label)}</span>
            </a>
        </li>
    }
}

fn first_steps() -> AnyView {
    view! {
        <Empty text=t("overview_first")>
            <p>
                <a class="button" href=Route::Accounts(Filter::by("link", "true")).href()>
                    {t("account_link")}
                </a>
            </p>
        </Empty>
    }
    .into_any()
}
