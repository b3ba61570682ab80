//! Reading and storing requests.

use certwright_api::csrs::{CsrFacts, CsrRequest, CsrView};
use certwright_core::{
    csr::Csr,
    ids::CsrId,
    names::SubjectName,
    text::{self, Limit},
};

use crate::{
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{audit, csrs},
};

/// Reads a request: its structure, its own signature, its key and its names.
///
/// # Errors
/// [`Fault::Invalid`] naming the field `csr`.
pub fn read(text: &str) -> Result<Csr, Fault> {
    Csr::read(text.as_bytes()).map_err(|fault| Fault::invalid("csr", fault.code(), &fault))
}

/// What a request holds.
#[must_use]
pub fn facts(csr: &Csr) -> CsrFacts {
    let (mut names, mut other_names) = (Vec::new(), Vec::new());
    for name in csr.subject_alternative_names() {
        match name {
            SubjectName::Dns(name) => names.push(name.to_string()),
            SubjectName::Ip(_) | SubjectName::Other { .. } => other_names.push(name.to_string()),
        }
    }
    CsrFacts {
        subject: csr.subject().to_owned(),
        common_name: csr.common_name().map(ToString::to_string),
        names,
        other_names,
        key: csr.key().algorithm().to_string(),
        key_fingerprint: csr.key_fingerprint().to_string(),
        signature_algorithm: csr.signature_algorithm().to_owned(),
        fingerprint: csr.fingerprint().to_string(),
        pem: csr.pem(),
    }
}

/// Stores a request. One that is stored already is given as it is; to a caller who is bounded to an
/// account it is shown under the label that they gave it, since having it is no leave to see what
/// others call it.
///
/// # Errors
/// [`Fault::Invalid`] naming the field.
pub async fn store<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &CsrRequest,
) -> Result<CsrView, Fault> {
    let csr = read(&request.csr)?;
    let facts = facts(&csr);
    let label = label(request, &facts)?;
    let database = platform.database();
    let holder = caller.scope.as_ref();
    if let Some(known) = csrs::by_fingerprint(database, &facts.fingerprint).await?
        && let Some(seen) = csrs::by_id(database, &known.id, holder).await?
    {
        return Ok(seen);
    }
    let view = CsrView {
        id: CsrId::fresh(platform),
        label,
        facts,
        created_at: platform.now(),
    };
    let entry = audit::Entry {
        caller,
        action: "csr.store",
        subject: view.id.as_str(),
        outcome: "done",
        detail: Some(view.facts.subject.clone()),
    };
    let mut statements = vec![
        csrs::insert(&view.id, &view.label, &view.facts, view.created_at)?,
        audit::insert(platform, &entry),
    ];
    let fingerprint = view.facts.fingerprint.as_str();
    statements
        .extend(holder.map(|holder| csrs::hold(holder, fingerprint, &view.label, view.created_at)));
    database.batch(statements).await?;
    // Two callers may store one request at the same time; both are shown the one that stayed.
    let stored = csrs::by_fingerprint(database, fingerprint).await?;
    let seen = match stored {
        Some(stored) => csrs::by_id(database, &stored.id, holder).await?,
        None => None,
    };
    Ok(seen.unwrap_or(view))
}

fn label(request: &CsrRequest, facts: &CsrFacts) -> Result<String, Fault> {
    if let Some(given) = request
        .label
        .as_deref()
        .filter(|label| !label.trim().is_empty())
    {
        let kept = text::line(given, Limit::LABEL)
            .map_err(|fault| Fault::invalid("label", fault.code(), fault))?;
        return Ok(kept.to_owned());
    }
    let name = facts.common_name.as_ref().or_else(|| facts.names.first());
    let name = name.map_or("unnamed", String::as_str);
    Ok(text::shortened(name, Limit::LABEL.most))
}
