//! The names, checked while they are typed.

use certwright_core::{
    advice::Advice,
    names::{CertificateName, NameFault},
};
use leptos::prelude::*;

use super::form::Form;
use crate::guard;
use crate::idn;
use crate::text::{t, t_with};

/// The fields of the names and what becomes of each.
#[component]
pub(super) fn Names(
    form: Form,
    /// Whether the product takes more than one name.
    #[prop(into)]
    takes_more: Signal<bool>,
) -> impl IntoView {
    let readings = move || {
        let row = |(typed, name): (String, Result<CertificateName, NameFault>)| match name {
            Ok(name) => {
                let ascii = name.to_string();
                let unicode = idn::to_unicode(&ascii);
                let wildcard = name.is_wildcard().then(|| t("name_wildcard"));
                let encoded =
                    (unicode != ascii).then(|| t_with("name_encoded", &[("name", &ascii)]));
                view! {
                    <li class="good">
                        <span aria-hidden="true">"✓"</span>
                        " "
                        <code>{unicode}</code>
                        " "
                        <small>{wildcard} " " {encoded}</small>
                    </li>
                }
                .into_any()
            }
            Err(fault) => view! {
                <li class="bad">
                    <span aria-hidden="true">"✕"</span>
                    " "
                    <code>{typed}</code>
                    " "
                    <small>{fault.told()}</small>
                </li>
            }
            .into_any(),
        };
        form.names().into_iter().map(row).collect_view()
    };
    let has_more = move || takes_more.get() || !form.additional.get().trim().is_empty();
    view! {
        <div class="field">
            <label for="order-domain">{t("order_domain_label")}</label>
            <input
                id="order-domain"
                placeholder="www.example.com"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
                aria-describedby="order-names"
                bind:value=form.domain
            />
            <p class="error" role="alert">{move || guard::of_text(&form.domain.get())}</p>
        </div>
        <div class="field" hidden=move || !has_more()>
            <label for="order-more">{t("order_more_names")}</label>
            <textarea
                id="order-more"
                rows="2"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby="order-more-hint"
                bind:value=form.additional
            ></textarea>
            <p class="error" role="alert">{move || guard::of_text(&form.additional.get())}</p>
            <p class="hint" id="order-more-hint">{t("order_more_names_hint")}</p>
        </div>
        <ul class="readings" id="order-names" aria-live="polite">{readings}</ul>
    }
}
