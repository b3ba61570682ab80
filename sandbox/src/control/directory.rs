//! Changing groups, organizations and domains, so that the next synchronisation finds a
//! difference.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::ControlError;
use crate::{
    sandbox::Sandbox,
    when::{DAY, Unix},
};

/// Which list of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryPart {
    /// By `groupNumber`.
    Group,
    /// By `organizationNumber`.
    Organization,
    /// By `domainName`.
    Domain,
}

impl Sandbox {
    /// Adds an entry, changes the given members of an existing one, or with `"remove": true` takes
    /// it away. `accountNumber` chooses the account, the first one by default. The whole list
    /// comes back.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for an unknown account, [`ControlError::Invalid`] for members
    /// that are missing, unknown or of the wrong type.
    pub fn change_directory(
        &mut self,
        part: DirectoryPart,
        change: Value,
        now: i64,
    ) -> Result<Value, ControlError> {
        let now = self.ledger.time(now);
        let Value::Object(mut change) = change else {
            return Err(ControlError::Invalid("an object is needed".to_owned()));
        };
        let account = match change.remove("accountNumber") {
            Some(number) => self.ledger.account_mut(number.as_str().unwrap_or_default()),
            None => self.ledger.accounts.first_mut(),
        };
        let account =
            account.ok_or_else(|| ControlError::NotFound("no such account".to_owned()))?;
        match part {
            DirectoryPart::Group => {
                change_list(&mut account.groups, "groupNumber", change)?;
                Ok(json!({ "groups": account.groups }))
            }
            DirectoryPart::Organization => {
                change_list(&mut account.organizations, "organizationNumber", change)?;
                Ok(json!({ "organizations": account.organizations }))
            }
            DirectoryPart::Domain => {
                let expires_in = change.remove("expiresInDays");
                let known = account
                    .domains
                    .iter()
                    .any(|domain| Some(domain.domain_name.as_str()) == text(&change, "domainName"));
                if let Some(days) = expires_in {
                    let days = days.as_i64().unwrap_or_default().clamp(-10_000, 10_000);
                    change.insert("expires".to_owned(), json!(now + days * DAY));
                } else if !known {
                    // What a domain that is validated today gets.
                    let validated = change.get("dcvStatus").is_none_or(|status| *status == 1);
                    let expires: Option<Unix> = validated.then_some(now + 198 * DAY);
                    change.entry("expires").or_insert(json!(expires));
                }
                if !known {
                    change.entry("created").or_insert(json!(now));
                }
                change_list(&mut account.domains, "domainName", change)?;
                Ok(json!({ "domains": account.domains }))
            }
        }
    }
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member).and_then(Value::as_str)
}

fn change_list<T: Serialize + DeserializeOwned>(
    list: &mut Vec<T>,
    key: &str,
    mut change: Map<String, Value>,
) -> Result<(), ControlError> {
    let invalid = |error: serde_json::Error| ControlError::Invalid(error.to_string());
    let remove = change.remove("remove") == Some(Value::Bool(true));
    let wanted = text(&change, key).map(str::to_owned);
    let wanted = wanted.ok_or_else(|| ControlError::Invalid(format!("{key} is missing")))?;
    let mut position = None;
    let mut merged = Map::new();
    for (at, entry) in list.iter().enumerate() {
        if let Value::Object(entry) = serde_json::to_value(entry).map_err(invalid)?
            && text(&entry, key) == Some(wanted.as_str())
        {
            (position, merged) = (Some(at), entry);
            break;
        }
    }
    if remove {
        let at = position.ok_or_else(|| ControlError::NotFound(format!("no {wanted}")))?;
        list.remove(at);
        return Ok(());
    }
    merged.append(&mut change);
    let entry: T = serde_json::from_value(Value::Object(merged)).map_err(invalid)?;
    match position.and_then(|at| list.get_mut(at)) {
        Some(known) => *known = entry,
        None => list.push(entry),
    }
    Ok(())
}
