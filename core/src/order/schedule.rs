//! When to ask the CA again: soon after a change, then less and less often.

use super::{Order, OrderState, RevocationPhase};
use crate::time::{DAY, HOUR, MINUTE, Timestamp};

/// The next time to look, or `None` when nothing is expected to change. What a person asked the CA
/// for is followed until the CA was heard to have it, even if the order was deleted here since.
pub(super) fn next_check(order: &Order, now: Timestamp) -> Option<Timestamp> {
    let is_sending = order.state.sending_since().is_some();
    if order.deleted_at.is_some() && !is_sending {
        return None;
    }
    let interval = match &order.state {
        _ if is_sending => MINUTE,
        OrderState::Pending(_) if order.ca_order_number.is_some() => {
            pending_interval(now.seconds_since(order.ordered_at))
        }
        OrderState::Held(_) | OrderState::Fulfilled(_) => {
            let revocation = order.state.revocation()?;
            match revocation.phase {
                RevocationPhase::Sending | RevocationPhase::Requested => {
                    pending_interval(now.seconds_since(revocation.requested_at))
                }
                RevocationPhase::AwaitingApproval { .. } | RevocationPhase::Refused { .. } => {
                    return None;
                }
            }
        }
        _ => return None,
    };
    Some(now.plus(interval.saturating_add(jitter(order, interval))))
}

/// Seconds between two looks at an order of this age.
fn pending_interval(age: i64) -> i64 {
    match age {
        ..600 => MINUTE,
        600..3_600 => 5 * MINUTE,
        3_600..86_400 => 30 * MINUTE,
        86_400..604_800 => 3 * HOUR,
        604_800..2_592_000 => 12 * HOUR,
        _ => DAY,
    }
}

/// Up to a quarter of the interval, fixed by the order's id, so that orders imported together
/// are not all due at once.
fn jitter(order: &Order, interval: i64) -> i64 {
    let sum = order.id.as_str().bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    (interval / 4).saturating_mul(i64::from(sum % 1_000)) / 1_000
}
