//! The directory of an account: who and what can be named in an order, and how two pictures of it
//! differ.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

mod coverage;

pub use coverage::{DomainCoverage, coverage};

use crate::{product::ProductType, text, time::Timestamp};

/// The parts of the directory that are synced and shown apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DirectoryPart {
    /// The account and its user.
    Accounts,
    /// Groups.
    Groups,
    /// Organizations.
    Organizations,
    /// Pre-validated domains.
    Domains,
    /// Products.
    Products,
}

impl DirectoryPart {
    /// Every part, in the order in which a full sync reads them.
    pub const ALL: [Self; 5] = [
        Self::Accounts,
        Self::Groups,
        Self::Organizations,
        Self::Domains,
        Self::Products,
    ];

    /// The name used in addresses and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Groups => "groups",
            Self::Organizations => "organizations",
            Self::Domains => "domains",
            Self::Products => "products",
        }
    }

    /// The part with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == name)
    }
}

/// Something with an identity of the CA's that survives between two pictures.
pub trait DirectoryItem {
    /// The part it belongs to.
    const PART: DirectoryPart;
    /// The CA's identity of it, unique within account and part.
    fn key(&self) -> String;
    /// What people call it.
    fn name(&self) -> &str;
}

/// The account's user and rights, as `GetGroupDetails` shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account number.
    pub number: String,
    /// The user's full name.
    pub full_name: String,
    /// The user's e-mail address.
    pub email: String,
    /// The user's phone with country code.
    pub phone: String,
    /// The user's designation.
    pub designation: String,
    /// The CA's `roleId`, as it came.
    pub role_id: String,
}

/// A group of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// `groupNumber`.
    pub number: String,
    /// `groupName`.
    pub name: String,
    /// Whether orders without a group land here.
    pub is_default: bool,
    /// `accountBalance`, a decimal text, where given.
    pub account_balance: Option<String>,
    /// `groupBalance`, a decimal text, where given.
    pub group_balance: Option<String>,
}

/// What an organization was validated for (`validationFor`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValidatedFor {
    /// Organization validation.
    Ov,
    /// Extended validation, good for OV too.
    Ev,
    /// S/MIME.
    Smime,
    /// A code that we do not know, as it came.
    Unknown(String),
}

/// Standing of an organization at the CA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrganizationStanding {
    /// Active and validated.
    Validated,
    /// Validation is under way.
    Pending,
    /// Validation was refused or cancelled.
    Rejected,
    /// Validation ran out.
    Expired,
    /// The CA has open questions.
    UnderDiscrepancy,
    /// Switched off.
    Inactive,
    /// Only listed; details were not read.
    Listed,
    /// Codes that we do not know, as they came.
    Unknown(String),
}

/// An organization of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// `organizationNumber`.
    pub number: String,
    /// `organizationName`.
    pub name: String,
    /// The groups under which the CA lists it, sorted.
    pub groups: Vec<String>,
    /// What it was validated for.
    pub validated_for: ValidatedFor,
    /// Its standing.
    pub standing: OrganizationStanding,
    /// ISO 3166 country code, where given.
    pub country: Option<String>,
    /// Locality, where given.
    pub locality: Option<String>,
    /// Names that are validated for it, sorted.
    pub domains: Vec<String>,
}

/// Standing of a pre-validated domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DomainStanding {
    /// Validated; orders for it and names under it skip validation until it runs out.
    Validated,
    /// Validation is under way.
    Pending,
    /// Validation was refused.
    Rejected,
    /// Validation ran out.
    Expired,
    /// Switched off.
    Inactive,
    /// Codes that we do not know, as they came.
    Unknown(String),
}

/// A domain of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// The name as the CA writes it.
    pub name: String,
    /// The organization that it belongs to, where given.
    pub organization_number: Option<String>,
    /// That organization's name, where given.
    pub organization_name: Option<String>,
    /// Its standing.
    pub standing: DomainStanding,
    /// The method of validation, in the CA's words or number.
    pub method: Option<String>,
    /// When the validation runs out.
    pub expires: Option<Timestamp>,
}

/// A product that the account may order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// `productCode`: differs from account to account.
    pub code: String,
    /// `productName`.
    pub name: String,
    /// `productTypeID`: the same everywhere.
    pub product_type: ProductType,
    /// `categoryName`.
    pub category: String,
    /// Currency of the prices.
    pub currency: String,
    /// Price as a decimal text by the CA's term, such as `1 Year`.
    pub prices: BTreeMap<String, String>,
    /// The groups that may order it, sorted.
    pub groups: Vec<String>,
}

impl DirectoryItem for Account {
    const PART: DirectoryPart = DirectoryPart::Accounts;
    fn key(&self) -> String {
        self.number.clone()
    }
    fn name(&self) -> &str {
        &self.full_name
    }
}

impl DirectoryItem for Group {
    const PART: DirectoryPart = DirectoryPart::Groups;
    fn key(&self) -> String {
        self.number.clone()
    }
    fn name(&self) -> &str {
        &self.name
    }
}

impl DirectoryItem for Organization {
    const PART: DirectoryPart = DirectoryPart::Organizations;
    fn key(&self) -> String {
        self.number.clone()
    }
    fn name(&self) -> &str {
        &self.name
    }
}

impl DirectoryItem for Domain {
    const PART: DirectoryPart = DirectoryPart::Domains;
    /// One name may stand under two organizations (emSign API reference, B5). For what is no domain
    /// name at all, and may have any length, its SHA-256 stands.
    fn key(&self) -> String {
        let organization = self.organization_number.as_deref().unwrap_or("");
        if text::sorted(&self.name) == self.name {
            format!("{}@{organization}", self.name)
        } else {
            let hash = Sha256::digest(self.name.as_bytes());
            format!("{}@{organization}", HEXLOWER.encode(&hash))
        }
    }
    fn name(&self) -> &str {
        &self.name
    }
}

impl DirectoryItem for Product {
    const PART: DirectoryPart = DirectoryPart::Products;
    fn key(&self) -> String {
        self.code.clone()
    }
    fn name(&self) -> &str {
        &self.name
    }
}

/// What differs between the picture that we have and the one that the CA shows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff<T> {
    /// New at the CA, or back again.
    pub added: Vec<T>,
    /// Known, with other contents.
    pub changed: Vec<T>,
    /// No longer shown by the CA, by key.
    pub gone: Vec<String>,
    /// How many are the same.
    pub unchanged: usize,
}

impl<T> Diff<T> {
    /// Whether nothing needs to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// Compares two pictures by key. Of several remote items with one key the last counts, since the
/// CA's lists may repeat rows (B12).
pub fn diff<T: DirectoryItem + PartialEq + Clone>(local: &[T], remote: &[T]) -> Diff<T> {
    let known: BTreeMap<String, &T> = local.iter().map(|item| (item.key(), item)).collect();
    let shown: BTreeMap<String, &T> = remote.iter().map(|item| (item.key(), item)).collect();
    let mut result = Diff {
        added: Vec::new(),
        changed: Vec::new(),
        gone: Vec::new(),
        unchanged: 0,
    };
    for (key, item) in &shown {
        match known.get(key) {
            None => result.added.push((*item).clone()),
            Some(before) if before != item => result.changed.push((*item).clone()),
            Some(_) => result.unchanged += 1,
        }
    }
    result.gone = known
        .keys()
        .filter(|key| !shown.contains_key(*key))
        .cloned()
        .collect();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(number: &str, name: &str) -> Group {
        Group {
            number: number.into(),
            name: name.into(),
            is_default: false,
            account_balance: None,
            group_balance: None,
        }
    }

    #[test]
    fn a_diff_tells_added_changed_gone_and_counts_the_rest() {
        let local = [group("1", "a"), group("2", "b"), group("3", "c")];
        let remote = [
            group("2", "b"),
            group("3", "C"),
            group("4", "d"),
            group("4", "d"),
        ];
        let diff = diff(&local, &remote);
        assert_eq!(diff.added, [group("4", "d")]);
        assert_eq!(diff.changed, [group("3", "C")]);
        assert_eq!(diff.gone, ["1"]);
        assert_eq!(diff.unchanged, 1);
        assert!(super::diff(&local, &local).is_empty());
    }
}
