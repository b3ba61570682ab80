//! The people of an order: who orders, and who accepts the subscriber agreement.

use std::{net::IpAddr, ops::RangeInclusive};

use super::{Findings, Known, Wish, address::is_public};
use crate::{
    ca::{Agreement, Contact},
    directory::Account,
    names::DomainName,
    text::{self, Limit},
};

/// The requestor, normalised; the account's user when the wish names none.
pub(super) fn requestor(
    wish: &Wish<'_>,
    known: &Known,
    findings: &mut Findings,
) -> Option<Contact> {
    let given = wish
        .requestor
        .clone()
        .or_else(|| known.account.as_ref().map(user));
    let Some(given) = given else {
        let message = "is missing, and the account's user is not known yet";
        let remedy = "name the requestor, or sync accounts";
        findings.error("requestor", "requestor-missing", message, remedy);
        return None;
    };
    let before = findings.count();
    let name = name_of_person("requestor/name", &given.name, findings);
    let designation = given.designation.as_deref().unwrap_or_default().trim();
    let designation = (!designation.is_empty())
        .then(|| checked_designation(designation, findings))
        .flatten();
    if !is_email(&given.email) {
        let message = "must be an e-mail address";
        let remedy = "write it as name@example.com";
        findings.error("requestor/email", "malformed", message, remedy);
    }
    let isd_code = given.isd_code.trim().trim_start_matches('+').to_owned();
    // No calling code begins with a zero (ITU-T E.164, annex A).
    if !is_digits(&isd_code, 1..=4) || isd_code.starts_with('0') {
        let message = "must be a country calling code of 1 to 4 digits";
        let remedy = "write 1, 44 or 91, for example";
        findings.error("requestor/isdCode", "malformed", message, remedy);
    }
    let is_spacing = |c: &char| matches!(c, ' ' | '-' | '(' | ')');
    let phone: String = given.phone.chars().filter(|c| !is_spacing(c)).collect();
    if !is_digits(&phone, 4..=15) {
        let message = "must be a phone number of 4 to 15 digits";
        let remedy = "write it without the country code";
        findings.error("requestor/phone", "malformed", message, remedy);
    }
    if findings.count() > before {
        return None;
    }
    Some(Contact {
        name: name?.to_owned(),
        email: given.email.trim().to_owned(),
        isd_code,
        phone,
        designation: designation.map(str::to_owned),
    })
}

/// The account's user; the directory holds code and number of the phone with a space between.
fn user(account: &Account) -> Contact {
    let (isd_code, phone) = account
        .phone
        .split_once(' ')
        .unwrap_or(("", &account.phone));
    Contact {
        name: account.full_name.clone(),
        email: account.email.clone(),
        isd_code: isd_code.to_owned(),
        phone: phone.to_owned(),
        // The CA's own text; an order can do without it.
        designation: text::line(&account.designation, Limit::DESIGNATION)
            .ok()
            .filter(|text| has_letter(text))
            .map(str::to_owned),
    }
}

/// The name of a person or a place. The CA refuses one without a letter, whatever the script
/// (EMS-983, EMS-1083, EMS-1089).
fn name_of_person<'t>(field: &str, text: &'t str, findings: &mut Findings) -> Option<&'t str> {
    let text = findings.text(field, text, Limit::PERSON)?;
    if !has_letter(text) {
        let remedy = "write it in full";
        findings.error(field, "malformed", "must contain letters", remedy);
        return None;
    }
    Some(text)
}

fn checked_designation<'t>(text: &'t str, findings: &mut Findings) -> Option<&'t str> {
    let field = "requestor/designation";
    let text = findings.text(field, text, Limit::DESIGNATION)?;
    if !has_letter(text) {
        let remedy = "write what the requestor does, or leave it out";
        findings.error(
            field,
            "malformed",
            "must contain letters (EMS-1193)",
            remedy,
        );
        return None;
    }
    Some(text)
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// The acceptance of the subscriber agreement.
pub(super) fn agreement(
    wish: &Wish<'_>,
    requestor: Option<&Contact>,
    findings: &mut Findings,
) -> Option<Agreement> {
    let before = findings.count();
    if !wish.accepts_agreement {
        let remedy = "read emSign's subscriber agreement and accept it";
        findings.error("agreement/accepted", "not-accepted", "must be true", remedy);
    }
    let signer_place = name_of_person("agreement/signerPlace", wish.signer_place, findings);
    if let Some(name) = wish.signer_name {
        name_of_person("agreement/signerName", name, findings);
    }
    let address = wish
        .signer_ip
        .and_then(|text| text.trim().parse::<IpAddr>().ok());
    if address.is_none() {
        let message = "must be an IP address, and yours is not known";
        let remedy = "write the signer's address";
        findings.error("agreement/signerIp", "malformed", message, remedy);
    }
    if address.is_some_and(|address| !is_public(address)) {
        let message = "must be a public address, since the CA refuses private ones (EMS-1091)";
        let remedy = "write the address under which the signer reaches the internet";
        findings.error("agreement/signerIp", "not-public", message, remedy);
    }
    if findings.count() > before {
        return None;
    }
    let name = wish
        .signer_name
        .or_else(|| requestor.map(|contact| contact.name.as_str()))?;
    Some(Agreement {
        signer_name: name.trim().to_owned(),
        signer_place: signer_place?.to_owned(),
        signer_ip: address?.to_string(),
    })
}

fn is_digits(text: &str, lengths: RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_email(text: &str) -> bool {
    let Ok(text) = text::line(text, Limit::EMAIL) else {
        return false;
    };
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    // Atoms with dots between them (RFC 5322 §3.2.3); longer ones are refused on the way (RFC 5321
    // §4.5.3.1.1).
    let is_atom = |atom: &str| {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !atom.is_empty() && atom.bytes().all(is_allowed)
    };
    local.len() <= 64
        && local.split('.').all(is_atom)
        && !domain.ends_with('.')
        && domain.parse::<DomainName>().is_ok()
}
