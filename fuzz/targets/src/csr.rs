//! A certificate signing request, as a person pastes it.

use certwright_core::csr::Csr;

/// A request that is taken is bounded, reads back from its own forms, and has a key that is accepted.
pub fn run(data: &[u8]) {
    match Csr::read(data) {
        Ok(csr) => {
            assert!(data.len() <= Csr::MAX_INPUT);
            assert_eq!(Csr::read(csr.der()).as_ref(), Ok(&csr));
            assert_eq!(Csr::read(csr.pem().as_bytes()).as_ref(), Ok(&csr));
            assert!(csr.key().check_accepted().is_ok());
        }
        Err(fault) => assert!(fault.to_string().len() < 2_000),
    }
}
