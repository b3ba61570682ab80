//! A bag of certificates in PEM.

use certwright_core::{
    certificate::chain::{self, MAX_CERTIFICATES},
    time::Timestamp,
};

/// A time at which the certificates of the corpus are valid, in Unix seconds.
const NOW: i64 = 1_795_000_000;

/// A chain holds no more certificates than are looked at, and what a server presents of it is read as
/// the same chain.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let now = Timestamp::from_unix(NOW);
    let Ok(chain) = chain::read(text, now) else {
        return;
    };
    let of_chain = chain.intermediates().len() + usize::from(chain.root().is_some()) + 1;
    assert!(of_chain + chain.unrelated().len() <= MAX_CERTIFICATES);
    let again = chain::read(&chain.full_chain_pem(), now);
    let again = again.map(|again| (again.leaf().clone(), again.intermediates().to_vec()));
    let expected = (chain.leaf().clone(), chain.intermediates().to_vec());
    assert_eq!(again, Ok(expected));
}
