//! The heads of the audit trail that this browser saw last: history before them can't be rewritten
//! unnoticed, whoever runs the Worker.

use std::collections::{BTreeMap, BTreeSet};

use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_api::system::{AuditChain, AuditView};
use certwright_core::audit::pin::{Judgement, first_wanted, is_archived, recompute};
use certwright_core::audit::{ChainFault, Entry, Head, Sealed, Verified, Verifier};

use crate::browser::clock;
use crate::browser::storage::{self, Area};
use crate::client::{Client, Trouble};
use crate::route::Filter;

/// Heads by account.
type Heads = BTreeMap<String, Head>;

/// What was found when the trail was held against what was seen of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Watch {
    /// Where the chains end now.
    pub(crate) heads: Heads,
    /// The heads that were seen and are no part of the history any more.
    pub(crate) lost: Vec<Head>,
}

/// Pins belong to one Worker: another one has another history.
fn key(client: &Client) -> String {
    format!("audit_pins {}", client.address())
}

async fn seen(client: &Client) -> Heads {
    storage::read(Area::Local, &key(client))
        .await
        .unwrap_or_default()
}

/// Holds the trail against what was seen, and remembers what is in order. A pin that does not fit
/// stays, so that the alarm does not end by itself.
pub(crate) async fn look(client: &Client) -> Result<Watch, Trouble> {
    let page: Page<AuditChain> = client
        .get(op::ListAuditHeads, "", &Filter::default())
        .await?;
    let chains: BTreeMap<String, AuditChain> = page
        .items
        .into_iter()
        .map(|chain| (chain.account.clone(), chain))
        .collect();
    let ends = chains.iter();
    let heads: Heads = ends
        .map(|(account, chain)| (account.clone(), chain.head()))
        .collect();
    let mut pins = seen(client).await;
    let accounts: BTreeSet<String> = pins.keys().chain(heads.keys()).cloned().collect();
    let mut lost = Vec::new();
    for account in accounts {
        let (pin, now) = (pins.get(&account), heads.get(&account));
        let Some(judged) = judgement(client, pin, chains.get(&account)).await? else {
            continue;
        };
        if judged.is_alarming() {
            lost.extend(pin.or(now).cloned());
        } else if let Some(now) = now {
            pins.insert(account, now.clone());
        }
    }
    storage::write(Area::Local, &key(client), &pins).await;
    Ok(Watch { heads, lost })
}

/// Pages of entries that a look reads of one chain at most; what has grown by more is left to the check
/// of every entry, and its pin stays where it is.
const MOST_PAGES: u32 = 50;

/// What the entries themselves say, their hashes computed here. `None` when there are too many.
async fn judgement(
    client: &Client,
    pin: Option<&Head>,
    chain: Option<&AuditChain>,
) -> Result<Option<Judgement>, Trouble> {
    let today = clock::now().unix();
    let checkpoint = chain.and_then(|chain| chain.checkpoint.as_ref());
    let now = chain.map(AuditChain::head);
    let now = now.as_ref();
    if chain.is_some_and(AuditChain::is_cut) {
        return Ok(Some(Judgement::Cut));
    }
    let Some(head) = now.filter(|now| pin.is_none_or(|pin| now.seq >= pin.seq)) else {
        let none = BTreeMap::new();
        return Ok(Some(recompute(pin, now, checkpoint, &none, today)));
    };
    let kept = chain.map_or(1, |chain| chain.first);
    let first = first_wanted(pin, head, checkpoint);
    let first = first.saturating_sub(1).max(kept);
    let wanted = head.seq.saturating_sub(first).saturating_add(1);
    let mut entries = BTreeMap::new();
    let mut filter = Filter::by("account", &*head.account).with("limit", "100");
    for _ in 0..MOST_PAGES {
        let page: Page<AuditView> = client.get(op::ListAudit, "", &filter).await?;
        let sealed = page.items.into_iter().filter_map(sealed);
        entries.extend(sealed.filter(|(seq, _)| (first..=head.seq).contains(seq)));
        match page.next_cursor {
            Some(next) if (entries.len() as u64) < wanted => filter = filter.with("cursor", next),
            _ => return Ok(Some(recompute(pin, now, checkpoint, &entries, today))),
        }
    }
    Ok(None)
}

fn sealed(view: AuditView) -> Option<(u64, Sealed)> {
    let hash = view.hash?;
    let entry = Entry {
        account: view.account,
        seq: view.seq,
        id: view.id,
        at: view.at.unix(),
        actor: view.actor,
        role: view.role,
        action: view.action,
        subject: view.subject,
        outcome: view.outcome,
        detail: view.detail,
        address: view.address,
    };
    Some((entry.seq, Sealed { entry, hash }))
}

/// Believes the history of now, whatever was seen before.
pub(crate) async fn accept(client: &Client, watch: &Watch) {
    storage::write(Area::Local, &key(client), &watch.heads).await;
}

/// Reads every entry of every chain and checks it here, pins included.
pub(crate) async fn verify(client: &Client) -> Result<Result<Verified, ChainFault>, Trouble> {
    let pins = seen(client).await;
    let page: Page<AuditChain> = client
        .get(op::ListAuditHeads, "", &Filter::default())
        .await?;
    let today = clock::now().unix();
    let mut whole = Verified::default();
    for head in page.items {
        let pin = pins.get(&head.account);
        // What was pruned is in an archive, and can't be met here.
        let pin = pin.filter(|pin| !is_archived(pin, head.checkpoint.as_ref(), today));
        let verifier = pin.map_or_else(Verifier::default, |pin| Verifier::expecting(pin.hash));
        match verify_chain(client, &head.account, verifier).await? {
            Ok(chain) => {
                whole.entries = whole.entries.saturating_add(chain.entries);
                whole.heads.extend(chain.heads);
            }
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(Ok(whole))
}

async fn verify_chain(
    client: &Client,
    account: &str,
    mut verifier: Verifier,
) -> Result<Result<Verified, ChainFault>, Trouble> {
    let mut filter = Filter::by("account", account);
    loop {
        let page = client.get(op::ExportAudit, "", &filter).await?;
        for line in page.text.lines() {
            if let Err(fault) = verifier.read(line) {
                return Ok(Err(fault));
            }
        }
        match page.next_cursor() {
            Some(cursor) => filter = filter.with("cursor", cursor),
            None => return Ok(verifier.finish()),
        }
    }
}
