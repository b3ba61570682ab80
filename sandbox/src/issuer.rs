//! A real little CA: root, intermediate, leaf.
//!
//! Deterministic from the seed, so nothing but serial numbers and dates has to be kept. Every
//! subject says that nobody should trust it.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, SanType, SerialNumber,
};
use time::OffsetDateTime;

use crate::{
    csr,
    draws::digest,
    keys::{DerivedKey, PublicKey, key_identifier},
    ledger::{Certificate, Csr, Order},
    when::Unix,
};

/// In the subject of every certificate.
const NOTICE: &str = "Sandbox, not trusted";

/// The common name of the intermediate: what the order report calls `issuerCA`.
pub(crate) const ISSUER_NAME: &str = "Sandbox TLS ECC CA - S1";

/// 2024-01-01 and 2044-01-01: wide enough for every date that an order can have.
const CA_VALIDITY: (Unix, Unix) = (1_704_067_200, 2_335_219_200);

/// Root and intermediate with their keys.
pub(crate) struct Issuer {
    seed: u64,
    root_pem: String,
    intermediate: CertifiedIssuer<'static, DerivedKey>,
}

/// A leaf with its chain, as PEM.
pub(crate) struct Chain {
    pub(crate) leaf: String,
    pub(crate) intermediate: String,
    pub(crate) root: String,
}

impl Issuer {
    /// The CA of this seed; `None` if the cryptography fails, which it has no reason to.
    pub(crate) fn new(seed: u64) -> Option<Self> {
        let key = DerivedKey::new(seed, "root", "")?;
        let params = authority(
            seed,
            "Sandbox Root CA - G1",
            &key,
            BasicConstraints::Unconstrained,
        );
        let root = CertifiedIssuer::self_signed(params, key).ok()?;
        let key = DerivedKey::new(seed, "intermediate", "")?;
        let params = authority(seed, ISSUER_NAME, &key, BasicConstraints::Constrained(0));
        let intermediate = CertifiedIssuer::signed_by(params, key, &root).ok()?;
        Some(Self {
            seed,
            root_pem: root.pem(),
            intermediate,
        })
    }

    pub(crate) fn root_pem(&self) -> &str {
        &self.root_pem
    }

    pub(crate) fn intermediate_pem(&self) -> String {
        self.intermediate.pem()
    }

    /// The file of a certificate of this order. `wrong_key` certifies a key that nobody asked
    /// for.
    pub(crate) fn chain(
        &self,
        order: &Order,
        certificate: &Certificate,
        wrong_key: bool,
    ) -> Option<Chain> {
        let key = if wrong_key {
            DerivedKey::new(self.seed, "wrong key", order.key())?.public()
        } else {
            self.key_of(order)?
        };
        let leaf = leaf(order, certificate, &key)?
            .signed_by(&key, &self.intermediate)
            .ok()?;
        Some(Chain {
            leaf: leaf.pem(),
            intermediate: self.intermediate_pem(),
            root: self.root_pem.clone(),
        })
    }

    fn key_of(&self, order: &Order) -> Option<PublicKey> {
        match &order.csr {
            Csr::Submitted { pem, .. } => Some(csr::read(pem).ok()?.key),
            Csr::Seeded => Some(DerivedKey::new(self.seed, "requester", order.key())?.public()),
            Csr::Pending => None,
        }
    }
}

fn authority(
    seed: u64,
    common_name: &str,
    key: &DerivedKey,
    constraints: BasicConstraints,
) -> CertificateParams {
    let mut params = empty(CA_VALIDITY.0, CA_VALIDITY.1);
    params.distinguished_name.push(DnType::CountryName, "IN");
    params
        .distinguished_name
        .push(DnType::OrganizationName, NOTICE);
    // With the seed in the name, the CAs of two seeds never look like one with two keys.
    params
        .distinguished_name
        .push(DnType::OrganizationalUnitName, format!("seed {seed}"));
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    let mut serial = digest(seed, "authority serial", common_name)
        .iter()
        .take(16)
        .copied()
        .collect::<Vec<u8>>();
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    params.serial_number = Some(SerialNumber::from(serial));
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier(key));
    params
}

fn leaf(order: &Order, certificate: &Certificate, key: &PublicKey) -> Option<CertificateParams> {
    let mut params = empty(certificate.not_before, certificate.not_after);
    let name = &mut params.distinguished_name;
    if let Some(organization) = &order.organization
        && organization.verified_at.is_some()
    {
        for (attribute, value) in [
            (DnType::CountryName, &organization.country),
            (DnType::StateOrProvinceName, &organization.state),
            (DnType::LocalityName, &organization.locality),
            (DnType::OrganizationName, &organization.name),
        ] {
            if !value.is_empty() {
                name.push(attribute, value.as_str());
            }
        }
    }
    name.push(DnType::OrganizationalUnitName, NOTICE);
    name.push(DnType::CommonName, order.domain_name.as_str());
    params.subject_alt_names = order
        .names()
        .map(|name| name.to_owned().try_into().map(SanType::DnsName))
        .collect::<Result<_, _>>()
        .ok()?;
    let serial: u128 = certificate.serial.parse().ok()?;
    params.serial_number = Some(SerialNumber::from(serial.to_be_bytes().to_vec()));
    // States "no CA", and lets the subject key identifier in.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if key.algorithm == &rcgen::PKCS_RSA_SHA256 {
        params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
    }
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier(key));
    Some(params)
}

fn empty(not_before: Unix, not_after: Unix) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = instant(not_before);
    params.not_after = instant(not_after);
    params.use_authority_key_identifier_extension = true;
    params
}

fn instant(at: Unix) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
