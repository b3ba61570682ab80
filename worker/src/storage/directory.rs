//! The directory of each account.

use certwright_api::directory::DirectoryEntryView;
use certwright_core::{
    directory::{Diff, DirectoryItem, Domain},
    ids::CredentialId,
    text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::database::{Database, DatabaseFault, Statement, decode, json};

#[derive(Deserialize)]
struct EntryRow {
    entry: String,
}

#[derive(Serialize)]
struct Stored {
    key: String,
    name: String,
    entry: String,
}

fn read<T: DeserializeOwned>(row: &EntryRow) -> Result<T, DatabaseFault> {
    serde_json::from_str(&row.entry)
        .map_err(|error| DatabaseFault(format!("a directory entry does not convert: {error}")))
}

/// Every entry of a part of an account. Proportional to the part, so only for a sync.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn all<T: DirectoryItem + DeserializeOwned>(
    database: &impl Database,
    credential: &CredentialId,
) -> Result<Vec<T>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT entry FROM directory \
         WHERE credential_id = ?1 AND part = ?2",
    );
    let statement = statement.bind(credential.as_str()).bind(T::PART.as_str());
    decode::<EntryRow>(database.query(statement).await?)?
        .iter()
        .map(read)
        .collect()
}

/// One entry by the CA's key.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn one<T: DirectoryItem + DeserializeOwned>(
    database: &impl Database,
    credential: &CredentialId,
    key: &str,
) -> Result<Option<T>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT entry FROM directory \
         WHERE credential_id = ?1 AND part = ?2 AND key = ?3",
    );
    let statement = statement
        .bind(credential.as_str())
        .bind(T::PART.as_str())
        .bind(key);
    decode::<EntryRow>(database.query(statement).await?)?
        .first()
        .map(read)
        .transpose()
}

/// Entries by name, such as the domains at and above a host.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_names<T: DirectoryItem + DeserializeOwned>(
    database: &impl Database,
    credential: &CredentialId,
    names: &[String],
) -> Result<Vec<T>, DatabaseFault> {
    // Left to itself the planner walks the whole part by its primary key.
    let statement = Statement::new(
        "SELECT entry FROM (SELECT DISTINCT value AS name FROM json_each(?3)) AS wanted \
         CROSS JOIN directory INDEXED BY directory_of_credential \
           ON directory.credential_id = ?1 AND directory.part = ?2 \
             AND directory.name = wanted.name LIMIT 500",
    );
    let statement = statement
        .bind(credential.as_str())
        .bind(T::PART.as_str())
        .bind(json(names)?);
    decode::<EntryRow>(database.query(statement).await?)?
        .iter()
        .map(read)
        .collect()
}

/// The statements that bring the stored picture to what a diff says.
///
/// # Errors
/// [`DatabaseFault`].
pub fn apply<T: DirectoryItem + Serialize>(
    credential: &CredentialId,
    diff: &Diff<T>,
    now: Timestamp,
) -> Result<Vec<Statement>, DatabaseFault> {
    let stored: Result<Vec<Stored>, DatabaseFault> = diff
        .added
        .iter()
        .chain(&diff.changed)
        .map(|item| {
            Ok(Stored {
                key: item.key(),
                name: text::sorted(item.name()),
                entry: json(item)?,
            })
        })
        .collect();
    let upsert = Statement::new(
        "INSERT INTO directory (credential_id, part, key, name, entry, first_seen_at, changed_at) \
         SELECT ?1, ?2, value ->> 'key', value ->> 'name', value ->> 'entry', ?3, ?3 \
         FROM json_each(?4) WHERE true \
         ON CONFLICT (credential_id, part, key) DO UPDATE \
           SET name = excluded.name, entry = excluded.entry, changed_at = excluded.changed_at",
    );
    let remove = Statement::new(
        "DELETE FROM directory WHERE credential_id = ?1 AND part = ?2 \
           AND key IN (SELECT value FROM json_each(?3))",
    );
    let part = T::PART.as_str();
    Ok(vec![
        upsert
            .bind(credential.as_str())
            .bind(part)
            .bind(now)
            .bind(json(&stored?)?),
        remove
            .bind(credential.as_str())
            .bind(part)
            .bind(json(&diff.gone)?),
    ])
}

/// A listed entry and where it stands in the list.
pub struct Listed<T> {
    /// The entry, with our times.
    pub view: DirectoryEntryView<T>,
    /// What the list is sorted by, and its identity: the position in the list.
    pub position: String,
}

#[derive(Deserialize)]
struct ListedRow {
    credential_id: CredentialId,
    key: String,
    name: String,
    entry: String,
    first_seen_at: i64,
    changed_at: i64,
}

/// A page of a part, by name; of one account if given. `after` is a [`Listed::position`].
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page<T: DirectoryItem + DeserializeOwned>(
    database: &impl Database,
    credential: Option<&CredentialId>,
    after: &str,
    limit: u32,
) -> Result<Vec<Listed<T>>, DatabaseFault> {
    let mut seen = after.splitn(3, '\n');
    let (name, owner, key) = (
        seen.next().unwrap_or(""),
        seen.next().unwrap_or(""),
        seen.next().unwrap_or(""),
    );
    let statement = match credential {
        None => Statement::new(
            "SELECT credential_id, key, name, entry, first_seen_at, changed_at FROM directory \
             WHERE part = ?1 AND (name, credential_id, key) > (?2, ?3, ?4) \
             ORDER BY name, credential_id, key LIMIT ?5",
        )
        .bind(T::PART.as_str())
        .bind(name)
        .bind(owner)
        .bind(key)
        .bind(limit),
        Some(credential) => Statement::new(
            "SELECT credential_id, key, name, entry, first_seen_at, changed_at FROM directory \
             WHERE part = ?1 AND credential_id = ?2 AND (name, key) > (?3, ?4) \
             ORDER BY name, key LIMIT ?5",
        )
        .bind(T::PART.as_str())
        .bind(credential.as_str())
        .bind(name)
        .bind(key)
        .bind(limit),
    };
    let rows = database.query(statement).await?;
    decode::<ListedRow>(rows)?.into_iter().map(listed).collect()
}

/// A page of the domains whose validation runs out after `now` and before `end`, in that order; of
/// one account's if given. `after` is a [`Listed::position`] of this list.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn expiring_domains(
    database: &impl Database,
    account: Option<&CredentialId>,
    now: Timestamp,
    end: Timestamp,
    after: &str,
    limit: u32,
) -> Result<Vec<Listed<Domain>>, DatabaseFault> {
    let mut seen = after.splitn(3, '\n');
    let expires = seen.next().filter(|text| !text.is_empty());
    let (owner, key) = (seen.next().unwrap_or(""), seen.next().unwrap_or(""));
    // Times in entries are RFC 3339 in UTC, whose order is that of their text. Domains that were
    // validated together run out together, so equal times are walked by an index of their own.
    let statement = match account {
        None => Statement::new(
            "SELECT * FROM (SELECT credential_id, key, entry ->> 'expires' AS name, entry, \
                 first_seen_at, changed_at FROM directory \
               WHERE part = 'domains' AND entry ->> 'expires' = ?1 \
                 AND (credential_id, key) > (?2, ?3) ORDER BY credential_id, key LIMIT ?5) \
             UNION ALL SELECT * FROM (SELECT credential_id, key, entry ->> 'expires' AS name, \
                 entry, first_seen_at, changed_at FROM directory \
               WHERE part = 'domains' AND entry ->> 'expires' > ?1 AND entry ->> 'expires' < ?4 \
               ORDER BY entry ->> 'expires', credential_id, key LIMIT ?5) \
             ORDER BY name, credential_id, key LIMIT ?5",
        ),
        Some(_) => Statement::new(
            "SELECT * FROM (SELECT credential_id, key, entry ->> 'expires' AS name, entry, \
                 first_seen_at, changed_at FROM directory \
               WHERE part = 'domains' AND credential_id = ?6 AND entry ->> 'expires' = ?1 \
                 AND (credential_id, key) > (?2, ?3) ORDER BY key LIMIT ?5) \
             UNION ALL SELECT * FROM (SELECT credential_id, key, entry ->> 'expires' AS name, \
                 entry, first_seen_at, changed_at FROM directory \
               WHERE part = 'domains' AND credential_id = ?6 AND entry ->> 'expires' > ?1 \
                 AND entry ->> 'expires' < ?4 ORDER BY entry ->> 'expires', key LIMIT ?5) \
             ORDER BY name, key LIMIT ?5",
        ),
    };
    let mut statement = statement
        .bind(expires.map_or_else(|| now.to_string(), str::to_owned))
        .bind(owner)
        .bind(key)
        .bind(end.to_string())
        .bind(limit);
    if let Some(account) = account {
        statement = statement.bind(account.as_str());
    }
    let rows = database.query(statement).await?;
    decode::<ListedRow>(rows)?.into_iter().map(listed).collect()
}

fn listed<T: DeserializeOwned>(row: ListedRow) -> Result<Listed<T>, DatabaseFault> {
    let position = format!("{}\n{}\n{}", row.name, row.credential_id, row.key);
    let entry = serde_json::from_str(&row.entry)
        .map_err(|error| DatabaseFault(format!("directory {}: {error}", row.key)))?;
    let view = DirectoryEntryView {
        credential_id: row.credential_id,
        entry,
        first_seen_at: Timestamp::from_unix(row.first_seen_at),
        changed_at: Timestamp::from_unix(row.changed_at),
    };
    Ok(Listed { view, position })
}
