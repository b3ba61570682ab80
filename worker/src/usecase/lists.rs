//! Lists of orders, directory entries, CSRs and jobs.

use certwright_api::{
    credentials::CredentialView, csrs::CsrView, directory::DirectoryEntryView, jobs::JobView,
    orders::OrderView, page::Page,
};
use certwright_core::{
    advice::advised,
    directory::{DirectoryItem, Domain},
    ids::{CredentialId, CsrId, JobId},
    order::{Order, OrderState},
    search::Query,
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{credentials, gather::gather, order_view};
use crate::{
    caller::{Caller, Within},
    fault::Fault,
    paging::{Cursor, Paging},
    platform::Platform,
    storage::{
        credentials as stored, csrs, directory, jobs,
        order_list::{self, Direction, Exact, Walk},
        parts::Found,
    },
};

/// What the orders are searched for.
#[derive(Clone, Debug)]
pub struct OrderSearch {
    /// One state, by name.
    pub state: Option<String>,
    /// Whether only those are wanted that do not go on until a person acts.
    pub is_stuck: bool,
    /// Whose.
    pub within: Within,
    /// What was typed into a search field, in every sense.
    pub text: Option<Query>,
    /// A host, everything below it, and wildcards that stand for it.
    pub host: Option<String>,
    /// Whether the deleted ones are wanted, instead of the others.
    pub is_deleted: bool,
    /// Which come first, unless searched for by text or host.
    pub direction: Direction,
}

/// A page of orders by time; what is searched for by name in the order of how well it fits, the latest
/// first.
///
/// # Errors
/// [`Fault::Invalid`] naming the parameter.
pub async fn orders<P: Platform>(
    platform: &P,
    caller: &Caller,
    search: &OrderSearch,
    paging: &Paging,
) -> Result<Page<OrderView>, Fault> {
    if let Some(state) = &search.state
        && !OrderState::NAMES.contains(&state.as_str())
    {
        let remedy = format!("Use one of {}.", OrderState::NAMES.join(", "));
        let wrong = advised("must be a state of orders", remedy);
        return Err(Fault::invalid("state", "unknown", wrong));
    }
    let exact = exact(search);
    let walks = walks(search, exact.as_ref());
    let account = search.within.account();
    let read = async |walk: &Walk<'_>, after: Option<&Cursor>, limit: u32| {
        let (database, direction) = (platform.database(), search.direction);
        let is_deleted = search.is_deleted;
        let rows = order_list::walk(database, walk, account, is_deleted, direction, after, limit);
        Ok(rows.await?)
    };
    let mut shown = std::collections::HashSet::new();
    let keep = |_: usize, row: &mut Found<Order>| {
        admits(search, &row.item) && shown.insert(row.item.id.clone())
    };
    let page = gather(paging, &walks, read, keep).await?;
    let view = |order| order_view::view(order, caller, platform.now());
    Ok(Page {
        items: page.items.into_iter().map(view).collect(),
        next_cursor: page.next_cursor,
    })
}

/// What a search asks for that few orders have in common.
fn exact(search: &OrderSearch) -> Option<Exact> {
    let query = search.text.as_ref()?;
    let exact = Exact {
        id: query.id.clone(),
        numbers: query.numbers.clone(),
        serials: query.serials.iter().map(ToString::to_string).collect(),
        sha256: query.sha256.clone(),
        sha1: query.sha1.clone(),
    };
    (exact != Exact::default()).then_some(exact)
}

/// The walks that find what is searched for, the most certain ones first.
fn walks<'s>(search: &'s OrderSearch, exact: Option<&'s Exact>) -> Vec<Walk<'s>> {
    if let Some(query) = &search.text {
        let names = query
            .names
            .iter()
            .flat_map(|name| [Walk::Covers(name), Walk::Below(name), Walk::Begins(name)]);
        return exact.map(Walk::Exact).into_iter().chain(names).collect();
    }
    if let Some(host) = &search.host {
        return vec![Walk::Covers(host), Walk::Below(host)];
    }
    // Whoever is bounded to an account walks its orders alone, whatever else is searched for: a walk
    // along others would show, as the place where a page ends, that they are there.
    let account = search.within.account().map(CredentialId::as_str);
    vec![match (search.within.bound(), &search.state, account) {
        (Some(bound), ..) => Walk::Credential(bound.as_str()),
        (None, _, _) if search.is_stuck && !search.is_deleted => Walk::Stuck,
        (None, Some(state), _) => Walk::State(state),
        (None, None, Some(account)) => Walk::Credential(account),
        (None, None, None) => Walk::All,
    }]
}

fn admits(search: &OrderSearch, order: &Order) -> bool {
    search
        .state
        .as_deref()
        .is_none_or(|state| state == order.state.name())
        && (!search.is_stuck || order.is_stuck())
        && search.is_deleted == order.deleted_at.is_some()
        && search
            .within
            .account()
            .is_none_or(|account| *account == order.credential_id)
}

/// How long a picture of a list is kept, in seconds. Its name carries the directory's revision, so
/// it is never out of date, only out of use.
const PICTURE_SECONDS: u64 = 24 * 60 * 60;

/// An entry of the directory, as it is listed.
pub type Entry<T> = DirectoryEntryView<T>;

/// A page of a part of the directory, by name.
///
/// The first page of an account's part fills the forms' drop-downs and is kept in the cache.
///
/// # Errors
/// [`Fault::NotFound`] for an account that does not exist.
pub async fn directory<P, T>(
    platform: &P,
    within: &Within,
    paging: &Paging,
) -> Result<Page<Entry<T>>, Fault>
where
    P: Platform,
    T: DirectoryItem + Serialize + DeserializeOwned,
{
    let Some(id) = within.account() else {
        return directory_page(platform, None, paging).await;
    };
    let revision = credentials::find(platform, id).await?.directory_revision;
    let is_first = paging.after.is_none();
    let name = format!(
        "directory/{id}/{}/{revision}/{}",
        T::PART.as_str(),
        paging.limit
    );
    if is_first
        && let Some(picture) = platform.cached(&name).await
        && let Ok(page) = serde_json::from_str(&picture)
    {
        return Ok(page);
    }
    let page = directory_page(platform, Some(id), paging).await?;
    if is_first && let Ok(picture) = serde_json::to_string(&page) {
        platform.cache(&name, picture, PICTURE_SECONDS).await;
    }
    Ok(page)
}

async fn directory_page<P: Platform, T: DirectoryItem + DeserializeOwned>(
    platform: &P,
    credential_id: Option<&CredentialId>,
    paging: &Paging,
) -> Result<Page<Entry<T>>, Fault> {
    let after = paging
        .after
        .as_ref()
        .map_or("", |cursor| cursor.text.as_str());
    let limit = paging.limit + 1;
    let rows = directory::page(platform.database(), credential_id, after, limit).await?;
    let page = paging.page(rows, |listed| Cursor {
        number: 0,
        text: listed.position.clone(),
    });
    let items = page.items.into_iter().map(|listed| listed.view).collect();
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

/// A page of the domains whose validation runs out before `end` and has not yet, the first to run
/// out first.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn expiring_domains<P: Platform>(
    platform: &P,
    within: &Within,
    end: Timestamp,
    paging: &Paging,
) -> Result<Page<Entry<Domain>>, Fault> {
    let after = paging
        .after
        .as_ref()
        .map_or("", |cursor| cursor.text.as_str());
    let (now, limit) = (platform.now(), paging.limit + 1);
    let (database, account) = (platform.database(), within.account());
    let rows = directory::expiring_domains(database, account, now, end, after, limit).await?;
    let page = paging.page(rows, |listed| Cursor {
        number: 0,
        text: listed.position.clone(),
    });
    let items = page.items.into_iter().map(|listed| listed.view).collect();
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

/// A page of CSRs, the newest first.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn csrs<P: Platform>(
    platform: &P,
    within: &Within,
    paging: &Paging,
) -> Result<Page<CsrView>, Fault> {
    let after = paging.after.clone().unwrap_or_else(Cursor::newest);
    let (database, holder) = (platform.database(), within.account());
    let rows = csrs::page(database, holder, &after, paging.limit + 1).await?;
    Ok(paging.page(rows, |view| Cursor {
        number: view.created_at.unix(),
        text: view.id.to_string(),
    }))
}

/// The CSR with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn csr<P: Platform>(platform: &P, caller: &Caller, id: &CsrId) -> Result<CsrView, Fault> {
    csrs::by_id(platform.database(), id, caller.scope.as_ref())
        .await?
        .ok_or(Fault::NotFound("CSR"))
}

/// A page of jobs, the newest first.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn jobs<P: Platform>(
    platform: &P,
    within: &Within,
    paging: &Paging,
) -> Result<Page<JobView>, Fault> {
    let after = paging.after.clone().unwrap_or_else(Cursor::newest);
    let (database, account) = (platform.database(), within.account());
    let rows = jobs::page(database, account, &after, paging.limit + 1).await?;
    Ok(paging.page(rows, |view| Cursor {
        number: view.created_at.unix(),
        text: view.id.to_string(),
    }))
}

/// The job with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn job<P: Platform>(platform: &P, id: &JobId) -> Result<JobView, Fault> {
    jobs::by_id(platform.database(), id)
        .await?
        .ok_or(Fault::NotFound("job"))
}

/// The linked accounts, the oldest first.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn credentials<P: Platform>(
    platform: &P,
    within: &Within,
) -> Result<Page<CredentialView>, Fault> {
    let database = platform.database();
    let rows = match within.account() {
        None => stored::all(database).await?,
        Some(account) => stored::by_id(database, account)
            .await?
            .into_iter()
            .collect(),
    };
    let items = rows.iter().map(|row| row.view(platform.now())).collect();
    Ok(Page {
        items,
        next_cursor: None,
    })
}
