//! What stands around every screen: navigation, help, messages.

use certwright_api::endpoint::Endpoint;
use leptos::prelude::*;

use super::keyboard::needs;
use super::{Heading, SHORTCUTS, keyboard, navigation, use_app};
use crate::browser;
use crate::pages;
use crate::parts::{Dialog, NotAllowed, ToastList, TroubleNote};
use crate::route::{Filter, Route};
use crate::text::t;

/// The screens of the navigation, in its order, with the key of their names.
fn screens() -> [(Route, &'static str); 10] {
    [
        (Route::Overview, "nav_overview"),
        (Route::Orders(Filter::default()), "nav_orders"),
        (Route::Certificates(Filter::default()), "nav_certificates"),
        (Route::Accounts(Filter::default()), "nav_accounts"),
        (Route::Keys, "nav_keys"),
        (Route::License, "nav_license"),
        (Route::Jobs, "nav_jobs"),
        (Route::Audit(Filter::default()), "nav_audit"),
        (Route::Access, "nav_access"),
        (Route::Settings, "nav_settings"),
    ]
}

/// What decides whether another screen is built: its kind, and of what. A changed filter reaches the
/// screen that is there, which keeps the focus in its search field.
#[derive(Clone, PartialEq, Eq)]
struct Screen {
    kind: std::mem::Discriminant<Route>,
    of: String,
}

impl Screen {
    fn of(route: &Route) -> Self {
        let of = match route {
            Route::Order(id) | Route::Certificate(id) | Route::Job(id) => id.clone(),
            // Another host, key or order to renew is another form.
            Route::NewOrder(start) => start.to_query(),
            _ => String::new(),
        };
        Self {
            kind: std::mem::discriminant(route),
            of,
        }
    }
}

/// The entry of the navigation that a screen belongs to.
fn section(route: &Route) -> std::mem::Discriminant<Route> {
    let none = Filter::default;
    std::mem::discriminant(&match route {
        Route::Order(_) | Route::NewOrder(_) => Route::Orders(none()),
        Route::Certificate(_) => Route::Certificates(none()),
        Route::Job(_) => Route::Jobs,
        other => other.clone(),
    })
}

/// What a screen is called: what it shows, the section it belongs to, and the program.
fn title(route: &Route, heading: &Heading) -> String {
    let here = section(route);
    let mut sections = screens().into_iter();
    let section = sections.find(|(one, _)| std::mem::discriminant(one) == here);
    let of = match route {
        Route::Order(id) | Route::Certificate(id) | Route::Job(id) if *id == heading.of => {
            heading.text.clone()
        }
        Route::NewOrder(_) => t("order_new"),
        Route::Accounts(filter) => pages::tab_title(filter),
        Route::Orders(filter) | Route::Certificates(filter) => filter.get("q").to_owned(),
        Route::Unknown => t("unknown_title"),
        _ => String::new(),
    };
    let section = section.map_or_else(String::new, |(_, name)| t(name));
    let all = [of, section, "Certwright".to_owned()];
    let all: Vec<_> = all.into_iter().filter(|text| !text.is_empty()).collect();
    all.join(" · ")
}

/// The shell with the screen of the address bar in it.
#[component]
pub(super) fn Shell() -> impl IntoView {
    let route = navigation::current();
    let screen = Memo::new(move |_| Screen::of(&route.get()));
    let help = RwSignal::new(false);
    let is_menu_open = RwSignal::new(false);
    keyboard::listen(help);
    Effect::new(move |before: Option<Screen>| {
        let now = screen.get();
        is_menu_open.set(false);
        if before.is_some_and(|before| before != now) {
            // Whoever navigates without seeing hears the heading of the screen they came to.
            browser::focus("content");
        }
        now
    });
    let app = use_app();
    // Tabs and screen readers tell screens apart by it (WCAG 2.2, 2.4.2).
    Effect::new(move |_| {
        let title = route.with(|route| app.heading.with(|heading| title(route, heading)));
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(&title);
        }
    });
    let skip = |event: leptos::ev::MouseEvent| {
        // The address names a screen, and that stays.
        event.prevent_default();
        browser::focus("content");
    };
    let links = screens().into_iter().map(move |(target, name)| {
        let kind = std::mem::discriminant(&target);
        let current = move || (section(&route.get()) == kind).then_some("page");
        let endpoint = lives_from(&target);
        let is_shut = move || endpoint.is_some_and(|endpoint| !app.allows(endpoint));
        view! {
            <li hidden=is_shut><a href=target.href() aria-current=current>{t(name)}</a></li>
        }
    });
    view! {
        <div class="shell">
            <a class="skip button" href="#content" on:click=skip>{t("nav_skip")}</a>
            <header class="bar">
                <a class="brand" href=Route::Overview.href()>"Certwright"</a>
                <button
                    class="menu-button quiet"
                    aria-expanded=move || is_menu_open.get().to_string()
                    aria-controls="navigation"
                    on:click=move |_| is_menu_open.update(|open| *open = !*open)
                >
                    {t("nav_menu")}
                </button>
                <nav id="navigation" aria-label=t("nav_label") class:open=is_menu_open>
                    <ul>{links.collect_view()}</ul>
                </nav>
                <div class="bar-end">
                    <button class="quiet help-button" on:click=move |_| help.set(true)>
                        {t("nav_help")} <kbd aria-hidden="true">"?"</kbd>
                    </button>
                </div>
            </header>
            <main id="content" tabindex="-1">
                {move || {
                    screen.track();
                    gate(route)
                }}
            </main>
            <ToastList app />
            <Help is_open=help />
        </div>
    }
}

/// The endpoint that a screen lives from, where not everybody may call it.
fn lives_from(route: &Route) -> Option<Endpoint> {
    match route {
        Route::NewOrder(_) => Some(Endpoint::PlaceOrder),
        Route::License => Some(Endpoint::GetLicense),
        Route::Audit(_) => Some(Endpoint::ListAudit),
        Route::Access => Some(Endpoint::ListTokens),
        _ => None,
    }
}

/// The screen, for whoever may see it; who that is must be known first where not everybody may.
fn gate(route: ReadSignal<Route>) -> AnyView {
    let Some(endpoint) = lives_from(&route.get_untracked()) else {
        return page(route);
    };
    let app = use_app();
    let is_known = Memo::new(move |_| app.me.with(Option::is_some));
    let may = app.may(endpoint);
    let unknown = move || match app.me_trouble.get() {
        Some(trouble) => view! { <TroubleNote trouble /> }.into_any(),
        None => view! { <p class="loading" role="status">{t("loading")}</p> }.into_any(),
    };
    (move || match (is_known.get(), may.get()) {
        (false, _) => view! { <h1>"Certwright"</h1> {unknown} }.into_any(),
        (true, true) => page(route),
        (true, false) => view! {
            <h1>{t("not_allowed_title")}</h1>
            <NotAllowed />
        }
        .into_any(),
    })
    .into_any()
}

fn page(route: ReadSignal<Route>) -> AnyView {
    let filter = Signal::derive(move || match route.get() {
        Route::Orders(filter)
        | Route::NewOrder(filter)
        | Route::Certificates(filter)
        | Route::Accounts(filter)
        | Route::Audit(filter) => filter,
        _ => Filter::default(),
    });
    match route.get_untracked() {
        Route::Overview => view! { <pages::Overview /> }.into_any(),
        Route::Orders(_) => view! { <pages::Orders filter /> }.into_any(),
        Route::Order(id) => view! { <pages::OrderPage id /> }.into_any(),
        Route::NewOrder(_) => view! { <pages::NewOrder start=filter.get_untracked() /> }.into_any(),
        Route::Certificates(_) => view! { <pages::Certificates filter /> }.into_any(),
        Route::Certificate(id) => view! { <pages::CertificatePage id /> }.into_any(),
        Route::Accounts(_) => view! { <pages::Accounts filter /> }.into_any(),
        Route::Keys => view! { <pages::Keys /> }.into_any(),
        Route::License => view! { <pages::License /> }.into_any(),
        Route::Jobs => view! { <pages::Jobs /> }.into_any(),
        Route::Job(id) => view! { <pages::JobPage id /> }.into_any(),
        Route::Audit(_) => view! { <pages::Audit filter /> }.into_any(),
        Route::Access => view! { <pages::Access /> }.into_any(),
        Route::Settings => view! { <pages::Settings /> }.into_any(),
        Route::Unknown => view! {
            <h1>{t("unknown_title")}</h1>
            <p><a href=Route::Overview.href()>{t("unknown_back")}</a></p>
        }
        .into_any(),
    }
}

/// The keys, and what they do.
#[component]
fn Help(is_open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let rows = SHORTCUTS.into_iter().map(move |(keys, meaning)| {
        let is_shut = move || needs(keys).is_some_and(|endpoint| !app.allows(endpoint));
        let shown = keys
            .split(' ')
            .map(|key| view! { <kbd>{key}</kbd>" " })
            .collect_view();
        view! { <div hidden=is_shut><dt>{shown}</dt><dd>{t(meaning)}</dd></div> }
    });
    let browsers = LocalResource::new(browser::commands);
    let more = move || {
        browsers.get().map(|all| {
            let row = |(meaning, keys): (String, String)| {
                view! { <div><dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd></div> }
            };
            all.into_iter().map(row).collect_view()
        })
    };
    view! {
        <Dialog is_open title=t("help_title")>
            <dl class="keys">{rows.collect_view()} {more}</dl>
            <p class="hint">{t("help_letters")}</p>
        </Dialog>
    }
}
