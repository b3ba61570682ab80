//! What a failure in `meta` means for the caller (emSign API reference, A4, A11.6, A17).

mod table;

use certwright_core::fault::{CaFault, CaRefusal, RefusalKind, Unanswered};

use crate::redact;

use table::Meaning;

/// `VerifyDcv` for a domain that is verified already (A12.5).
pub(crate) const DOMAIN_ALREADY_VERIFIED: &str = "EMS-1080";

/// The refusal of a call that books an order. Unless it shows that nothing was booked, the order may
/// exist, and counts as neither placed nor refused.
pub(crate) fn of_booking(fault: CaFault) -> CaFault {
    match fault {
        CaFault::Refused(refusal) if !is_before_booking(&refusal) => {
            CaFault::Unanswered(Unanswered::Unclear(Box::new(refusal)))
        }
        other => other,
    }
}

fn is_before_booking(refusal: &CaRefusal) -> bool {
    let code = refusal.code.as_deref().and_then(number);
    table::is_before_booking(refusal.kind, code)
}

/// The code decides; the text only where there is no code that we know.
pub(crate) fn fault(code: Option<&str>, message: &str) -> CaFault {
    let number = code.and_then(number);
    let code = match number {
        Some(number) => Some(format!("EMS-{number}")),
        None => code.map(redact::words).filter(|code| !code.is_empty()),
    };
    let message = redact::words(message);
    let text = message.to_lowercase();
    if code.is_none() && text.contains("inactive account user") {
        // Too many calls in a short time, and also an inactive user: the CA says the same (A11.6).
        return CaFault::RateLimited { after: None };
    }
    let meaning = number.and_then(table::by_code).or_else(|| by_text(&text));
    let refusal = |kind, field: Option<&str>, remedy: &str| CaRefusal {
        code: code.clone(),
        message: message.clone(),
        field: field.map(str::to_owned),
        remedy: remedy.to_owned(),
        kind,
    };
    match meaning {
        Some(Meaning::Refused(kind, field, remedy)) => {
            CaFault::Refused(refusal(kind, field, remedy))
        }
        Some(Meaning::Credential(field, remedy)) => {
            CaFault::CredentialRefused(refusal(RefusalKind::Invalid, Some(field), remedy))
        }
        Some(Meaning::OutcomeUnknown(what)) => {
            let code = code.as_deref().unwrap_or("without a code");
            CaFault::Unanswered(Unanswered::Trouble(format!("{what} ({code})")))
        }
        None => CaFault::Refused(refusal(RefusalKind::Other, None, table::LOOK_UP)),
    }
}

/// The number of a code such as `EMS-913`.
fn number(code: &str) -> Option<u32> {
    let digits = match code.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("ems") => code.get(3..)?,
        _ => code,
    };
    let digits = digits.trim_start_matches(['-', ' ', '_']);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    }
}

/// Failures that were seen without a code (A17). The last resort.
fn by_text(text: &str) -> Option<Meaning> {
    [
        ("invalid key size", 1053),
        ("insufficient credits", 1139),
        ("something went wrong", 939),
    ]
    .into_iter()
    .find(|(words, _)| text.contains(words))
    .and_then(|(_, code)| table::by_code(code))
}
