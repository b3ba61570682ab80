//! What lists are searched for, read from a request's address. Lists and their CSV take the same.

use certwright_core::{advice::advised, certificate::Serial, search};

use crate::{
    caller::Caller,
    fault::Fault,
    paging::Paging,
    storage::{audit_list::Wanted, order_list::Direction},
    usecase::{audit::AuditSearch, certificates::Search, lists::OrderSearch},
};

use super::query::Query;

/// A search for orders.
pub(super) fn orders(uri: &http::Uri, caller: &Caller) -> Result<(OrderSearch, Paging), Fault> {
    let known = [
        "q",
        "state",
        "stuck",
        "credentialId",
        "host",
        "deleted",
        "sort",
        "limit",
        "cursor",
    ];
    let query = Query::read(uri, &known)?;
    let search = OrderSearch {
        state: query.text("state"),
        is_stuck: query.flag("stuck")?,
        within: caller.within(query.id("credentialId")?)?,
        text: text(&query)?,
        host: host(&query, "host")?,
        is_deleted: query.flag("deleted")?,
        direction: match query.text("sort").as_deref() {
            None | Some("newest") => Direction::NewestFirst,
            Some("oldest") => Direction::OldestFirst,
            Some(_) => {
                return Err(Fault::invalid(
                    "sort",
                    "unknown",
                    advised(
                        "must be newest or oldest",
                        "Leave it out for the newest first.",
                    ),
                ));
            }
        },
    };
    Ok((search, query.paging()?))
}

/// A search for certificates.
pub(super) fn certificates(uri: &http::Uri, caller: &Caller) -> Result<(Search, Paging), Fault> {
    let known = [
        "q",
        "covers",
        "host",
        "credentialId",
        "issuer",
        "key",
        "serial",
        "keyFingerprint",
        "fingerprint",
        "expiresBefore",
        "expiresAfter",
        "limit",
        "cursor",
    ];
    let query = Query::read(uri, &known)?;
    let (fingerprint, sha1) = fingerprints(&query)?;
    let search = Search {
        text: text(&query)?,
        covers: host(&query, "covers")?,
        host: host(&query, "host")?,
        within: caller.within(query.id("credentialId")?)?,
        issuer: query.text("issuer"),
        key: query.text("key"),
        serials: serials(&query)?,
        key_fingerprint: key_fingerprint(&query)?,
        fingerprint,
        sha1,
        expires_before: query.time("expiresBefore")?,
        expires_after: query.time("expiresAfter")?,
    };
    Ok((search, query.paging()?))
}

/// Which entries of the audit trail.
pub(super) fn audit(uri: &http::Uri) -> Result<(AuditSearch, Paging), Fault> {
    let known = [
        "subject", "actor", "action", "account", "from", "before", "seq", "limit", "cursor",
    ];
    let query = Query::read(uri, &known)?;
    let wanted = Wanted {
        subject: query.text("subject"),
        actor: query.text("actor"),
        action: query.text("action"),
        account: query.text("account"),
        from: query.time("from")?,
        before: query.time("before")?,
    };
    if let (Some(from), Some(before)) = (wanted.from, wanted.before)
        && from >= before
    {
        let wrong = advised(
            "must be later than the beginning of the time range",
            "Exchange the two.",
        );
        return Err(Fault::invalid("before", "out-of-range", wrong));
    }
    let seq = query.text("seq").map(|seq| seq.parse::<i64>()).transpose();
    let seq = seq.map_err(|_| {
        Fault::invalid(
            "seq",
            "malformed",
            advised("must be the number of an entry", "Count from 1."),
        )
    })?;
    let search = match (seq, wanted) {
        (None, wanted) => AuditSearch::Entries(wanted),
        (Some(seq), wanted) => match wanted.account.clone() {
            Some(account)
                if wanted
                    == (Wanted {
                        account: wanted.account.clone(),
                        ..Wanted::default()
                    }) =>
            {
                AuditSearch::Place(account, seq)
            }
            _ => {
                let wrong = advised(
                    "numbers the entries of one chain",
                    "Give its account as well, and no other parameter.",
                );
                return Err(Fault::invalid("seq", "combined", wrong));
            }
        },
    };
    Ok((search, query.paging()?))
}

/// What was typed into a search field.
fn text(query: &Query) -> Result<Option<search::Query>, Fault> {
    let read = |text: String| {
        search::Query::read(&text).map_err(|fault| Fault::invalid("q", "not-understood", fault))
    };
    query.text("q").map(read).transpose()
}

/// A host, as people paste them: a URL will do.
fn host(query: &Query, name: &str) -> Result<Option<String>, Fault> {
    let read = |text: String| {
        let names = search::Query::read(&text).map(|read| read.names);
        let first = names.ok().and_then(|names| names.into_iter().next());
        first.ok_or_else(|| {
            let remedy = "Give a name such as www.example.com.";
            let wrong = advised("must be a domain name or a URL", remedy);
            Fault::invalid(name, "malformed-name", wrong)
        })
    };
    query.text(name).map(read).transpose()
}

fn serials(query: &Query) -> Result<Vec<Serial>, Fault> {
    let Some(text) = query.text("serial") else {
        return Ok(Vec::new());
    };
    let found = search::serials(&text);
    if found.is_empty() {
        let wrong = advised(
            "must be a serial number in hexadecimal or decimal",
            "Copy it from the certificate, with or without colons.",
        );
        return Err(Fault::invalid("serial", "malformed", wrong));
    }
    Ok(found)
}

fn key_fingerprint(query: &Query) -> Result<Option<String>, Fault> {
    let read = |text: String| {
        search::fingerprint(&text, 32).ok_or_else(|| {
            let wrong = advised(
                "must be a SHA-256 fingerprint",
                "Give its 64 hexadecimal digits, with or without colons.",
            );
            Fault::invalid("keyFingerprint", "malformed", wrong)
        })
    };
    query.text("keyFingerprint").map(read).transpose()
}

/// A certificate's fingerprint: SHA-256, or else SHA-1.
fn fingerprints(query: &Query) -> Result<(Option<String>, Option<String>), Fault> {
    let Some(text) = query.text("fingerprint") else {
        return Ok((None, None));
    };
    let found = (
        search::fingerprint(&text, 32),
        search::fingerprint(&text, 20),
    );
    if found == (None, None) {
        let wrong = advised(
            "must be a SHA-256 or SHA-1 fingerprint",
            "Give its 64 or 40 hexadecimal digits, with or without colons.",
        );
        return Err(Fault::invalid("fingerprint", "malformed", wrong));
    }
    Ok(found)
}
