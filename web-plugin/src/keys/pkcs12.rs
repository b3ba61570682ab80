//! PKCS#12 (RFC 7292): key, certificate and chain in one file, and what has to be computed for it.
//!
//! Nothing here derives a key: that takes hundreds of thousands of rounds, and the browser does it
//! beside the page ([`super::protect`]). Only the MAC's own derivation is unknown to WebCrypto; it
//! is cut into steps, so that no step holds up the page.

use certwright_core::certificate::Certificate;
use hmac::{Hmac, KeyInit, Mac};
use pkcs8::der::oid::ObjectIdentifier;
use pkcs8::der::zeroize::{Zeroize, Zeroizing};
use sha2::{Digest, Sha256};

use super::der;
use super::export::{Encrypted, ExportFault};

/// Rounds of PBKDF2 for what is encrypted, and of the MAC's derivation, for which reason neither is
/// the cheaper way to try passphrases. More than 300,000 of either are refused by .NET's
/// `X509CertificateLoader` (`Pkcs12LoaderLimits`), and so by Kestrel since .NET 9. PBMAC1 (RFC 9579)
/// would be the better MAC, but OpenSSL reads it from 3.4 on only.
pub const ROUNDS: u32 = 300_000;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const SHROUDED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// The block of SHA-256, in octets.
const BLOCK: usize = 64;

/// A certificate, its chain, and what the key is called.
#[derive(Debug)]
pub struct Contents {
    chain: Vec<Certificate>,
    name: String,
}

impl Contents {
    /// Reads the PEM of a certificate and its chain, the certificate first.
    ///
    /// # Errors
    /// [`ExportFault::Certificate`].
    pub fn read(full_chain: &str, name: &str) -> Result<Self, ExportFault> {
        let chain = Certificate::read_all(full_chain).map_err(|_| ExportFault::Certificate)?;
        if chain.is_empty() {
            return Err(ExportFault::Certificate);
        }
        let name = name.to_owned();
        Ok(Self { chain, name })
    }

    /// The SafeContents with the certificates, to be encrypted.
    #[must_use]
    pub fn certificates(&self) -> Vec<u8> {
        let bags: Vec<Vec<u8>> = self
            .chain
            .iter()
            .enumerate()
            .map(|(at, certificate)| {
                let bag = der::sequence(&[
                    &der::identifier(&X509_CERTIFICATE),
                    &der::value(der::CONTEXT_0, &[&der::octets(certificate.der())]),
                ]);
                let attributes = if at == 0 {
                    self.attributes()
                } else {
                    Vec::new()
                };
                safe_bag(&CERT_BAG, &bag, &attributes)
            })
            .collect();
        let bags: Vec<&[u8]> = bags.iter().map(Vec::as_slice).collect();
        der::sequence(&bags)
    }

    /// The content that the MAC covers: the AuthenticatedSafe of RFC 7292 §4.1.
    ///
    /// # Errors
    /// [`ExportFault::Writing`].
    pub fn authenticated_safe(
        &self,
        certificates: &Encrypted,
        key: &Encrypted,
    ) -> Result<Vec<u8>, ExportFault> {
        let encrypted_data = der::sequence(&[
            &der::number(0),
            &der::sequence(&[
                &der::identifier(&DATA),
                &certificates.algorithm()?,
                &der::value(der::CONTEXT_0_PRIMITIVE, &[&certificates.ciphertext]),
            ]),
        ]);
        let shrouded = der::sequence(&[&key.algorithm()?, &der::octets(&key.ciphertext)]);
        let key = der::sequence(&[&safe_bag(&SHROUDED_KEY_BAG, &shrouded, &self.attributes())]);
        Ok(der::sequence(&[
            &content_info(&ENCRYPTED_DATA, &encrypted_data),
            &content_info(&DATA, &der::octets(&key)),
        ]))
    }

    /// What ties the key to its certificate, and what people read for both.
    fn attributes(&self) -> Vec<u8> {
        let id = self
            .chain
            .first()
            .map(|leaf| leaf.fingerprint().to_string());
        let id = id.unwrap_or_default();
        let name = attribute(&FRIENDLY_NAME, &der::bmp_string(&self.name));
        let id = attribute(&LOCAL_KEY_ID, &der::octets(id.as_bytes()));
        // The shorter one first (X.690 §11.6 compares from the tag on, then the length).
        let (first, second) = if name <= id { (name, id) } else { (id, name) };
        der::set(&[&first, &second])
    }
}

fn attribute(oid: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::identifier(oid), &der::set(&[value])])
}

fn safe_bag(oid: &ObjectIdentifier, bag: &[u8], attributes: &[u8]) -> Vec<u8> {
    let content = der::value(der::CONTEXT_0, &[bag]);
    der::sequence(&[&der::identifier(oid), &content, attributes])
}

fn content_info(oid: &ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    let content = der::value(der::CONTEXT_0, &[content]);
    der::sequence(&[&der::identifier(oid), &content])
}

/// The file, from the content that [`Contents::authenticated_safe`] gave and the key that [`MacKey`]
/// derived with this salt: the MAC is HMAC-SHA256.
#[must_use]
pub fn file(authenticated_safe: &[u8], key: &[u8; 32], salt: &[u8]) -> Vec<u8> {
    let mut padded = [0; BLOCK];
    for (octet, of_key) in padded.iter_mut().zip(key) {
        *octet = *of_key;
    }
    let mut mac = Hmac::<Sha256>::new(&padded.into());
    mac.update(authenticated_safe);
    let mac = mac.finalize().into_bytes();
    let digest_info = der::sequence(&[&der::algorithm(&SHA_256), &der::octets(&mac)]);
    let mac_data = der::sequence(&[&digest_info, &der::octets(salt), &der::number(ROUNDS)]);
    let content = content_info(&DATA, &der::octets(authenticated_safe));
    der::sequence(&[&der::number(3), &content, &mac_data])
}

/// The derivation of the MAC's key: RFC 7292 appendix B.2 with SHA-256 and ID 3, whose output is
/// one digest long, so that it is a digest of digests, [`ROUNDS`] deep.
pub struct MacKey {
    digest: Zeroizing<[u8; 32]>,
    left: u32,
}

impl MacKey {
    /// Begins the derivation.
    #[must_use]
    pub fn begin(passphrase: &str, salt: &[u8]) -> Self {
        let mut password = Zeroizing::new(der::utf16(passphrase));
        password.extend([0, 0]);
        let mut hash = Sha256::new();
        hash.update([3; BLOCK]);
        hash.update(repeated(salt));
        let mut filled = repeated(&password);
        hash.update(&filled);
        filled.zeroize();
        Self {
            digest: Zeroizing::new(hash.finalize().into()),
            left: ROUNDS - 1,
        }
    }

    /// Goes on for at most so many rounds; the key, once there are none left.
    pub fn step(&mut self, rounds: u32) -> Option<Zeroizing<[u8; 32]>> {
        for _ in 0..rounds.min(self.left) {
            *self.digest = Sha256::digest(*self.digest).into();
        }
        self.left = self.left.saturating_sub(rounds);
        (self.left == 0).then(|| self.digest.clone())
    }
}

/// The octets over and over, up to a whole number of blocks.
fn repeated(octets: &[u8]) -> Vec<u8> {
    let length = octets.len().div_ceil(BLOCK) * BLOCK;
    octets.iter().copied().cycle().take(length).collect()
}
