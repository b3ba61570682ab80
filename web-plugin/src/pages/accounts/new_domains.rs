//! What becomes of a DV order for a domain that the account does not have yet, a setting of each account.

use certwright_api::credentials::SetNewDomains;
use certwright_api::endpoint::op;
use certwright_core::credential::NewDomains;
use leptos::prelude::*;

use crate::app::{use_app, use_client};
use crate::parts::{Asking, Dialog, Select};
use crate::text::t;

/// The settings, by the names of the fields' values.
const SETTINGS: [(&str, NewDomains); 2] = [
    ("validate", NewDomains::Validate),
    ("refuse", NewDomains::Refuse),
];

/// A setting as people read it.
pub(super) fn new_domains_text(setting: NewDomains) -> String {
    t(match setting {
        NewDomains::Validate => "new_domains_validate",
        NewDomains::Refuse => "new_domains_refuse",
    })
}

/// Changes the setting.
#[component]
pub(super) fn NewDomainsDialog(
    asking: Asking,
    id: String,
    setting: NewDomains,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let name = SETTINGS.iter().find(|(_, one)| *one == setting);
    let chosen = RwSignal::new(name.map_or_else(String::new, |(name, _)| (*name).to_owned()));
    let field = format!("new-domains-{id}");
    let id = StoredValue::new(id);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = chosen.get_untracked();
        let Some((_, new_domains)) = SETTINGS.into_iter().find(|(one, _)| *one == name) else {
            return;
        };
        let (client, id) = (client.get_value(), id.get_value());
        let answer = async move {
            let request = SetNewDomains { new_domains };
            client.send(op::SetNewDomains, &id, &request).await
        };
        asking.send(answer, move |_| {
            app.toasts.done(t("new_domains_set"));
            // Not when the page, and with it this callback, is gone.
            let _ = on_done.try_run(());
        });
    };
    let options = || {
        let option = |(name, one): (&str, NewDomains)| (name.to_owned(), new_domains_text(one));
        SETTINGS.into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <Dialog is_open=asking.is_open title=t("new_domains")>
            <form on:submit=submit>
                <p>{t("new_domains_lead")}</p>
                <Select
                    id=field
                    label=t("new_domains")
                    hint=t("new_domains_hint")
                    value=chosen
                    options=Signal::derive(options)
                />
                {asking.note()}
                <div class="actions"><button disabled=asking.is_busy>{t("new_domains_save")}</button></div>
            </form>
        </Dialog>
    }
}
