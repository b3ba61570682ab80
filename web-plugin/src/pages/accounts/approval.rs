//! Whose orders wait for a second person, a setting of each account.

use certwright_api::credentials::SetApproval;
use certwright_api::endpoint::op;
use certwright_core::order::ApprovalRule;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::client::Trouble;
use crate::parts::{Dialog, Select, TroubleNote};
use crate::text::t;

/// The rules, by the names of the fields' values.
const RULES: [(&str, ApprovalRule); 3] = [
    ("none", ApprovalRule::None),
    ("requesters", ApprovalRule::Requesters),
    ("everyone", ApprovalRule::Everyone),
];

/// A rule as people read it.
pub(super) fn rule_text(rule: ApprovalRule) -> String {
    t(match rule {
        ApprovalRule::None => "approval_rule_none",
        ApprovalRule::Requesters => "approval_rule_requesters",
        ApprovalRule::Everyone => "approval_rule_everyone",
    })
}

/// Changes the rule.
#[component]
pub(super) fn ApprovalDialog(
    is_open: RwSignal<bool>,
    id: String,
    rule: ApprovalRule,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let name = RULES.iter().find(|(_, one)| *one == rule);
    let chosen = RwSignal::new(name.map_or_else(String::new, |(name, _)| (*name).to_owned()));
    let trouble = RwSignal::new(None::<Trouble>);
    let is_busy = RwSignal::new(false);
    let field = format!("approval-{id}");
    let id = StoredValue::new(id);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = chosen.get_untracked();
        let Some((_, approval)) = RULES.into_iter().find(|(one, _)| *one == name) else {
            return;
        };
        is_busy.set(true);
        spawn_local(async move {
            let (client, id) = (client.get_value(), id.get_value());
            let request = SetApproval { approval };
            let answer = client.send(op::SetApproval, &id, &request);
            match answer.await {
                Ok(_) => {
                    is_open.set(false);
                    trouble.set(None);
                    app.toasts.done(t("approval_rule_set"));
                    on_done.run(());
                }
                Err(fault) => trouble.set(Some(fault)),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let options = || {
        let option = |(name, rule): (&str, ApprovalRule)| (name.to_owned(), rule_text(rule));
        RULES.into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <Dialog is_open title=t("approval_rule")>
            <form on:submit=submit>
                <p>{t("approval_rule_lead")}</p>
                <Select
                    id=field
                    label=t("approval_rule")
                    hint=t("approval_rule_hint")
                    value=chosen
                    options=Signal::derive(options)
                />
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions"><button disabled=is_busy>{t("approval_rule_save")}</button></div>
            </form>
        </Dialog>
    }
}
