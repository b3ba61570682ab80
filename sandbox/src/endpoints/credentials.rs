//! `ValidateCredentials` (emSign API reference, A6).

use super::Call;
use crate::{envelope::Answer, refusal::Refusal};

/// A ping: everything that it checks has been checked by now.
#[expect(clippy::unnecessary_wraps, reason = "the shape of every operation")]
pub(super) fn validate(_call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::empty())
}
