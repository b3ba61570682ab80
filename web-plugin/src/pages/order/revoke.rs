//! Revoking: why, and a remark for the CA.

use certwright_api::orders::RevokeRequest;
use certwright_core::{
    advice::Advice,
    revocation::{Remark, RevocationReason},
};
use leptos::prelude::*;

use crate::parts::{Asking, Dialog, Field, Select};
use crate::text::{count, t, t_count, t_value};

/// The reasons, the likeliest first.
const REASONS: [(&str, RevocationReason); 5] = [
    ("superseded", RevocationReason::Superseded),
    (
        "cessationOfOperation",
        RevocationReason::CessationOfOperation,
    ),
    ("keyCompromise", RevocationReason::KeyCompromise),
    ("affiliationChanged", RevocationReason::AffiliationChanged),
    ("privilegeWithdrawn", RevocationReason::PrivilegeWithdrawn),
];

/// Asks for the reason before a certificate is revoked, which can't be undone.
#[component]
pub(crate) fn RevokeDialog(
    asking: Asking,
    /// The names of the certificates that are revoked.
    #[prop(into)]
    names: Signal<Vec<String>>,
    #[prop(into)] on_confirm: Callback<RevokeRequest>,
) -> impl IntoView {
    let reason = RwSignal::new("superseded".to_owned());
    let remark = RwSignal::new(String::new());
    let error = RwSignal::new(None);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let remark = remark.get_untracked();
        if let Err(fault) = Remark::try_from(remark.clone()) {
            return error.set(Some(fault.told()));
        }
        let chosen = reason.get_untracked();
        let Some((_, reason)) = REASONS.into_iter().find(|(name, _)| *name == chosen) else {
            return;
        };
        error.set(None);
        on_confirm.run(RevokeRequest { reason, remark });
    };
    let options = || {
        let option =
            |(name, _): &(&str, RevocationReason)| ((*name).to_owned(), t_value("reason", name));
        REASONS.iter().map(option).collect::<Vec<_>>()
    };
    let what = move || t_count("revoke_what", count(names.with(Vec::len)));
    view! {
        <Dialog is_open=asking.is_open title=t("revoke_title")>
            <form on:submit=submit>
                <p>{what}</p>
                <ul class="scrolling">
                    <For each=move || names.get().into_iter().enumerate() key=Clone::clone let((_, name))>
                        <li>{name}</li>
                    </For>
                </ul>
                <p>{t("revoke_lead")}</p>
                <Select
                    id="revoke-reason"
                    label=t("revoke_reason")
                    value=reason
                    options=Signal::derive(options)
                />
                <Field
                    id="revoke-remark"
                    label=t("remark")
                    hint=t("remark_hint")
                    value=remark
                    error
                />
                {asking.note()}
                <div class="actions">
                    <button class="danger" disabled=asking.is_busy>{t("revoke_do")}</button>
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| asking.is_open.set(false)
                    >
                        {t("dialog_cancel")}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
