//! Showing control of a domain: what to publish, and asking the CA to look.

use certwright_api::endpoint::op;
use certwright_api::orders::{DcvView, OrderView, VerifyDcvRequest};
use certwright_core::ca::{DcvChallenge, DcvMethod, DomainCheckState};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::client::Trouble;
use crate::parts::{Copyable, Fetched, Select, Status, Tone, TroubleNote};
use crate::route::Filter;
use crate::text::t;

const METHODS: [(&str, &str, DcvMethod); 3] = [
    ("dnsTxt", "dcv_dns", DcvMethod::DnsTxt),
    ("httpFile", "dcv_file", DcvMethod::HttpFile),
    ("email", "dcv_email", DcvMethod::Email),
];

/// Every name with how its control stands, and the way to show it.
#[component]
pub(super) fn Validation(order: Signal<OrderView>, fetched: Fetched<OrderView>) -> impl IntoView {
    let names = Memo::new(move |_| {
        order.with(|order| {
            let names = std::iter::once(&order.domain).chain(&order.additional_domains);
            names.cloned().enumerate().collect::<Vec<_>>()
        })
    });
    let row = move |(at, name): (usize, String)| {
        let shown = name.clone();
        // The state, and whether a CAA record forbids the CA to issue.
        let check = Memo::new(move |_| {
            order.with(|order| {
                let check = order
                    .domain_checks
                    .iter()
                    .find(|check| check.domain == name);
                check.map_or((DomainCheckState::Pending, false), |check| {
                    (check.state, check.caa_forbids)
                })
            })
        });
        let says = Memo::new(move |_| match check.get().0 {
            DomainCheckState::Validated => (Tone::Good, t("dcv_done")),
            DomainCheckState::Rejected => (Tone::Bad, t("dcv_rejected")),
            DomainCheckState::Pending | DomainCheckState::Unknown => {
                (Tone::Waiting, t("dcv_pending"))
            }
        });
        let is_open = Memo::new(move |_| check.get().0 != DomainCheckState::Validated);
        let name = StoredValue::new(shown.clone());
        view! {
            <li>
                <p>
                    <b>{shown}</b>
                    " "
                    <Status
                        tone=Signal::derive(move || says.get().0)
                        text=Signal::derive(move || says.get().1)
                    />
                </p>
                <p class="error" hidden=move || !check.get().1>{t("dcv_caa")}</p>
                <Show when=move || is_open.get()>
                    <Challenge
                        id=order.with_untracked(|order| order.id.to_string())
                        name=name.get_value()
                        at
                        fetched
                    />
                </Show>
            </li>
        }
    };
    view! {
        <section aria-labelledby="validation">
            <h2 id="validation">{t("dcv_title")}</h2>
            <p class="hint">{t("dcv_lead")}</p>
            <ul class="cards">
                <For each=move || names.get() key=Clone::clone children=row />
            </ul>
        </section>
    }
}

/// What to publish for one name.
#[component]
fn Challenge(id: String, name: String, at: usize, fetched: Fetched<OrderView>) -> impl IntoView {
    let app = use_app();
    let client = use_client();
    let (id, name) = (StoredValue::new(id), StoredValue::new(name));
    let method = RwSignal::new("dnsTxt".to_owned());
    let shown = RwSignal::new(None::<Result<DcvView, Trouble>>);
    let email = RwSignal::new(String::new());
    let is_busy = RwSignal::new(false);
    let ask = move |_| {
        is_busy.set(true);
        let (client, id) = (client.get_value(), id.get_value());
        let asked = method.get_untracked();
        let filter = Filter::by("domain", name.get_value()).with("method", asked.clone());
        spawn_local(async move {
            let answer = client.get(op::GetDcv, &id, &filter).await;
            is_busy.set(false);
            // Another method was chosen meanwhile, or the page is gone.
            if method.try_get_untracked() != Some(asked) {
                return;
            }
            if let Ok(DcvChallenge::Email { addresses }) =
                answer.as_ref().map(|view| &view.challenge)
            {
                email.set(addresses.first().cloned().unwrap_or_default());
            }
            shown.set(Some(answer));
        });
    };
    let verify = move |_| {
        let chosen = method.get_untracked();
        let Some((.., method)) = METHODS.into_iter().find(|(name, ..)| *name == chosen) else {
            return;
        };
        is_busy.set(true);
        let (client, id) = (client.get_value(), id.get_value());
        let request = VerifyDcvRequest {
            domain: name.get_value(),
            method,
            email_address: (method == DcvMethod::Email).then(|| email.get_untracked()),
        };
        spawn_local(async move {
            match client.send(op::VerifyDcv, &id, &request).await {
                Ok(order) => {
                    fetched.set(order);
                    app.toasts.done(t("dcv_asked"));
                }
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            is_busy.set(false);
        });
    };
    // A method that was chosen anew has nothing to show yet.
    Effect::new(move |_| {
        method.track();
        shown.set(None);
    });
    let options = || {
        METHODS
            .iter()
            .map(|(name, text, _)| ((*name).to_owned(), t(text)))
            .collect::<Vec<_>>()
    };
    view! {
        <div class="challenge">
            <Select
                id=format!("method-{at}")
                label=t("dcv_method")
                value=method
                options=Signal::derive(options)
            />
            <div class="actions">
                <button class="quiet" disabled=is_busy on:click=ask>{t("dcv_show")}</button>
                <button
                    disabled=move || is_busy.get() || !matches!(shown.get(), Some(Ok(_)))
                    on:click=verify
                >
                    {t("dcv_verify")}
                </button>
            </div>
            {move || match shown.get() {
                None => ().into_any(),
                Some(Ok(view)) => challenge(view, email, at),
                Some(Err(trouble)) => view! { <TroubleNote trouble /> }.into_any(),
            }}
        </div>
    }
}

fn challenge(view: DcvView, email: RwSignal<String>, at: usize) -> AnyView {
    let content = match view.challenge {
        DcvChallenge::DnsTxt { token } => {
            view! { <Copyable label=t("dcv_record") text=token /> }.into_any()
        }
        DcvChallenge::HttpFile { file_name, content } => view! {
            <p><Copyable label=t("dcv_file_name") text=file_name /></p>
            <p><Copyable label=t("dcv_file_content") text=content /></p>
        }
        .into_any(),
        DcvChallenge::Email { addresses } => {
            let options = addresses
                .into_iter()
                .map(|address| (address.clone(), address));
            let options: Vec<_> = options.collect();
            view! {
                <Select
                    id=format!("email-{at}")
                    label=t("dcv_address")
                    value=email
                    options=Signal::derive(move || options.clone())
                />
            }
            .into_any()
        }
    };
    view! { <p>{view.instruction}</p> {content} }.into_any()
}
