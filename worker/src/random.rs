//! Ids and transaction numbers from the platform's random bits.

use certwright_core::{
    ids::{
        AuditId, CertificateId, CredentialId, CsrId, JobId, OrderId, OrderReference, TokenId,
        WorkId,
    },
    token::TokenText,
};
use certwright_emsign::Txn;

use crate::platform::Platform;

fn bits<const N: usize>(platform: &impl Platform) -> [u8; N] {
    let mut bytes = [0; N];
    platform.fill_random(&mut bytes);
    bytes
}

/// Fresh random identities.
pub trait Fresh {
    /// Draws one.
    fn fresh(platform: &impl Platform) -> Self;
}

macro_rules! fresh {
    ($($name:ident),+) => {
        $(impl Fresh for $name {
            fn fresh(platform: &impl Platform) -> Self {
                Self::from_random(bits(platform))
            }
        })+
    };
}

fresh!(
    AuditId,
    CertificateId,
    CredentialId,
    CsrId,
    JobId,
    OrderId,
    OrderReference,
    TokenId,
    TokenText,
    Txn,
    WorkId
);

/// A token for a lease: who holds a piece of work.
pub fn lease(platform: &impl Platform) -> String {
    data_encoding::HEXLOWER.encode(&bits::<8>(platform))
}

/// A number to spread things by.
pub fn number(platform: &impl Platform) -> u32 {
    u32::from_le_bytes(bits(platform))
}
