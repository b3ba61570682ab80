//! The heads of the audit trail that this browser saw last: history before them can't be rewritten
//! unnoticed, whoever runs the Worker.

use std::collections::{BTreeMap, BTreeSet};

use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_api::system::AuditView;
use certwright_core::audit::pin::{Judgement, judge, needs_entry};
use certwright_core::audit::{ChainFault, Head, Verified, Verifier};

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
    let page: Page<Head> = client
        .get(op::ListAuditHeads, "", &Filter::default())
        .await?;
    let heads: Heads = page
        .items
        .into_iter()
        .map(|head| (head.account.clone(), head))
        .collect();
    let mut pins = seen(client).await;
    let accounts: BTreeSet<String> = pins.keys().chain(heads.keys()).cloned().collect();
    let mut lost = Vec::new();
    for account in accounts {
        let (pin, now) = (pins.get(&account), heads.get(&account));
        if judgement(client, pin, now).await?.is_alarming() {
            lost.extend(pin.cloned());
        } else if let Some(now) = now {
            pins.insert(account, now.clone());
        }
    }
    storage::write(Area::Local, &key(client), &pins).await;
    Ok(Watch { heads, lost })
}

async fn judgement(
    client: &Client,
    pin: Option<&Head>,
    now: Option<&Head>,
) -> Result<Judgement, Trouble> {
    let mut at_pin = None;
    if let Some(pin) = pin.filter(|_| needs_entry(pin, now)) {
        let place = Filter::by("account", &*pin.account).with("seq", pin.seq.to_string());
        let page: Page<AuditView> = client.get(op::ListAudit, "", &place).await?;
        at_pin = page.items.into_iter().next().and_then(|entry| entry.hash);
    }
    Ok(judge(pin, now, at_pin.as_ref()))
}

/// Believes the history of now, whatever was seen before.
pub(crate) async fn accept(client: &Client, watch: &Watch) {
    storage::write(Area::Local, &key(client), &watch.heads).await;
}

/// Reads every entry of every chain and checks it here, pins included.
pub(crate) async fn verify(client: &Client) -> Result<Result<Verified, ChainFault>, Trouble> {
    let pins = seen(client).await;
    let page: Page<Head> = client
        .get(op::ListAuditHeads, "", &Filter::default())
        .await?;
    let mut whole = Verified::default();
    for head in page.items {
        let pin = pins.get(&head.account);
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
