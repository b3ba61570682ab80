//! From the CA's two status numbers to one standing (emSign API reference, A13.1–A13.3). Numbers
//! decide, never texts: two numbers share one text.

use certwright_core::ca::{Stage, Standing, StatusText};

use crate::{codec::Data, redact};

/// What an order still lacks, as the verification blocks of `TrackOrder` say. The order report has
/// none of them.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "four independent facts")]
pub(crate) struct Progress {
    pub(crate) lacks_csr: bool,
    pub(crate) lacks_agreement: bool,
    pub(crate) lacks_organization: bool,
    pub(crate) lacks_domains: bool,
}

/// A status, number and text, as it came: `name` is the text's member, `<name>Id` the number's.
pub(crate) fn text(data: &Data<'_>, name: &str) -> StatusText {
    let read = |name: &str| redact::words(&data.text(name).unwrap_or_default());
    StatusText {
        id: read(&format!("{name}Id")),
        text: read(name),
    }
}

/// What a `certificateStatusId` says by itself (A13.2).
enum CertificateSays {
    Revoked,
    Expired,
    /// A certificate exists.
    Generated,
    /// A certificate may be had any moment.
    Approved,
    Cancelled,
    Rejected,
    Discrepancy,
    /// Not finished: this number is to be read together with everything else.
    Open(u32),
    /// Not a number that we know.
    Nothing,
}

fn certificate_says(id: &str) -> CertificateSays {
    match id.parse::<u32>().ok() {
        Some(22) => CertificateSays::Revoked,
        Some(12) => CertificateSays::Expired,
        Some(9 | 20) => CertificateSays::Generated,
        Some(7 | 15 | 23) => CertificateSays::Approved,
        Some(13) => CertificateSays::Cancelled,
        Some(5 | 8 | 14 | 18 | 19 | 21 | 27) => CertificateSays::Rejected,
        Some(3) => CertificateSays::Discrepancy,
        Some(id @ (1 | 2 | 4 | 6 | 16 | 17 | 24 | 25 | 26)) => CertificateSays::Open(id),
        _ => CertificateSays::Nothing,
    }
}

/// The order of evaluation of A13.3, with one departure: where the certificate exists (9, 20), an
/// order that is "rejected" or "cancelled" does not unmake it. Sources disagree about what order
/// numbers 4 and 5 mean (A13.1), and a certificate that is taken for cancelled is lost.
///
/// An unknown number is not guessed at: it decides nothing, but it also does not hide what the
/// other, known number says for good. An order that is open by one number and unknown by the other
/// is unknown.
pub(crate) fn standing(
    certificate: &StatusText,
    order: &StatusText,
    progress: Progress,
) -> Standing {
    let order_id = order.id.parse::<u32>().ok();
    let pending = |stage| Standing::Pending { stage };
    match (certificate_says(&certificate.id), order_id) {
        (CertificateSays::Revoked, _) => Standing::Revoked,
        (CertificateSays::Expired, _) => Standing::Expired,
        (CertificateSays::Generated, _) => Standing::Issued,
        (CertificateSays::Cancelled, _) | (_, Some(5)) => Standing::Cancelled,
        (CertificateSays::Rejected, _) => Standing::Rejected {
            text: words(certificate),
        },
        (_, Some(4)) => Standing::Rejected { text: words(order) },
        (CertificateSays::Approved, _) => Standing::Issued,
        (CertificateSays::Discrepancy, _) => pending(Stage::Documents),
        (_, Some(7)) => pending(Stage::OnHold),
        (CertificateSays::Open(id), Some(order_id @ (1..=3 | 6 | 8 | 9))) => {
            pending(open_stage(id, order_id, progress))
        }
        (CertificateSays::Open(_) | CertificateSays::Nothing, _) => pending(Stage::Unknown {
            certificate: certificate.clone(),
            order: order.clone(),
        }),
    }
}

/// What an unfinished order waits for, the first thing that somebody can do something about first.
fn open_stage(certificate: u32, order: u32, progress: Progress) -> Stage {
    if progress.lacks_csr {
        Stage::Csr
    } else if progress.lacks_agreement {
        Stage::Agreement
    } else if certificate == 25 || progress.lacks_organization {
        Stage::OrganizationVerification
    } else if certificate == 24 || progress.lacks_domains {
        Stage::DomainValidation
    } else if matches!(order, 8 | 9) || matches!(certificate, 2 | 6) {
        Stage::Approval
    } else {
        Stage::Processing
    }
}

fn words(status: &StatusText) -> String {
    if status.text.is_empty() {
        format!("status {}", status.id)
    } else {
        status.text.clone()
    }
}
