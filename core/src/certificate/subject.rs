//! Distinguished names and subject alternative names, read for people and for comparison.

use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXUPPER;
use x509_parser::{extensions::GeneralName, x509::X509Name};

use super::asn1;
use crate::{
    names::{CertificateName, NameKind, SubjectName},
    text,
};

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
        "2.5.4.13" => "description",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.18" => "postOfficeBox",
        "2.5.4.20" => "telephoneNumber",
        "2.5.4.41" => "name",
        "2.5.4.42" => "GN",
        "2.5.4.43" => "initials",
        "2.5.4.44" => "generationQualifier",
        "2.5.4.46" => "dnQualifier",
        "2.5.4.65" => "pseudonym",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "1.2.840.113549.1.9.2" => "unstructuredName",
        "1.2.840.113549.1.9.8" => "unstructuredAddress",
        "1.3.6.1.4.1.311.60.2.1.1" => "jurisdictionL",
        "1.3.6.1.4.1.311.60.2.1.2" => "jurisdictionST",
        "1.3.6.1.4.1.311.60.2.1.3" => "jurisdictionC",
        other => other,
    }
}

fn escape(value: &str, out: &mut String) {
    let last = value.chars().count().saturating_sub(1);
    for (position, character) in value.chars().enumerate() {
        match character {
            '#' if position == 0 => out.push_str("\\#"),
            ' ' if position == 0 || position == last => out.push_str("\\ "),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            // Keeps a hostile value from moving the cursor, turning the direction of the text or
            // ending the line where it is shown.
            control if text::is_refused(control) => {
                let mut octets = [0; 4];
                for octet in control.encode_utf8(&mut octets).bytes() {
                    out.push_str(&format!("\\{octet:02X}"));
                }
            }
            plain => out.push(plain),
        }
    }
}

/// A text as it stands; what would move the cursor, turn the direction of the text or end the line
/// where it is shown is escaped.
fn visible(given: &str) -> String {
    given
        .chars()
        .flat_map(|character| {
            let is_escaped = text::is_refused(character);
            let escaped = is_escaped.then(|| character.escape_default());
            let plain = (!is_escaped).then_some(character);
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

#[cfg(test)]
mod tests {
    use x509_parser::prelude::FromDer;

    use super::*;

    /// DER of one value; long contents get the long form of the length (X.690 §8.1.3.5).
    fn der(tag: &[u8], content: &[u8]) -> Vec<u8> {
        let mut der = tag.to_vec();
        match u8::try_from(content.len()).unwrap() {
            short @ 0..0x80 => der.push(short),
            long => der.extend([0x81, long]),
        }
        der.extend_from_slice(content);
        der
    }

    /// The text of a name of one attribute.
    fn shown(attribute_type: &[u8], value: &[u8]) -> String {
        let attribute = [der(&[6], attribute_type), value.to_vec()].concat();
        let name = der(&[0x30], &der(&[0x31], &der(&[0x30], &attribute)));
        let (rest, name) = X509Name::from_der(&name).unwrap();
        assert!(rest.is_empty());
        distinguished_name(&name)
    }

    #[test]
    fn a_value_that_is_no_text_keeps_tag_and_length() {
        // RFC 4514 §4: 1.3.6.1.4.1.1466.0=#04024869.
        let vendor = [0x2b, 6, 1, 4, 1, 0x8b, 0x3a, 0];
        let text = shown(&vendor, &der(&[4], b"Hi"));
        assert_eq!(text, "1.3.6.1.4.1.1466.0=#04024869");
        let common_name = [0x55, 4, 3];
        for (value, expected) in [
            (der(&[2], &[1]), "CN=#020101"),
            (der(&[0x30], &der(&[2], &[1])), "CN=#3003020101"),
            (der(&[0x80], &[0xff]), "CN=#8001FF"),
            (der(&[0xa1], &der(&[5], &[])), "CN=#A1020500"),
            // A tag of two octets.
            (der(&[0x9f, 0x21], &[7]), "CN=#9F210107"),
            // It claims to be text.
            (der(&[12], &[0xff]), "CN=#0C01FF"),
            (der(&[4], &[]), "CN=#0400"),
        ] {
            assert_eq!(shown(&common_name, &value), expected);
        }
        let long = shown(&common_name, &der(&[4], &[0; 200]));
        assert_eq!(long, format!("CN=#0481C8{}", "00".repeat(200)));
    }

    #[test]
    fn a_text_has_the_escapes_of_a_distinguished_name() {
        let utf8 = |text: &str| shown(&[0x55, 4, 10], &der(&[12], text.as_bytes()));
        assert_eq!(utf8("#1, a+b"), "O=\\#1\\, a\\+b");
        assert_eq!(utf8(" x "), "O=\\ x\\ ");
        assert_eq!(utf8("a\nb"), "O=a\\0Ab");
        assert_eq!(utf8("a\u{202e}b"), "O=a\\E2\\80\\AEb");
        assert_eq!(utf8("Zoë"), "O=Zoë");
    }

    #[test]
    fn other_alternative_names_stand_as_they_are() {
        let text = |name: GeneralName<'_>| match subject_name(&name) {
            SubjectName::Other { text, .. } => text,
            other => panic!("{other:?}"),
        };
        for given in [
            "\"a+b,c\"@example.com",
            "#x;y@example.com",
            " a@example.com ",
        ] {
            assert_eq!(text(GeneralName::RFC822Name(given)), given);
        }
        let uri = "https://example.com/a,b;c?d=<e>&f=g+h#i";
        assert_eq!(text(GeneralName::URI(uri)), uri);
        assert_eq!(text(GeneralName::DNSName("a,b.example")), "a,b.example");
        assert_eq!(text(GeneralName::RFC822Name("a\nb@c")), "a\\nb@c");
        assert_eq!(text(GeneralName::URI("x\u{202e}y")), "x\\u{202e}y");
        // A distinguished name is one, there too.
        let attribute = [der(&[6], &[0x55, 4, 10]), der(&[12], b"a,b")].concat();
        let name = der(&[0x30], &der(&[0x31], &der(&[0x30], &attribute)));
        let (_, name) = X509Name::from_der(&name).unwrap();
        assert_eq!(text(GeneralName::DirectoryName(name)), "O=a\\,b");
    }
}
