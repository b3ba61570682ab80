//! Refreshing one part of an account's directory.

use certwright_api::jobs::PartReport;
use certwright_core::{
    directory::{
        Account, Diff, DirectoryItem, DirectoryPart, Domain, Group, Organization, Product, diff,
    },
    fault::CaFault,
    ids::{CredentialId, JobId, WorkId},
};
use certwright_emsign::{
    GetDomainDetails, GetGroupDetails, GetOrganizationDetails, GetProductDetails,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Task, messages,
    not_done::{NotDone, give_up},
};
use crate::{
    ca::{Connection, Urgency},
    database::{Database, Statement},
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        credentials, directory, jobs,
        work::{self, NewWork, Taken},
    },
};

/// How many details are read in one invocation, which may make 50 calls.
const DETAILS_PER_INVOCATION: usize = 40;

/// What one invocation did of a part.
struct Progress {
    statements: Vec<Statement>,
    report: PartReport,
    has_changed: bool,
    /// Where the next invocation goes on.
    next: Option<usize>,
}

/// Refreshes the part that the piece names.
pub(super) async fn run<P: Platform>(platform: &P, piece: &Taken) -> Result<(), Fault> {
    let Task::Sync {
        credential_id,
        job_id,
        part,
        from,
    } = &piece.task
    else {
        return Ok(());
    };
    let Some(credential) = credentials::by_id(platform.database(), credential_id).await? else {
        platform.database().batch(work::finish(&[piece])?).await?;
        return Ok(());
    };
    let connection = Connection::open(platform, &credential, Urgency::Background).await?;
    let progress = match part {
        DirectoryPart::Accounts => accounts(platform, &connection, credential_id).await,
        DirectoryPart::Groups => groups(platform, &connection, credential_id).await,
        DirectoryPart::Organizations => {
            organizations(platform, &connection, credential_id, *from).await
        }
        DirectoryPart::Domains => domains(platform, &connection, credential_id).await,
        DirectoryPart::Products => products(platform, &connection, credential_id).await,
    };
    match progress {
        Ok(progress) => store(platform, piece, credential_id, job_id, *part, progress).await,
        Err(Fault::Ca(fault)) => give_up(platform, vec![(piece, NotDone::from(&fault))]).await,
        Err(other) => Err(other),
    }
}

async fn store<P: Platform>(
    platform: &P,
    piece: &Taken,
    credential_id: &CredentialId,
    job_id: &JobId,
    part: DirectoryPart,
    progress: Progress,
) -> Result<(), Fault> {
    let now = platform.now();
    let mut statements = progress.statements;
    if progress.has_changed {
        statements.push(credentials::directory_changed(credential_id));
    }
    statements.push(jobs::merge_sync(
        job_id,
        part,
        &progress.report,
        &piece.lease(),
        now,
    )?);
    let follow_up: Vec<NewWork> = progress
        .next
        .map(|from| NewWork {
            id: WorkId::fresh(platform),
            task: Task::Sync {
                credential_id: credential_id.clone(),
                job_id: job_id.clone(),
                part,
                from,
            },
            job_id: Some(job_id.clone()),
            due_at: now,
            if_order: None,
        })
        .into_iter()
        .collect();
    statements.push(work::insert_under(&follow_up, &piece.lease(), now)?);
    statements.extend(work::finish(&[piece])?);
    platform.database().batch(statements).await?;
    let next = messages(follow_up.iter().map(|piece| (&piece.id, &piece.task)));
    platform.enqueue(next, 0).await;
    Ok(())
}

async fn replace<P: Platform, T>(
    platform: &P,
    credential_id: &CredentialId,
    remote: &[T],
) -> Result<Progress, Fault>
where
    T: DirectoryItem + PartialEq + Clone + Serialize + DeserializeOwned,
{
    let local: Vec<T> = directory::all(platform.database(), credential_id).await?;
    write(platform, credential_id, &local, &diff(&local, remote))
}

fn write<P: Platform, T>(
    platform: &P,
    credential_id: &CredentialId,
    local: &[T],
    diff: &Diff<T>,
) -> Result<Progress, Fault>
where
    T: DirectoryItem + Serialize,
{
    let names = |items: &[T]| items.iter().map(|item| item.name().to_owned()).collect();
    let gone_name = |key: &String| {
        let item = local.iter().find(|item| item.key() == *key);
        item.map_or_else(|| key.clone(), |item| item.name().to_owned())
    };
    let report = PartReport {
        added: names(&diff.added),
        changed: names(&diff.changed),
        gone: diff.gone.iter().map(gone_name).collect(),
        unchanged: diff.unchanged as u64,
    };
    let has_changed = !diff.is_empty();
    let statements = if has_changed {
        directory::apply(credential_id, diff, platform.now())?
    } else {
        Vec::new()
    };
    Ok(Progress {
        statements,
        report,
        has_changed,
        next: None,
    })
}

fn overview<P: Platform>(connection: &Connection<'_, P>) -> GetGroupDetails {
    GetGroupDetails {
        account_number: connection.account().number.clone(),
    }
}

async fn accounts<P: Platform>(
    platform: &P,
    connection: &Connection<'_, P>,
    credential_id: &CredentialId,
) -> Result<Progress, Fault> {
    let account: Account = connection.call(&overview(connection)).await?.account;
    replace(platform, credential_id, &[account]).await
}

async fn groups<P: Platform>(
    platform: &P,
    connection: &Connection<'_, P>,
    credential_id: &CredentialId,
) -> Result<Progress, Fault> {
    let groups: Vec<Group> = connection.call(&overview(connection)).await?.groups;
    replace(platform, credential_id, &groups).await
}

async fn domains<P: Platform>(
    platform: &P,
    connection: &Connection<'_, P>,
    credential_id: &CredentialId,
) -> Result<Progress, Fault> {
    let domains: Vec<Domain> = connection.call(&GetDomainDetails).await?;
    replace(platform, credential_id, &domains).await
}

/// The list comes in one call; details one call each, some tens an invocation.
async fn organizations<P: Platform>(
    platform: &P,
    connection: &Connection<'_, P>,
    credential_id: &CredentialId,
    from: usize,
) -> Result<Progress, Fault> {
    let mut listed = connection.call(&overview(connection)).await?.organizations;
    listed.sort_by(|a, b| a.number.cmp(&b.number));
    let total = listed.len();
    let local: Vec<Organization> = directory::all(platform.database(), credential_id).await?;
    let gone: Vec<String> = local
        .iter()
        .filter(|known| from == 0 && !listed.iter().any(|item| item.number == known.number))
        .map(|known| known.number.clone())
        .collect();
    let slice: Vec<Organization> = listed
        .into_iter()
        .skip(from)
        .take(DETAILS_PER_INVOCATION)
        .collect();
    let detailed = details(connection, slice).await?;
    let known: Vec<Organization> = local
        .iter()
        .filter(|known| detailed.iter().any(|item| item.number == known.number))
        .cloned()
        .collect();
    let difference = Diff {
        gone,
        ..diff(&known, &detailed)
    };
    let progress = write(platform, credential_id, &local, &difference)?;
    let done = from.saturating_add(detailed.len());
    Ok(Progress {
        next: (done < total).then_some(done),
        ..progress
    })
}

/// Completes listed organizations, up to the first whose details cannot be had now: what was read
/// before it is kept, so that an account with a tight rate limit is synced all the same. One whose
/// details the CA refuses stays as listed.
async fn details<P: Platform>(
    connection: &Connection<'_, P>,
    listed: Vec<Organization>,
) -> Result<Vec<Organization>, CaFault> {
    let calls: Vec<GetOrganizationDetails> = listed
        .iter()
        .map(|item| GetOrganizationDetails {
            organization_number: item.number.clone(),
            group_number: item.groups.first().cloned().unwrap_or_default(),
        })
        .collect();
    let replies = connection.call_all(&calls).await;
    let mut detailed = Vec::new();
    for (item, reply) in listed.into_iter().zip(replies) {
        match reply {
            Ok(details) => detailed.push(Organization {
                groups: item.groups,
                ..details.organization
            }),
            Err(CaFault::Refused(_)) => detailed.push(item),
            Err(_) if !detailed.is_empty() => break,
            Err(fault) => return Err(fault),
        }
    }
    Ok(detailed)
}

/// On some accounts the catalogue is empty unless a group is named (emSign API reference, A10),
/// so it is read per group and put together.
async fn products<P: Platform>(
    platform: &P,
    connection: &Connection<'_, P>,
    credential_id: &CredentialId,
) -> Result<Progress, Fault> {
    let groups = connection.call(&overview(connection)).await?.groups;
    let mut calls: Vec<GetProductDetails> = groups
        .iter()
        .take(DETAILS_PER_INVOCATION)
        .map(|group| GetProductDetails {
            group_number: Some(group.number.clone()),
        })
        .collect();
    if calls.is_empty() {
        calls.push(GetProductDetails { group_number: None });
    }
    let mut catalogue: Vec<Product> = Vec::new();
    for reply in connection.call_all(&calls).await {
        for product in reply? {
            match catalogue
                .iter_mut()
                .find(|known| known.code == product.code)
            {
                Some(known) => known.groups.extend(product.groups),
                None => catalogue.push(product),
            }
        }
    }
    for product in &mut catalogue {
        product.groups.sort();
        product.groups.dedup();
    }
    replace(platform, credential_id, &catalogue).await
}
