//! Distinguished names and subject alternative names, read for people and for comparison.

use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXUPPER;
use x509_parser::{extensions::GeneralName, x509::X509Name};

use super::asn1;
use crate::names::{CertificateName, NameKind, SubjectName};

/// id-at-commonName, RFC 5280 appendix A.1.
const COMMON_NAME: &str = "2.5.4.3";

/// A distinguished name in the order of its encoding, with the escapes of RFC 4514 §2.4, as in
/// `C=IN, O=Example, CN=www.example.com`.
pub(crate) fn distinguished_name(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for rdn in name.iter() {
        for (position, attribute) in rdn.iter().enumerate() {
            if position > 0 {
                text.push_str(" + ");
            } else if !text.is_empty() {
                text.push_str(", ");
            }
            let oid = asn1::oid_text(attribute.attr_type().as_bytes());
            text.push_str(short_name(&oid));
            text.push('=');
            match asn1::directory_string(attribute.attr_value()) {
                Some(value) => escape(&value, &mut text),
                None => text.push_str(&asn1::hex_value(attribute.attr_value())),
            }
        }
    }
    text
}

/// Every common name, in order; `None` in place of one that is not text.
pub(crate) fn common_names(name: &X509Name<'_>) -> Vec<Option<String>> {
    name.iter_attributes()
        .filter(|attribute| asn1::oid_text(attribute.attr_type().as_bytes()) == COMMON_NAME)
        .map(|attribute| asn1::directory_string(attribute.attr_value()))
        .collect()
}

/// RFC 4514 §3 and the names that OpenSSL shows.
fn short_name(oid: &str) -> &str {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "GN",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "1.3.6.1.4.1.311.60.2.1.1" => "jurisdictionL",
        "1.3.6.1.4.1.311.60.2.1.2" => "jurisdictionST",
        "1.3.6.1.4.1.311.60.2.1.3" => "jurisdictionC",
        other => other,
    }
}

fn escape(value: &str, text: &mut String) {
    let last = value.chars().count().saturating_sub(1);
    for (position, character) in value.chars().enumerate() {
        match character {
            '#' if position == 0 => text.push_str("\\#"),
            ' ' if position == 0 || position == last => text.push_str("\\ "),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            // Keeps a hostile value from moving the cursor or ending the line where it is shown.
            control if control.is_control() => {
                let mut octets = [0; 4];
                for octet in control.encode_utf8(&mut octets).bytes() {
                    text.push_str(&format!("\\{octet:02X}"));
                }
            }
            plain => text.push(plain),
        }
    }
}

/// A text as it stands; what would move the cursor or end the line where it is shown is escaped.
fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = (!character.is_control()).then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// One entry of a subject alternative name extension (RFC 5280 §4.2.1.6).
pub(crate) fn subject_name(name: &GeneralName<'_>) -> SubjectName {
    let other = |kind, text: &str| SubjectName::Other {
        kind,
        text: visible(text),
    };
    match name {
        GeneralName::DNSName(text) => match CertificateName::parse(text) {
            // A trailing dot is welcome from a person, but malformed in a certificate.
            Ok(parsed) if !text.ends_with('.') => SubjectName::Dns(parsed),
            _ => other(NameKind::MalformedDns, text),
        },
        GeneralName::IPAddress(octets) => {
            let v4 = <[u8; 4]>::try_from(*octets).map(|octets| Ipv4Addr::from(octets).into());
            let v6 = <[u8; 16]>::try_from(*octets).map(|octets| Ipv6Addr::from(octets).into());
            match v4.or(v6) {
                Ok(address) => SubjectName::Ip(address),
                Err(_) => other(NameKind::MalformedIp, &HEXUPPER.encode(octets)),
            }
        }
        GeneralName::RFC822Name(text) => other(NameKind::Email, text),
        GeneralName::URI(text) => other(NameKind::Uri, text),
        GeneralName::DirectoryName(name) => SubjectName::Other {
            kind: NameKind::Directory,
            text: distinguished_name(name),
        },
        GeneralName::RegisteredID(oid) => {
            other(NameKind::RegisteredId, &asn1::oid_text(oid.as_bytes()))
        }
        GeneralName::OtherName(oid, value) => other(
            NameKind::Unrecognised,
            &format!(
                "{}={}",
                asn1::oid_text(oid.as_bytes()),
                HEXUPPER.encode(value)
            ),
        ),
        GeneralName::X400Address(any) | GeneralName::EDIPartyName(any) => {
            other(NameKind::Unrecognised, &HEXUPPER.encode(any.data))
        }
        GeneralName::Invalid(tag, octets) if tag.0 == 2 => {
            other(NameKind::MalformedDns, &octets.escape_ascii().to_string())
        }
        GeneralName::Invalid(_, octets) => other(NameKind::Unrecognised, &HEXUPPER.encode(octets)),
    }
}
