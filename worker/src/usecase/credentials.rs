//! Linking emSign accounts and keeping their keys good.

use certwright_api::credentials::{CredentialView, LinkCredential, LinkedCredential};
use certwright_core::{
    advice::advised,
    credential::{AccessKey, AccountNumber, NewDomains},
    ids::CredentialId,
    order::{ApprovalRule, ProposedRule, RuleChange},
    text::{self, Limit},
};
use certwright_emsign::{Account, GetGroupDetails, ValidateCredentials};

use super::sync;
use crate::{
    ca::{Connection, Urgency, environment_missing, key_missing},
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault, field_problem},
    platform::Platform,
    random::Fresh,
    seal,
    storage::{
        audit,
        credentials::{self, CredentialRow, NewCredential, ReadRule},
    },
};

/// Links an account:
///
/// 1. checks the fields;
/// 2. checks the key with live calls: it must be accepted, and show its groups;
/// 3. seals the key;
/// 4. stores the account and the work of its first sync, in one batch.
///
/// # Errors
/// [`Fault::Invalid`] naming the field, a conflict when the account is linked already,
/// [`Fault::Ca`] when the CA does not accept the key or cannot be reached. Nothing is stored then.
pub async fn link<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &LinkCredential,
) -> Result<LinkedCredential, Fault> {
    let mut problems = Vec::new();
    let label = text::line(&request.label, Limit::LABEL);
    if let Err(fault) = label {
        problems.push(field_problem("label", fault.code(), fault));
    }
    for (field, text) in [
        ("label", request.label.as_str()),
        ("accountNumber", request.account_number.as_str()),
    ] {
        if text::shows(text, &request.access_key) {
            let message = "must not contain the access key, because everybody can read this field";
            let remedy = "write the key in its own field only";
            problems.push(field_problem(field, "secret", advised(message, remedy)));
        }
    }
    let number = AccountNumber::try_from(request.account_number.clone());
    let key = AccessKey::parse(&request.access_key);
    if let Err(fault) = &number {
        problems.push(field_problem("accountNumber", "malformed", fault));
    }
    if let Err(fault) = &key {
        problems.push(field_problem("accessKey", "malformed", fault));
    }
    let (Ok(label), Ok(number), Ok(key), true) = (label, number, key, problems.is_empty()) else {
        return Err(Fault::Invalid(problems));
    };
    let linked = credentials::all(platform.database()).await?;
    let is_linked = linked
        .iter()
        .any(|known| known.environment == request.environment && known.account_number == number);
    if is_linked {
        return Err(already_linked());
    }
    let base = platform
        .settings()
        .ca_base(request.environment)
        .ok_or_else(environment_missing)?;
    let account = Account {
        base,
        number: number.clone(),
        key: key.clone(),
    };
    let connection = Connection::with(platform, account);
    connection.call(&ValidateCredentials).await?;
    let overview = connection
        .call(&GetGroupDetails {
            account_number: number.clone(),
        })
        .await?;

    let id = CredentialId::fresh(platform);
    let sealed_key = seal::seal(platform, &id, &key).await?.to_string();
    let now = platform.now();
    let view = CredentialView {
        id: id.clone(),
        label: label.to_owned(),
        environment: request.environment,
        generation: request.generation,
        account_number: number.to_string(),
        user_email: overview.account.email,
        created_at: now,
        verified_at: now,
        needs_key: false,
        paused_until: None,
        approval: ApprovalRule::None,
        proposed_approval: None,
        new_domains: NewDomains::default(),
    };
    let entry = audit::Entry {
        caller,
        action: "credential.link",
        subject: id.as_str(),
        outcome: "done",
        detail: Some(format!("{label}, account {number}")),
    };
    let sync = sync::start(platform, std::slice::from_ref(&id), &[])?;
    let mut statements = vec![
        credentials::insert(&NewCredential {
            view: &view,
            sealed_key: &sealed_key,
        })?,
        audit::insert(platform, &entry),
    ];
    statements.extend(sync.statements);
    platform.database().batch(statements).await?;
    platform.enqueue(sync.messages, 0).await;
    let sync_job_id = sync.job_ids.into_iter().next();
    Ok(LinkedCredential {
        credential: view,
        sync_job_id: sync_job_id.ok_or_else(|| Fault::Internal("no sync".to_owned()))?,
    })
}

fn already_linked() -> Fault {
    Fault::Conflict(Conflict {
        code: "already-linked",
        field: Some("accountNumber"),
        detail: "this account is linked already".to_owned(),
        remedy: Some("use the linked account, or give it a new access key there".to_owned()),
    })
}

/// The account with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn find<P: Platform>(platform: &P, id: &CredentialId) -> Result<CredentialRow, Fault> {
    credentials::by_id(platform.database(), id)
        .await?
        .ok_or(Fault::NotFound("credential"))
}

/// The account with this id, ready for calls to the CA.
///
/// # Errors
/// [`Fault::NotFound`], or a conflict when its access key is missing.
pub async fn find_usable<P: Platform>(
    platform: &P,
    id: &CredentialId,
) -> Result<CredentialRow, Fault> {
    let credential = find(platform, id).await?;
    if credential.needs_key() {
        return Err(key_missing());
    }
    Ok(credential)
}

/// Checks the stored key with a live call.
///
/// # Errors
/// [`Fault::Ca`] when the CA does not accept it or cannot be reached.
pub async fn verify<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &CredentialId,
) -> Result<CredentialView, Fault> {
    let credential = find(platform, id).await?;
    let connection = Connection::open(platform, &credential, Urgency::Person).await?;
    connection.call(&ValidateCredentials).await?;
    let entry = audit::Entry {
        caller,
        action: "credential.verify",
        subject: id.as_str(),
        outcome: "done",
        detail: None,
    };
    let statements = vec![
        credentials::verified(id, platform.now()),
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    Ok(find(platform, id).await?.view(platform.now()))
}

/// Replaces the key, after the CA accepted the new one.
///
/// # Errors
/// [`Fault::Invalid`], or [`Fault::Ca`] when the CA does not accept it; the old key stays then.
pub async fn rotate<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &CredentialId,
    access_key: &str,
) -> Result<CredentialView, Fault> {
    let credential = find(platform, id).await?;
    let key = AccessKey::parse(access_key)
        .map_err(|fault| Fault::invalid("accessKey", "malformed", fault))?;
    let shown = [
        credential.label.as_str(),
        credential.account_number.as_str(),
    ];
    if shown.iter().any(|text| text::shows(text, key.expose())) {
        let message = "must not stand in the account's label or number, which everybody can read";
        let remedy = "generate another key in the emSign portal";
        let problem = field_problem("accessKey", "secret", advised(message, remedy));
        return Err(Fault::Invalid(vec![problem]));
    }
    let base = platform
        .settings()
        .ca_base(credential.environment)
        .ok_or_else(environment_missing)?;
    let account = Account {
        base,
        number: credential.account_number.clone(),
        key: key.clone(),
    };
    Connection::with(platform, account)
        .call(&ValidateCredentials)
        .await?;
    let sealed = seal::seal(platform, id, &key).await?.to_string();
    let entry = audit::Entry {
        caller,
        action: "credential.rotate",
        subject: id.as_str(),
        outcome: "done",
        detail: None,
    };
    let statements = vec![
        credentials::rotate(id, &sealed, platform.now()),
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    Ok(find(platform, id).await?.view(platform.now()))
}

/// Sets whose orders wait for a second person's approval. Orders that wait already go on waiting. Where
/// everybody's orders wait, a laxer rule is only noted, until another person asks for the same.
///
/// # Errors
/// [`Fault::NotFound`]; a conflict when the rule was changed in this moment.
pub async fn set_approval<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &CredentialId,
    rule: ApprovalRule,
) -> Result<CredentialView, Fault> {
    let (before, now) = (find(platform, id).await?, platform.now());
    let by = caller.decider();
    let proposed = before.proposed_rule();
    let change = before.approval.change_to(rule, proposed.as_ref(), &by, now);
    let (update, outcome) = match change {
        RuleChange::Set => (credentials::set_approval(&before, rule), "done"),
        RuleChange::Proposed => {
            let proposed = ProposedRule {
                approval: rule,
                by: by.actor,
                person: by.person,
                at: now,
            };
            (
                credentials::propose_approval(&before, &proposed),
                "requested",
            )
        }
    };
    let confirmed = match (change, &proposed) {
        (RuleChange::Set, Some(proposed)) if proposed.approval == rule => {
            format!(", as {} asked", proposed.by)
        }
        _ => String::new(),
    };
    let entry = audit::Entry {
        caller,
        action: "credential.approval",
        subject: id.as_str(),
        outcome,
        detail: Some(format!(
            "{} to {}{confirmed}",
            before.approval.name(),
            rule.name()
        )),
    };
    let read = ReadRule::of(&before);
    let trace = audit::insert_if_rule(platform, &entry, &read);
    let changed = platform.database().batch(vec![trace, update]).await?;
    if changed.last().is_none_or(|rows| *rows == 0) {
        return Err(Fault::Conflict(Conflict {
            code: "rule-changed",
            field: None,
            detail: "The rule was changed meanwhile.".to_owned(),
            remedy: Some("Reload and try again.".to_owned()),
        }));
    }
    Ok(find(platform, id).await?.view(now))
}

/// Sets what becomes of a DV order for a domain that the account does not have yet. Orders that were
/// placed already go on; one that waits for approval is checked by the setting of that time.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn set_new_domains<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &CredentialId,
    new_domains: NewDomains,
) -> Result<CredentialView, Fault> {
    let before = find(platform, id).await?;
    let entry = audit::Entry {
        caller,
        action: "credential.new-domains",
        subject: id.as_str(),
        outcome: "done",
        detail: Some(format!("{:?} to {new_domains:?}", before.new_domains).to_lowercase()),
    };
    let statements = vec![
        credentials::set_new_domains(id, new_domains)?,
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    Ok(find(platform, id).await?.view(platform.now()))
}
