//! What needs attention, each a link to the list behind it.

use certwright_api::credentials::CredentialView;
use certwright_api::endpoint::{Endpoint, op};
use certwright_api::license::LicenseView;
use certwright_api::page::Page;
use certwright_api::system::Summary;
use leptos::prelude::*;

use crate::app::use_app;
use crate::parts::{Empty, May, NotAllowed, Tone, fetched, show};
use crate::route::{Filter, Route};
use crate::text::{count, t, t_count, t_with};

/// How far ahead an expiry is shown, in days, as the summary counts it.
pub(super) const EXPIRING_DAYS: &str = "30";
/// How often it is read again, in milliseconds.
const FOLLOW_MS: u32 = 15_000;

#[derive(Clone, PartialEq)]
struct Look {
    summary: Summary,
    /// Not for whoever is bounded to one account.
    license: Option<LicenseView>,
    accounts: Vec<CredentialView>,
}

/// The screen that people come to first.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let may_see_license = use_app().may(Endpoint::GetLicense);
    let look = fetched(move |client| {
        let may_see_license = may_see_license.get();
        async move {
            let none = Filter::default();
            let accounts: Page<CredentialView> = client.get(op::ListCredentials, "", &none).await?;
            let license = if may_see_license {
                Some(client.get(op::GetLicense, "", &none).await?)
            } else {
                None
            };
            Ok(Look {
                summary: client.get(op::GetSummary, "", &none).await?,
                license,
                accounts: accounts.items,
            })
        }
    });
    look.follow(FOLLOW_MS, |_| true);
    view! {
        <header class="page-head">
            <h1>{t("overview_title")}</h1>
            <May to=Endpoint::PlaceOrder>
                <a class="button" href=Route::NewOrder(Filter::default()).href()>
                    {t("order_new")}
                    " "
                    <kbd aria-hidden="true">"n"</kbd>
                </a>
            </May>
        </header>
        <super::audit::HistoryWarning />
        {show(look, |look, _| content(look))}
    }
}

/// A count with what it counts and where those things are.
type Count = (fn(&Look) -> u64, &'static str, Tone, Route);

fn content(look: Signal<Look>) -> AnyView {
    let has_accounts = Memo::new(move |_| look.with(|look| !look.accounts.is_empty()));
    (move || {
        if has_accounts.get() {
            counts(look)
        } else {
            first_steps()
        }
    })
    .into_any()
}

fn attention() -> [Count; 8] {
    let orders = |state: &str| Route::Orders(Filter::by("state", state));
    let domains = Filter::by("tab", "domains").with("expiring", "true");
    [
        (
            |look| look.summary.expiring,
            "overview_expiring",
            Tone::Bad,
            Route::Certificates(Filter::by("within", EXPIRING_DAYS)),
        ),
        (
            |look| look.summary.awaiting_approval,
            "overview_approval",
            Tone::Waiting,
            orders("awaitingApproval"),
        ),
        (
            |look| look.summary.stuck,
            "overview_stuck",
            Tone::Waiting,
            Route::Orders(Filter::by("stuck", "true")),
        ),
        (
            |look| look.summary.held,
            "overview_held",
            Tone::Waiting,
            orders("held"),
        ),
        (
            |look| look.summary.failed,
            "overview_failed",
            Tone::Bad,
            orders("failed"),
        ),
        (
            |look| look.summary.validations_expiring,
            "overview_validations",
            Tone::Waiting,
            Route::Accounts(domains),
        ),
        (
            |look| look.summary.dead_letters,
            "overview_dead",
            Tone::Bad,
            Route::Jobs,
        ),
        (
            |look| count(look.accounts.iter().filter(|one| one.needs_key).count()),
            "overview_without_key",
            Tone::Bad,
            Route::Accounts(Filter::default()),
        ),
    ]
}

fn progress() -> [Count; 4] {
    let orders = |state: &str| Route::Orders(Filter::by("state", state));
    [
        (
            |look| look.summary.pending,
            "overview_pending",
            Tone::Moving,
            orders("pending"),
        ),
        (
            |look| look.summary.placing,
            "overview_placing",
            Tone::Moving,
            orders("placing"),
        ),
        (
            |look| look.summary.running_jobs,
            "overview_jobs",
            Tone::Moving,
            Route::Jobs,
        ),
        (
            |look| look.summary.fulfilled,
            "overview_fulfilled",
            Tone::Good,
            Route::Certificates(Filter::default()),
        ),
    ]
}

fn counts(look: Signal<Look>) -> AnyView {
    let attention = attention();
    let reads: Vec<_> = attention.iter().map(|(read, ..)| *read).collect();
    let is_calm = Memo::new(move |_| look.with(|look| reads.iter().all(|read| read(look) == 0)));
    let tile = move |one: Count, hides_none: bool| view! { <Tile look one hides_none /> };
    let attention = attention.map(|one| tile(one, true));
    let progress = progress().map(|one| tile(one, false));
    let seats = Memo::new(move |_| look.with(|look| look.license.as_ref().map(seats)));
    view! {
        <section aria-labelledby="attention">
            <h2 id="attention">{t("overview_attention")}</h2>
            <p class="note good" hidden=move || !is_calm.get()>{t("overview_calm")}</p>
            <ul class="tiles">{attention.into_iter().collect_view()}</ul>
        </section>
        <section aria-labelledby="going">
            <h2 id="going">{t("overview_going")}</h2>
            <ul class="tiles">{progress.into_iter().collect_view()}</ul>
        </section>
        <p hidden=move || seats.with(Option::is_none)>
            <a href=Route::License.href()>{seats}</a>
        </p>
    }
    .into_any()
}

fn seats(license: &LicenseView) -> String {
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("used", &license.used), ("seats", &license.seats)];
    t_with("overview_seats", &values)
}

#[component]
fn Tile(
    look: Signal<Look>,
    one: Count,
    /// Whether it is out of sight while there is nothing to count.
    hides_none: bool,
) -> impl IntoView {
    let (read, label, tone, route) = one;
    let count = Memo::new(move |_| look.with(read));
    let shown = move || counted(count.get());
    let class = move || match count.get() {
        0 => "tile",
        _ => tone.tile_class(),
    };
    view! {
        <li hidden=move || hides_none && count.get() == 0>
            <a class=class href=route.href()>
                <b>{shown}</b>
                " "
                <span>{move || t_count(label, count.get())}</span>
            </a>
        </li>
    }
}

/// A count as it is shown: those of what could be many stop at 100.
pub(super) fn counted(count: u64) -> String {
    match count {
        100.. => "100+".to_owned(),
        few => few.to_string(),
    }
}

/// What comes first, for whoever may do it.
fn first_steps() -> AnyView {
    let may_link = use_app().may(Endpoint::LinkCredential);
    view! {
        <Empty text=t("overview_first")>
            <Show when=move || may_link.get() fallback=|| view! { <NotAllowed /> }>
                <p>
                    <a class="button" href=Route::Accounts(Filter::by("link", "true")).href()>
                        {t("account_link")}
                    </a>
                </p>
            </Show>
        </Empty>
    }
    .into_any()
}
