//! The ports: everything that the Worker needs from the world it runs in.
//!
//! Use cases are generic over [`Platform`], so the whole system short of its listener runs
//! natively with a set clock, seeded randomness and SQLite as well as on Cloudflare.

use certwright_core::{
    access::{AccessSettings, TeamDomain},
    credential::{AccessKey, Environment},
    ids::CredentialId,
    time::Timestamp,
};
use certwright_emsign::hosts::{self, BaseUrl};

use crate::{database::Database, work::Message};

/// The world. One value per invocation.
#[allow(
    async_fn_in_trait,
    reason = "futures in wasm are not Send, and none needs to be"
)]
pub trait Platform {
    /// The system of record.
    type Database: Database;

    /// The system of record.
    fn database(&self) -> &Self::Database;

    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Fills `bytes` with cryptographically secure random bits.
    fn fill_random(&self, bytes: &mut [u8]);

    /// Writes a line for the operators. Never a secret.
    fn log(&self, line: &str);

    /// Settings of this deployment.
    fn settings(&self) -> &Settings;

    /// Makes a call to the CA: bounded in time and size, redirects not followed.
    ///
    /// # Errors
    /// [`NoReply`] when there is no complete reply.
    async fn call(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, NoReply>;

    /// Fetches what the team's address answers for its keys. Taking nothing but a [`TeamDomain`],
    /// it can't be led anywhere else.
    ///
    /// # Errors
    /// [`NoReply`] when there is no complete reply, or one of another status than 200.
    async fn team_keys(&self, team: &TeamDomain) -> Result<Vec<u8>, NoReply>;

    /// Lets seconds go by within this invocation.
    async fn wait(&self, seconds: u32);

    /// Hands work to the queue, to be delivered after `delay` seconds. A message that is lost is
    /// found by the sweep, so failure is not an error of the caller's.
    async fn enqueue(&self, messages: Vec<Message>, delay: u32);

    /// Seals an access key under the current master key, bound to the row that will hold it.
    ///
    /// # Errors
    /// [`SealFault`].
    async fn seal(&self, row: &CredentialId, key: &AccessKey) -> Result<String, SealFault>;

    /// Opens what [`Platform::seal`] sealed for the same row.
    ///
    /// # Errors
    /// [`SealFault`].
    async fn unseal(&self, row: &CredentialId, sealed: &str) -> Result<AccessKey, SealFault>;

    /// Reads the cache, which may have lost or never had it.
    async fn cached(&self, key: &str) -> Option<String>;

    /// Writes the cache, for at most `seconds`.
    async fn cache(&self, key: &str, value: String, seconds: u64);
}

/// Settings of a deployment, read from its variables and secrets.
pub struct Settings {
    /// SHA-256 of the initial administrator's token.
    pub admin_token_hash: [u8; 32],
    /// Sign-in through Cloudflare Access, where the deployment has it.
    pub access: Option<AccessSettings>,
    /// Verifies licenses; without it none can be set, and the community license applies.
    pub license_public_key: Option<[u8; 32]>,
    /// The look-alike CA of a development deployment, if one is configured.
    pub development_ca: Option<BaseUrl>,
    /// Seconds by which the clock is ahead, so that a development deployment can be shown what
    /// hours bring; zero everywhere else.
    pub clock_ahead: i64,
    /// Whether replies tell what they cost the database.
    pub shows_costs: bool,
}

impl Settings {
    /// Where calls for an environment go; `None` when this deployment has no such environment.
    #[must_use]
    pub fn ca_base(&self, environment: Environment) -> Option<BaseUrl> {
        match environment {
            Environment::Development => self.development_ca.clone(),
            other => hosts::base(other).and_then(|base| hosts::checked_base(base).ok()),
        }
    }
}

/// There is no complete reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// The connection failed, was cut, or took too long.
    Connection,
    /// The reply is larger than is read.
    TooLarge,
}

/// A key could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// The deployment has no master key of the version that the seal names.
    #[error("the master key version {0} is not configured; set the secret MASTER_KEY_V{0}")]
    MissingMasterKey(u32),
    /// The configured master key is not 32 bytes of base64.
    #[error("the secret MASTER_KEY_V{0} is not 32 bytes of base64; set it again")]
    MalformedMasterKey(u32),
    /// The seal is not one, or was made with another master key or for another row.
    #[error(
        "the stored access key does not open; the master key is another one, or the record was moved"
    )]
    DoesNotOpen,
}
