//! Binding of what is stored outside of the Worker to a secret of the Worker, so that whoever can write
//! the database or the cache, and nothing else, can make nothing that counts.
//!
//! A tag is HMAC-SHA-256 (RFC 2104) over a purpose and fields, under a key that HKDF-SHA-256 (RFC 5869)
//! derives from a master key. Its text is `v<master key>.<tag in base64url>`: when master keys are
//! rotated, the version tells which one it was made with.

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::seal::{MASTER_KEY_BYTES, MasterKeyVersion};

/// What the key is derived for; no other key of the master key's has this.
const INFO: &[u8] = b"certwright binding 1";

/// A key that values are bound with. It can be neither printed nor stored.
pub struct BindingKey([u8; 32]);

/// What a value is bound as. A tag that was made for one purpose does not hold for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A token's row.
    Token,
    /// The keys of the Cloudflare Access team in the cache.
    AccessKeys,
    /// The cursor of a dump.
    DumpCursor,
    /// The cursor of an export of the audit trail.
    AuditCursor,
    /// Where a pruned chain of the audit trail begins.
    AuditCheckpoint,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::AccessKeys => "access-keys",
            Self::DumpCursor => "dump-cursor",
            Self::AuditCursor => "audit-cursor",
            Self::AuditCheckpoint => "audit-checkpoint",
        }
    }
}

impl BindingKey {
    /// The key that follows from a master key.
    #[must_use]
    pub fn derive(master_key: &[u8; MASTER_KEY_BYTES]) -> Option<Self> {
        let mut key = [0; 32];
        // Only an output of more than 8,160 bytes is refused (RFC 5869 §2.3).
        let expanded = Hkdf::<Sha256>::new(None, master_key).expand(INFO, &mut key);
        expanded.ok().map(|()| Self(key))
    }

    /// The tag of these fields, in their order.
    #[must_use]
    pub fn tag(&self, version: MasterKeyVersion, purpose: Purpose, fields: &[&str]) -> String {
        let tag = self
            .mac(purpose, fields)
            .map(|mac| mac.finalize().into_bytes());
        let tag = tag.map(|tag| BASE64URL_NOPAD.encode(&tag));
        format!("v{}.{}", version.number(), tag.unwrap_or_default())
    }

    /// Whether a tag is that of these fields, in constant time.
    #[must_use]
    pub fn holds(&self, purpose: Purpose, fields: &[&str], tag: &str) -> bool {
        let tag = tag
            .split_once('.')
            .and_then(|(_, tag)| BASE64URL_NOPAD.decode(tag.as_bytes()).ok());
        match (self.mac(purpose, fields), tag) {
            (Some(mac), Some(tag)) => mac.verify_slice(&tag).is_ok(),
            _ => false,
        }
    }

    /// Each part stands behind its length, so that no two lists of fields are the same bytes.
    fn mac(&self, purpose: Purpose, fields: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [purpose.as_str()].iter().chain(fields) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }
}

/// The master key that a tag was made with.
#[must_use]
pub fn version(tag: &str) -> Option<MasterKeyVersion> {
    let (version, _) = tag.strip_prefix('v')?.split_once('.')?;
    version.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: MasterKeyVersion = MasterKeyVersion::FIRST;

    #[test]
    fn a_tag_holds_for_its_fields_alone() {
        let key = BindingKey::derive(&[7; 32]).unwrap();
        let tag = key.tag(FIRST, Purpose::Token, &["tok_a", "admin", ""]);
        assert_eq!(version(&tag), Some(FIRST));
        assert!(key.holds(Purpose::Token, &["tok_a", "admin", ""], &tag));
        for fields in [
            &["tok_a", "viewer", ""] as &[&str],
            &["tok_a", "admin"],
            &["tok_aa", "dmin", ""],
            &["tok_a", "", "admin"],
        ] {
            assert!(!key.holds(Purpose::Token, fields, &tag), "{fields:?}");
        }
        let fields = &["tok_a", "admin", ""];
        assert!(!key.holds(Purpose::DumpCursor, fields, &tag));
        let other = BindingKey::derive(&[8; 32]).unwrap();
        assert!(!other.holds(Purpose::Token, fields, &tag));
        for tag in ["", "v1", "v1.", "v1.AAAA", &tag[..tag.len() - 2]] {
            assert!(!key.holds(Purpose::Token, fields, tag), "{tag}");
        }
    }

    #[test]
    fn the_key_is_that_of_rfc_5869_and_not_the_master_key() {
        let key = BindingKey::derive(&[7; 32]).unwrap();
        assert_ne!(key.0, [7; 32]);
        assert_ne!(key.0, [0; 32]);
    }
}
