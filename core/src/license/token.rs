//! The license as text: `cwl1.PAYLOAD.SIGNATURE`, both parts base64url without padding (RFC 4648
//! §5). The payload is JSON; the signature is Ed25519 (RFC 8032) over the octets `cwl1.PAYLOAD`.
//!
//! Verified offline. The signing key is not here; [`signing_input`] and [`assemble`] exist so that
//! whoever holds it writes the same format that is read here.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::License;
use crate::{
    advice::Advice,
    signature,
    text::{self, Limit},
    time::Timestamp,
};

/// The longest token that is looked at.
pub const MAX_TOKEN: usize = 4096;
/// The most seats that a license can have.
pub const MAX_SEATS: u32 = 1_000_000;

const VERSION: &str = "cwl1";

/// Why a license is not in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LicenseFault {
    /// Not the three parts, or not the expected content.
    #[error("this is not a Certwright license ({part})")]
    Malformed {
        /// What is wrong.
        part: &'static str,
    },
    /// The signature was not made by the license key, or the text was changed.
    #[error("the license signature does not verify")]
    Signature,
    /// The license begins later.
    #[error("the license of {} begins on {}", .0.licensee, .0.not_before)]
    NotYetValid(License),
    /// The license has ended.
    #[error("the license of {} expired on {}", .0.licensee, .0.expires)]
    Expired(License),
}

impl Advice for LicenseFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Malformed { .. } => "Paste the whole text, which starts with \"cwl1.\".".into(),
            Self::Signature => {
                "Paste the text again exactly as you received it, or ask for a new license.".into()
            }
            Self::NotYetValid(..) => "Add it again then.".into(),
            Self::Expired(..) => "Renew it.".into(),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Payload {
    licensee: String,
    seats: u32,
    not_before: Timestamp,
    expires: Timestamp,
}

/// Reads a license that applies at `now`. White space around the text is ignored.
///
/// # Errors
/// [`LicenseFault`].
pub fn verify(text: &str, public_key: &[u8; 32], now: Timestamp) -> Result<License, LicenseFault> {
    let license = authenticate(text, public_key)?;
    if now < license.not_before {
        return Err(LicenseFault::NotYetValid(license));
    }
    if now >= license.expires {
        return Err(LicenseFault::Expired(license));
    }
    Ok(license)
}

/// Everything but the time.
fn authenticate(text: &str, public_key: &[u8; 32]) -> Result<License, LicenseFault> {
    let text = text.trim();
    if text.len() > MAX_TOKEN {
        return Err(malformed("it is too long"));
    }
    let (signed, seal) = text
        .rsplit_once('.')
        .ok_or_else(|| malformed("it does not have three parts"))?;
    let (version, payload) = signed
        .split_once('.')
        .ok_or_else(|| malformed("it does not have three parts"))?;
    if version != VERSION {
        return Err(malformed("it is of an unknown version"));
    }
    let seal = BASE64URL_NOPAD
        .decode(seal.as_bytes())
        .map_err(|_| malformed("the signature is not base64url"))?;
    // The signature before the content: nothing of an unauthenticated text is interpreted.
    signature::ed25519(public_key, signed.as_bytes(), &seal)
        .map_err(|_| LicenseFault::Signature)?;
    let payload = BASE64URL_NOPAD
        .decode(payload.as_bytes())
        .map_err(|_| malformed("the content is not base64url"))?;
    let payload: Payload = serde_json::from_slice(&payload)
        .map_err(|_| malformed("the content is not as expected"))?;
    let license = License {
        licensee: payload.licensee,
        seats: payload.seats,
        not_before: payload.not_before,
        expires: payload.expires,
    };
    check(&license)?;
    Ok(license)
}

fn check(license: &License) -> Result<(), LicenseFault> {
    let licensee = license.licensee.as_str();
    if text::line(licensee, Limit::LICENSEE).is_err() {
        return Err(malformed(
            "the licensee is empty, too long or not plain text",
        ));
    }
    if !(1..=MAX_SEATS).contains(&license.seats) {
        return Err(malformed("the number of seats is out of range"));
    }
    if license.expires <= license.not_before {
        return Err(malformed("it expires before it begins"));
    }
    Ok(())
}

fn malformed(part: &'static str) -> LicenseFault {
    LicenseFault::Malformed { part }
}

/// The text whose octets the license key signs.
///
/// # Errors
/// [`LicenseFault::Malformed`] when no such license would be accepted.
pub fn signing_input(license: &License) -> Result<String, LicenseFault> {
    check(license)?;
    let payload = serde_json::to_vec(&Payload {
        licensee: license.licensee.clone(),
        seats: license.seats,
        not_before: license.not_before,
        expires: license.expires,
    })
    .map_err(|_| malformed("it cannot be written as JSON"))?;
    Ok(format!("{VERSION}.{}", BASE64URL_NOPAD.encode(&payload)))
}

/// The finished token from [`signing_input`] and the Ed25519 signature over its octets.
#[must_use]
pub fn assemble(signing_input: &str, signature: &[u8; 64]) -> String {
    format!("{signing_input}.{}", BASE64URL_NOPAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    use super::*;
    use crate::license::{COMMUNITY_SEATS, LicenseSource, effective};

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn seal(signing_input: &str) -> String {
        assemble(
            signing_input,
            &key().sign(signing_input.as_bytes()).to_bytes(),
        )
    }

    fn sealed_json(json: &str) -> String {
        seal(&format!("cwl1.{}", BASE64URL_NOPAD.encode(json.as_bytes())))
    }

    fn license() -> License {
        License {
            licensee: "Example Bank Ltd".to_owned(),
            seats: 500,
            not_before: Timestamp::from_unix(1_000),
            expires: Timestamp::from_unix(2_000),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    fn check_at(text: &str, seconds: i64) -> Result<License, LicenseFault> {
        verify(text, key().verifying_key().as_bytes(), at(seconds))
    }

    #[test]
    fn a_license_applies_from_its_first_second_to_the_one_before_its_expiry() {
        let text = seal(&signing_input(&license()).unwrap());
        assert_eq!(
            check_at(&text, 999),
            Err(LicenseFault::NotYetValid(license()))
        );
        assert_eq!(check_at(&format!(" {text}\n"), 1_000), Ok(license()));
        assert_eq!(check_at(&text, 1_999), Ok(license()));
        let expired = check_at(&text, 2_000).unwrap_err();
        assert_eq!(expired, LicenseFault::Expired(license()));
        assert!(expired.to_string().contains("1970-01-01T00:33:20Z"));
    }

    #[test]
    fn another_key_or_a_changed_text_is_refused() {
        let text = seal(&signing_input(&license()).unwrap());
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(
            verify(&text, other.as_bytes(), at(1_500)),
            Err(LicenseFault::Signature)
        );
        let more = License {
            seats: 5_000,
            ..license()
        };
        let forged = format!(
            "{}.{}",
            signing_input(&more).unwrap(),
            text.rsplit_once('.').unwrap().1
        );
        assert_eq!(check_at(&forged, 1_500), Err(LicenseFault::Signature));
        // The identity element as key would make any signature good.
        let mut identity = [0; 32];
        identity[0] = 1;
        let zero = assemble("cwl1.e30", &{
            let mut signature = [0; 64];
            signature[0] = 1;
            signature
        });
        assert_eq!(
            verify(&zero, &identity, at(1_500)),
            Err(LicenseFault::Signature)
        );
    }

    #[test]
    fn content_that_is_not_exactly_a_license_is_malformed() {
        let cases = [
            r#"{"licensee":"A","seats":1,"notBefore":"2026-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":1,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z","admin":true}"#,
            r#"{"licensee":"A","seats":0,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":1000001,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":-1,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":1.5,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":" ","seats":1,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":1,"seats":2,"notBefore":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":1,"notBefore":"2028-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#,
            r#"{"licensee":"A","seats":1,"notBefore":"2026-01-01","expires":"2027-01-01T00:00:00Z"}"#,
            "[]",
            "",
        ];
        for json in cases {
            assert!(
                matches!(
                    check_at(&sealed_json(json), 1_780_000_000),
                    Err(LicenseFault::Malformed { .. })
                ),
                "{json}"
            );
        }
        for text in [
            "",
            "cwl1",
            "cwl1.",
            "cwl1..",
            "cwl2.e30.e30",
            "cwl1.e30.=",
            "a.b.c.d",
        ] {
            assert!(check_at(text, 1_500).is_err(), "{text}");
        }
        assert!(check_at(&"a.".repeat(MAX_TOKEN), 1_500).is_err());
    }

    #[test]
    fn without_a_license_in_force_the_community_license_applies() {
        let public = key().verifying_key();
        let text = seal(&signing_input(&license()).unwrap());
        let now = |token, seconds| effective(token, public.as_bytes(), at(seconds));

        assert_eq!(now(None, 1_500).source, LicenseSource::Community);
        assert_eq!(now(None, 1_500).seats, COMMUNITY_SEATS);
        let licensed = now(Some(&text), 1_500);
        assert_eq!(licensed.seats, 500);
        assert_eq!(licensed.source, LicenseSource::Licensed(license()));
        let lapsed = now(Some(&text), 2_000);
        assert_eq!(lapsed.seats, COMMUNITY_SEATS);
        assert_eq!(lapsed.source, LicenseSource::Lapsed(license()));
        let broken = now(Some("cwl1.x.y"), 1_500);
        assert_eq!(broken.seats, COMMUNITY_SEATS);
        assert!(matches!(broken.source, LicenseSource::Unusable(_)));
    }

    proptest! {
        #[test]
        fn any_text_is_refused(text in "(cwl1\\.)?.{0,300}") {
            prop_assert!(check_at(&text, 1_500).is_err());
        }

        #[test]
        fn any_changed_character_is_refused(position in 0usize..200, with in "[A-Za-z0-9_.-]") {
            let text = seal(&signing_input(&license()).unwrap());
            let mut characters: Vec<char> = text.chars().collect();
            let position = position % characters.len();
            let with = with.chars().next().unwrap();
            prop_assume!(characters[position] != with);
            characters[position] = with;
            let changed: String = characters.into_iter().collect();
            prop_assert!(check_at(&changed, 1_500).is_err());
        }
    }
}
