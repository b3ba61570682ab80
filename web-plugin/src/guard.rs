//! What must not leave this page: private keys and other secrets, whatever field they are in.
//!
//! Forms look at what they are given and say so at the field; the client looks again at every
//! request, so that no form can forget to. The reader itself is the core's.

use certwright_api::endpoint::Endpoint;
use certwright_core::secret::{Detection, SecretKind, Suspicion, detect};
use serde_json::Value;

/// What is wrong with a CSR field, or a file for one, that holds a secret or may hold one.
#[must_use]
pub fn of_request(input: &[u8]) -> Option<String> {
    said(detect(input))
}

/// What is wrong with a field of free text that holds a secret.
#[must_use]
pub fn of_text(text: &str) -> Option<String> {
    let message = match detect(text.as_bytes()) {
        // Fingerprints and ids are such bytes, too; they are no secret.
        Detection::Suspected(Suspicion::UnknownBytes) if text.len() < LONG => return None,
        Detection::Certain(kind) => kind.message(),
        Detection::Suspected(why) => why.message(),
        Detection::None => return None,
    };
    Some(format!("{message} {REMOVE}"))
}

/// What is wrong with a field for a token, an access key or a license, which are long and random
/// themselves: a private key, and a token where that is not what the field is for.
#[must_use]
pub fn of_secret(text: &str, is_token: bool) -> Option<String> {
    let kind = detect(text.as_bytes()).certain()?;
    let is_meant = is_token && kind == SecretKind::Token;
    (!is_meant).then(|| format!("{} {REMOVE}", kind.message()))
}

/// What to do with a secret in a field that no CSR is for.
const REMOVE: &str = "It was not sent. Remove it, and keep it secret.";

/// What is wrong with what is about to be sent: each text of the address and of the body by itself.
#[must_use]
pub fn of_call(endpoint: Endpoint, id: &str, query: &str, body: Option<&str>) -> Option<String> {
    let of_text = if takes_secrets(endpoint) {
        |text: &str| of_secret(text, false)
    } else {
        of_text
    };
    let query = percent_encoding::percent_decode_str(query).decode_utf8_lossy();
    of_text(id)
        .or_else(|| of_text(&query))
        .or_else(|| match serde_json::from_str::<Value>(body?) {
            Ok(value) => of_value(&value, of_text),
            Err(_) => of_text(body?),
        })
}

/// The shortest text that may be the rest of a key: half of an Ed25519 key's base64 is 32 letters,
/// which no reader can tell from a fingerprint; this is longer than those.
const LONG: usize = 160;

/// The access key of an account and the signed license are what these endpoints are for.
fn takes_secrets(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::LinkCredential | Endpoint::RotateCredential | Endpoint::SetLicense
    )
}

fn of_value(value: &Value, of_text: fn(&str) -> Option<String>) -> Option<String> {
    match value {
        Value::String(text) => of_text(text),
        Value::Array(items) => {
            // A text may have been taken apart into lines, none of which tells what it was.
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            let each = items.iter().find_map(|item| of_value(item, of_text));
            each.or_else(|| of_secret(&texts.join("\n"), false))
        }
        Value::Object(members) => members.values().find_map(|one| of_value(one, of_text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn said(found: Detection) -> Option<String> {
    match found {
        Detection::Certain(kind) => Some(format!("{} {}", kind.message(), kind.remedy_when_kept())),
        Detection::Suspected(why) => Some(format!("{} {}", why.message(), why.remedy_when_kept())),
        Detection::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of a key, put together here so that no file holds one.
    fn key() -> String {
        let body = "MHcCAQEEIB".repeat(12);
        format!(
            "-----BEGIN {0}-----\n{body}\n-----END {0}-----\n",
            "EC PRIVATE KEY"
        )
    }

    #[test]
    fn a_key_is_found_in_every_text_of_a_call() {
        let body = |text: &str| serde_json::json!({ "a": [{ "remarks": text }] }).to_string();
        let call = |id: &str, query: &str, body: Option<&str>| {
            of_call(Endpoint::PlaceOrder, id, query, body)
        };
        assert!(call("", "", Some(&body(&key()))).is_some());
        assert!(call(&key(), "", None).is_some());
        assert!(call("", &format!("host={}", key().replace('\n', "%0A")), None).is_some());
        assert!(call("", "", Some(&key())).is_some());
        let said = of_text(&key()).unwrap_or_default();
        assert!(
            said.contains("private key") && said.contains("not sent"),
            "{said}"
        );
    }

    #[test]
    fn a_key_is_found_in_fields_that_are_for_other_secrets_and_when_taken_apart() {
        let body = serde_json::json!({ "accessKey": key() }).to_string();
        for endpoint in [Endpoint::LinkCredential, Endpoint::SetLicense] {
            assert!(of_call(endpoint, "", "", Some(&body)).is_some());
        }
        let lines: Vec<_> = key().split('\n').map(str::to_owned).collect();
        let body = serde_json::json!({ "additionalDomains": lines }).to_string();
        assert!(of_call(Endpoint::ValidateOrder, "", "", Some(&body)).is_some());
        assert!(of_secret(&key(), true).is_some());
        let token = format!("cw_{}", "a2".repeat(26));
        assert_eq!(of_secret(&token, true), None);
        assert!(of_secret(&token, false).is_some());
    }

    #[test]
    fn ids_fingerprints_and_the_access_key_are_sent() {
        let print = "ab".repeat(32);
        assert_eq!(
            of_call(
                Endpoint::ListCertificates,
                "",
                &format!("fingerprint={print}"),
                None
            ),
            None
        );
        let access = format!("{{\"accessKey\":\"{}\"}}", "Zm9v".repeat(80));
        assert_eq!(
            of_call(Endpoint::LinkCredential, "", "", Some(&access)),
            None
        );
        assert_eq!(
            of_call(Endpoint::GetOrder, "ord_0123456789abcdef", "", None),
            None
        );
    }
}
