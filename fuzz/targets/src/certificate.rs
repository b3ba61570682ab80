//! A certificate, as a CA sends it.

use certwright_core::certificate::Certificate;

/// A certificate that is read is bounded and reads back from its own forms.
pub fn run(data: &[u8]) {
    match Certificate::read(data) {
        Ok(certificate) => {
            assert!(data.len() <= Certificate::MAX_INPUT);
            assert_eq!(
                Certificate::read(certificate.der()).as_ref(),
                Ok(&certificate)
            );
            let pem = certificate.pem();
            assert_eq!(Certificate::read(pem.as_bytes()).as_ref(), Ok(&certificate));
        }
        Err(fault) => assert!(fault.to_string().len() < 2_000),
    }
}
