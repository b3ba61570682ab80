//! The people of an order: who orders, and who accepts the subscriber agreement.

use std::net::IpAddr;

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
    let name = findings.text("requestor/name", &given.name, Limit::PERSON);
    let designation = given.designation.as_deref().unwrap_or_default();
    let designation = findings.text("requestor/designation", designation, Limit::DESIGNATION);
    if !is_email(&given.email) {
        let message = "is no e-mail address";
        let remedy = "write it as name@example.com";
        findings.error("requestor/email", "malformed", message, remedy);
    }
    let isd_code = given.isd_code.trim().trim_start_matches('+').to_owned();
    if !is_digits(&isd_code, 4) {
        let message = "is a country calling code of 1 to 4 digits";
        let remedy = "write 1, 44 or 91, for example";
        findings.error("requestor/isdCode", "malformed", message, remedy);
    }
    let is_spacing = |c: &char| matches!(c, ' ' | '-' | '(' | ')');
    let phone: String = given.phone.chars().filter(|c| !is_spacing(c)).collect();
    if !is_digits(&phone, 15) {
        let message = "is a phone number of up to 15 digits";
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
        designation: designation
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
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
            .map(str::to_owned),
    }
}

/// The acceptance of the subscriber agreement.
pub(super) fn agreement(
    wish: &Wish<'_>,
    known: &Known,
    requestor: Option<&Contact>,
    findings: &mut Findings,
) -> Option<Agreement> {
    let before = findings.count();
    if !wish.accepts_agreement {
        let remedy = "read emSign's subscriber agreement and accept it";
        findings.error("agreement/accepted", "not-accepted", "must be true", remedy);
    }
    let signer_place = findings.text("agreement/signerPlace", wish.signer_place, Limit::PERSON);
    if let Some(name) = wish.signer_name {
        findings.text("agreement/signerName", name, Limit::PERSON);
    }
    let address = wish
        .signer_ip
        .and_then(|text| text.trim().parse::<IpAddr>().ok());
    if address.is_none() {
        let message = "is no IP address, and the caller's is not known";
        let remedy = "write the signer's address";
        findings.error("agreement/signerIp", "malformed", message, remedy);
    }
    if !known.is_development && address.is_some_and(|address| !is_public(address)) {
        let message = "must be a public address; the CA refuses private ones (EMS-1091)";
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

fn is_digits(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_email(text: &str) -> bool {
    let Ok(text) = text::line(text, Limit::EMAIL) else {
        return false;
    };
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    // What cannot be seen cannot be in it either.
    !local.is_empty() && text == text::visible(text) && domain.parse::<DomainName>().is_ok()
}
