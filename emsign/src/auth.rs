//! `authKey`, the digest that proves the access key without sending it. It counts as a credential:
//! whoever has it can repeat the call.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Lower-case hexadecimal SHA-256 over key, `ts` and `txn` one after the other, exactly the texts
/// that stand in `meta`; not an HMAC (emSign API reference, A3.1).
pub(crate) fn digest(key: &str, ts: &str, txn: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(ts.as_bytes());
    hash.update(txn.as_bytes());
    HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_reference() {
        let vectors = [
            (
                "K7qX-demo-access-key-01",
                "2026-03-09T14:05:31+05:30",
                "90317725104418",
                "c9c6ba69e3ceba75c72a3bbd5c66fe1e94bd7ea4f74be74727c61017f0035185",
            ),
            (
                "K7qX-demo-access-key-01",
                "2026-03-09T08:35:31+00:00",
                "90317725104418",
                "7ed9e70fba6393cf218489cf3a61908975b19d30ffbd37a37c1354560718f91a",
            ),
            (
                "schlüssel-Ω-9",
                "2026-03-09T08:35:31+00:00",
                "txnAB12CD34EF",
                "8326452c6ac93435ebf324eda64d5ebcaef982483210c2bb23fab82bf217b0c7",
            ),
        ];
        for (key, ts, txn, expected) in vectors {
            assert_eq!(digest(key, ts, txn), expected);
        }
    }
}
