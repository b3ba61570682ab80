//! Whose orders wait for a second person, a setting of each account.

use std::fmt::Display;

use certwright_api::credentials::SetApproval;
use certwright_api::endpoint::op;
use certwright_core::order::{ApprovalRule, ProposedRule};
use leptos::prelude::*;

use crate::app::{use_app, use_client};
use crate::parts::{Asking, Dialog, Select};
use crate::text::{t, t_with};

/// The rules, by the names of the fields' values.
const RULES: [(&str, ApprovalRule); 4] = [
    ("none", ApprovalRule::None),
    ("requesters", ApprovalRule::Requesters),
    ("everyone", ApprovalRule::Everyone),
    (
        "everyoneAndRevocations",
        ApprovalRule::EveryoneAndRevocations,
    ),
];

/// A rule as people read it.
pub(super) fn rule_text(rule: ApprovalRule) -> String {
    t(match rule {
        ApprovalRule::None => "approval_rule_none",
        ApprovalRule::Requesters => "approval_rule_requesters",
        ApprovalRule::Everyone => "approval_rule_everyone",
        ApprovalRule::EveryoneAndRevocations => "approval_rule_revocations",
    })
}

/// Changes the rule.
#[component]
pub(super) fn ApprovalDialog(
    asking: Asking,
    id: String,
    rule: ApprovalRule,
    /// A laxer rule that waits for another person.
    proposed: Memo<Option<ProposedRule>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let name = RULES.iter().find(|(_, one)| *one == rule);
    let chosen = RwSignal::new(name.map_or_else(String::new, |(name, _)| (*name).to_owned()));
    let field = format!("approval-{id}");
    let id = StoredValue::new(id);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = chosen.get_untracked();
        let Some((_, approval)) = RULES.into_iter().find(|(one, _)| *one == name) else {
            return;
        };
        let (client, id) = (client.get_value(), id.get_value());
        let answer = async move {
            let request = SetApproval { approval };
            client.send(op::SetApproval, &id, &request).await
        };
        asking.send(answer, move |account| {
            let text = if account.approval == approval {
                "approval_rule_set"
            } else {
                "approval_rule_proposed"
            };
            app.toasts.done(t(text));
            // Not when the page, and with it this callback, is gone.
            let _ = on_done.try_run(());
        });
    };
    let options = || {
        let option = |(name, rule): (&str, ApprovalRule)| (name.to_owned(), rule_text(rule));
        RULES.into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <Dialog is_open=asking.is_open title=t("approval_rule")>
            <form on:submit=submit>
                <p>{t("approval_rule_lead")}</p>
                {move || proposed.get().map(|proposed| {
                    let (asked, now) = (rule_text(proposed.approval), rule_text(rule));
                    let values: [(&str, &dyn Display); 3] =
                        [("who", &proposed.by), ("rule", &asked), ("now", &now)];
                    view! { <p class="note">{t_with("approval_rule_pending", &values)}</p> }
                })}
                <Select
                    id=field
                    label=t("approval_rule")
                    hint=t("approval_rule_hint")
                    value=chosen
                    options=Signal::derive(options)
                />
                {asking.note()}
                <div class="actions"><button disabled=asking.is_busy>{t("approval_rule_save")}</button></div>
            </form>
        </Dialog>
    }
}
