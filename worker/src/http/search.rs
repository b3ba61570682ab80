//! What lists are searched for, read from a request's address. Lists and their CSV take the same.

use crate::{
    caller::Caller,
    fault::Fault,
    paging::Paging,
    storage::{audit_list::Wanted, orders::Direction},
    usecase::{audit::AuditSearch, certificates::Search, lists::OrderSearch},
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
        let message = "must be later than the beginning of the time range";
        return Err(Fault::invalid("before", "out-of-range", message));
    }
    let seq = query.text("seq").map(|seq| seq.parse::<i64>()).transpose();
    let seq =
        seq.map_err(|_| Fault::invalid("seq", "malformed", "must be the number of an entry"))?;
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
                let message = "numbers the entries of one chain: give its account as well, \
                               and no other parameter";
                return Err(Fault::invalid("seq", "combined", message));
            }
        },
    };
    Ok((search, query.paging()?))
}
