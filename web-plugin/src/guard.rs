//! What must not leave this page: private keys and other secrets, whatever field they are in.
//!
//! Forms look at what they are given and say so at the field; the client looks again at every
//! request, so that no form can forget to. The reader itself is the core's.

use certwright_api::endpoint::Endpoint;
use certwright_core::secret::{Detection, Suspicion, detect};
use serde_json::Value;

/// What is wrong with a CSR field, or a file for one, that holds a secret or may hold one.
#[must_use]
pub fn of_request(input: &[u8]) -> Option<String> {
    said(detect(input))
}

/// What is wrong with a field of free text that holds a secret.
#[must_use]
pub fn of_text(text: &str) -> Option<String> {
    match detect(text.as_bytes()) {
        // Fingerprints and ids are such bytes, too; they are no secret.
        Detection::Suspected(Suspicion::UnknownBytes) if text.len() < LONG => None,
        found => said(found),
    }
}

/// What is wrong with what is about to be sent: each text of the address and of the body by itself.
#[must_use]
pub fn of_call(endpoint: Endpoint, id: &str, query: &str, body: Option<&str>) -> Option<String> {
    if takes_secrets(endpoint) {
        return None;
    }
    let query = percent_encoding::percent_decode_str(query).decode_utf8_lossy();
    of_text(id)
        .or_else(|| of_text(&query))
        .or_else(|| match serde_json::from_str::<Value>(body?) {
            Ok(value) => of_value(&value),
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

fn of_value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => of_text(text),
        Value::Array(items) => items.iter().find_map(of_value),
        Value::Object(members) => members.values().find_map(of_value),
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
