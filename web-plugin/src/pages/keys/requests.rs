//! The requests that the Worker stores, and storing another.

use certwright_api::csrs::{CsrRequest, CsrView};
use certwright_api::endpoint::{Endpoint, op};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::browser;
use crate::client::Trouble;
use crate::pages::csr_input::{self, CsrInput};
use crate::parts::{Empty, May, Paged, Pager, Time, TroubleNote, paged, show};
use crate::route::Filter;
use crate::text::t;

/// The list, and the form.
#[component]
pub(super) fn Requests() -> impl IntoView {
    let list = paged(op::ListCsrs, Signal::derive(Filter::default));
    view! {
        <section aria-labelledby="requests">
            <h2 id="requests">{t("csrs_title")}</h2>
            <May to=Endpoint::StoreCsr>
                <Store list />
            </May>
            {show(list.page, |page, _| {
                (move || {
                let page = page.get();
                if page.items.is_empty() {
                    return view! { <Empty text=t("csrs_none") /> }.into_any();
                }
                let rows = page.items.into_iter().map(row).collect_view();
                view! {
                    <div class="table" role="group" aria-label=t("csrs_title") tabindex="0">
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">{t("csr_label")}</th>
                                    <th scope="col">{t("certificate_key")}</th>
                                    <th scope="col">{t("certificate_names")}</th>
                                    <th scope="col">{t("csr_created")}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                .into_any()
                }).into_any()
            })}
            <Pager list />
        </section>
    }
}

fn row(csr: CsrView) -> impl IntoView {
    view! {
        <tr data-row="">
            <td class="main">{csr.label}</td>
            <td data-label=t("certificate_key")>{csr.facts.key}</td>
            <td data-label=t("certificate_names")>{csr.facts.names.join(", ")}</td>
            <td data-label=t("csr_created")><Time at=csr.created_at /></td>
        </tr>
    }
}

#[component]
fn Store(list: Paged<CsrView>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let text = RwSignal::new(String::new());
    let trouble = RwSignal::new(None::<Trouble>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // What can't be read is said at the field; nothing else of the text is sent.
        let Some(csr) = csr_input::pem(&text.get_untracked()) else {
            return browser::focus("csr-new");
        };
        spawn_local(async move {
            let request = CsrRequest { csr, label: None };
            let client = client.get_value();
            match client.send(op::StoreCsr, "", &request).await {
                Ok(_) => {
                    text.set(String::new());
                    trouble.set(None);
                    app.toasts.done(t("csr_stored"));
                    list.page.again();
                }
                Err(fault) => trouble.set(Some(fault)),
            }
        });
    };
    view! {
        <details>
            <summary>{t("csr_store")}</summary>
            <form on:submit=submit>
                <CsrInput id="csr-new" text />
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions"><button>{t("csr_store_do")}</button></div>
            </form>
        </details>
    }
}
