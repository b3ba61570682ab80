//! The people of an order: who asks, whom technical mail goes to, who signs the agreement (emSign
//! API reference, A11.1, A12.2).

use std::net::IpAddr;

use super::order_request::{AgreementDetails, RequestorInformation, TechnicalPointOfContact};
use crate::{
    address,
    ledger::{Agreement, Requestor},
    refusal::{self, Refusal},
    text,
    when::Unix,
};

/// The vendor's table: a designation has at least 3 and less than 64 characters (EMS-1194).
const DESIGNATION: std::ops::Range<usize> = 3..64;

/// Digits of a phone number without its country code; ITU-T E.164 allows 15 with it.
const PHONE: std::ops::RangeInclusive<usize> = 4..=15;

pub(super) fn requestor(information: Option<&RequestorInformation>) -> Result<Requestor, Refusal> {
    let information = information.ok_or(refusal::REQUESTOR)?;
    let filled =
        |member: &text::Text, missing: Refusal| member.filled().map(str::to_owned).ok_or(missing);
    let name = filled(&information.requestor_name, refusal::REQUESTOR_NAME)?;
    let isd = filled(&information.requestor_isd_code, refusal::ISD_CODE_MISSING)?;
    let mobile = filled(
        &information.requestor_mobile_number,
        refusal::REQUESTOR_MOBILE,
    )?;
    let email = filled(&information.requestor_email, refusal::REQUESTOR_EMAIL)?;
    name_of_person(&name, refusal::REQUESTOR_NAME_INVALID)?;
    if !text::is_email(&email) {
        return Err(refusal::REQUESTOR_EMAIL_INVALID);
    }
    // With or without the plus sign.
    let isd = isd.strip_prefix('+').unwrap_or(&isd);
    let is_code = (1..=4).contains(&isd.len()) && is_digits(isd) && !isd.starts_with('0');
    if !is_code {
        return Err(refusal::ISD_CODE);
    }
    if !(PHONE.contains(&mobile.len()) && is_digits(&mobile)) {
        return Err(refusal::REQUESTOR_MOBILE_INVALID);
    }
    let designation = information.requestor_designation.trimmed();
    if !designation.is_empty() {
        if !designation.chars().any(char::is_alphabetic) {
            return Err(refusal::DESIGNATION_LETTERS);
        }
        if !DESIGNATION.contains(&designation.chars().count()) {
            return Err(refusal::DESIGNATION_LENGTH);
        }
        if !text::is_one_line(&designation) {
            return Err(refusal::DESIGNATION);
        }
    }
    Ok(Requestor {
        requestor_name: name,
        requestor_isd_code: format!("+{isd}"),
        requestor_mobile_number: mobile,
        requestor_email: email,
        requestor_designation: designation,
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name has a letter in it, whatever the script: others than Latin ones were taken (A11.1).
fn name_of_person(name: &str, invalid: Refusal) -> Result<(), Refusal> {
    if name.chars().count() > text::MOST {
        return Err(refusal::TOO_LONG);
    }
    if text::is_one_line(name) && name.chars().any(char::is_alphabetic) {
        Ok(())
    } else {
        Err(invalid)
    }
}

/// A contact with empty members, or with members of other names, is ignored (A11.1); one that says
/// something must say it well.
pub(super) fn technical_contact(contact: Option<&TechnicalPointOfContact>) -> Result<(), Refusal> {
    let Some(contact) = contact else {
        return Ok(());
    };
    match contact.poc_email.filled() {
        Some(email) if !text::is_email(email) => Err(refusal::TECHNICAL_EMAIL),
        _ => Ok(()),
    }
}

/// A signature with its mandatory members. The signer's address has to be a public one, with the
/// order as with `AgreementAcceptance` (E3; A11.5 has a contradicting source).
pub(super) fn signed(details: &AgreementDetails, now: Unix) -> Result<Agreement, Refusal> {
    let signer_name = details.signer_name.filled().ok_or(refusal::SIGNER_NAME)?;
    let signer_place = details.signer_place.filled().ok_or(refusal::SIGNER_PLACE)?;
    let signer_ip = details
        .signer_ip
        .filled()
        .ok_or(refusal::SIGNER_IP_MISSING)?;
    name_of_person(signer_name, refusal::SIGNER_NAME_INVALID)?;
    name_of_person(signer_place, refusal::SIGNER_PLACE_INVALID)?;
    let signer_ip: IpAddr = signer_ip.parse().map_err(|_| refusal::SIGNER_IP)?;
    if !address::is_public(signer_ip) {
        return Err(refusal::SIGNER_IP);
    }
    Ok(Agreement {
        signer_name: signer_name.to_owned(),
        signer_place: signer_place.to_owned(),
        signed_at: now,
    })
}
