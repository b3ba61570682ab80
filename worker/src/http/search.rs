//! What lists are searched for, read from a request's address. Lists and their CSV take the same.

use crate::{
    caller::Caller,
    fault::Fault,
    paging::Paging,
    storage::{audit::Walk, orders::Direction},
    usecase::{certificates::Search, lists::OrderSearch},
};

use super::query::Query;

/// A search for orders.
pub(super) fn orders(uri: &http::Uri, caller: &Caller) -> Result<(OrderSearch, Paging), Fault> {
    let known = [
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
        host: query.text("host"),
        is_deleted: query.flag("deleted")?,
        direction: match query.text("sort").as_deref() {
            None | Some("newest") => Direction::NewestFirst,
            Some("oldest") => Direction::OldestFirst,
            Some(_) => return Err(Fault::invalid("sort", "unknown", "is newest or oldest")),
        },
    };
    Ok((search, query.paging()?))
}

/// A search for certificates.
pub(super) fn certificates(uri: &http::Uri, caller: &Caller) -> Result<(Search, Paging), Fault> {
    let known = [
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
    let search = Search {
        host: query.text("host"),
        within: caller.within(query.id("credentialId")?)?,
        issuer: query.text("issuer"),
        key: query.text("key"),
        serial: query.text("serial"),
        key_fingerprint: query.text("keyFingerprint"),
        fingerprint: query.text("fingerprint"),
        expires_before: query.time("expiresBefore")?,
        expires_after: query.time("expiresAfter")?,
    };
    Ok((search, query.paging()?))
}

/// Which entries of the audit trail.
pub(super) fn audit(uri: &http::Uri) -> Result<(Walk, Paging), Fault> {
    let known = ["subject", "actor", "account", "seq", "limit", "cursor"];
    let query = Query::read(uri, &known)?;
    let seq = query.text("seq").map(|seq| seq.parse::<i64>()).transpose();
    let seq = seq.map_err(|_| Fault::invalid("seq", "malformed", "is the number of an entry"))?;
    let asked = (
        query.text("subject"),
        query.text("actor"),
        query.text("account"),
        seq,
    );
    let walk = match asked {
        (None, None, None, None) => Walk::All,
        (Some(subject), None, None, None) => Walk::Subject(subject),
        (None, Some(actor), None, None) => Walk::Actor(actor),
        (None, None, Some(account), None) => Walk::Account(account),
        (None, None, Some(account), Some(seq)) => Walk::Place(account, seq),
        (.., None, Some(_)) => {
            let message = "numbers the entries of one chain; give its account as well";
            return Err(Fault::invalid("seq", "combined", message));
        }
        _ => {
            let message = "subject, actor and account can't be combined; give one of them";
            return Err(Fault::invalid("subject", "combined", message));
        }
    };
    Ok((walk, query.paging()?))
}
