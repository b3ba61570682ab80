//! How a sandbox is set up. Everything that is not here is the CA's own behaviour.

use std::time::Duration;

/// Account number of the seeded account unless told otherwise.
pub const DEFAULT_ACCOUNT_NUMBER: &str = "7412005839";

/// Access key of the seeded account unless told otherwise. Public, and useless anywhere else.
pub const DEFAULT_ACCESS_KEY: &str = "sandbox-access-key-not-a-secret";

/// When `VerifyDcv` finds the record published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DcvMode {
    /// Always, once `GetDcv` was called for the domain.
    Auto,
    /// Only when the control API has said so.
    Control,
}

/// Settings of one sandbox. All times are seconds of the sandbox's clock.
#[derive(Clone, Debug)]
pub struct Options {
    /// From which keys, numbers and misbehaviour are derived.
    pub seed: u64,
    /// Account number of the seeded account.
    pub account_number: String,
    /// Access key of the seeded account.
    pub access_key: String,
    /// How many existing orders the seeded account has.
    pub orders: u32,
    /// When a domain validation succeeds.
    pub dcv: DcvMode,
    /// From the last requirement met to the certificate being generated; also from submitted
    /// documents to a verified organization.
    pub auto_approve: u32,
    /// From an order to the challenge of its domains being there (emSign API reference, A12.4).
    pub challenge_after: u32,
    /// How far the certificate's file lags its status (A13.3).
    pub certificate_lag: u32,
    /// From a revocation being requested to its being processed.
    pub revoke_after: u32,
    /// Whether more than 16 orders in 10 seconds are refused (A11.6).
    pub rate_limit: bool,
    /// How far a request's `ts` may be from the sandbox's clock; `None` takes any (A3).
    pub ts_window: Option<u32>,
    /// Lifetime of a certificate in days, instead of what product and industry rules give.
    pub validity_days: Option<u32>,
    /// How long every answer takes.
    pub latency: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            account_number: DEFAULT_ACCOUNT_NUMBER.to_owned(),
            access_key: DEFAULT_ACCESS_KEY.to_owned(),
            orders: 120,
            dcv: DcvMode::Auto,
            auto_approve: 2,
            challenge_after: 2,
            certificate_lag: 1,
            revoke_after: 3,
            rate_limit: true,
            ts_window: None,
            validity_days: None,
            latency: Duration::ZERO,
        }
    }
}
