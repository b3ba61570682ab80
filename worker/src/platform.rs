//! The ports: everything that the Worker needs from the world it runs in.
//!
//! Use cases are generic over [`Platform`], so the whole system short of its listener runs
//! natively with a set clock, seeded randomness and SQLite as well as on Cloudflare.

use certwright_core::{
    access::{AccessSettings, TeamDomain},
    binding::BindingKey,
    credential::Environment,
    origin::ExtensionOrigins,
    pace::TooMany,
    seal::{MasterKeyVersion, NONCE_BYTES},
    strangers::Uncounted,
    time::Timestamp,
};
use certwright_emsign::hosts::{BaseUrl, Bases};

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

    /// Fills `bytes` with cryptographically secure random bits. Where there are none it does not
    /// return: the invocation ends, so that nothing predictable is ever stored or handed out.
    fn fill_random(&self, bytes: &mut [u8]);

    /// Writes a line for the operators. Never a secret.
    fn log(&self, line: &str);

    /// Settings of this deployment.
    fn settings(&self) -> &Settings;

    /// Makes a call to the CA: to one of the deployment's bases only, bounded in time and size,
    /// redirects not followed.
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

    /// Encrypts with AES-256-GCM under a master key and a fresh random nonce, which is drawn in
    /// here so that no caller can use one twice.
    ///
    /// # Errors
    /// [`SealFault`].
    async fn encrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        plaintext: &[u8],
    ) -> Result<Encrypted, SealFault>;

    /// Opens what [`Platform::encrypt`] closed, if key and additional data are the same.
    ///
    /// # Errors
    /// [`SealFault`].
    async fn decrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        encrypted: &Encrypted,
    ) -> Result<Vec<u8>, SealFault>;

    /// The key that stored values are bound with under a master key.
    ///
    /// # Errors
    /// [`SealFault`].
    fn binding_key(&self, version: MasterKeyVersion) -> Result<BindingKey, SealFault>;

    /// Counts a request or the like under a key, if that is not one too many.
    ///
    /// # Errors
    /// [`TooMany`].
    async fn count(&self, meter: Meter, key: &str) -> Result<(), TooMany>;

    /// Counts a refusal of a caller of whom nothing but the network is known; see
    /// [`Tally::note`](certwright_core::strangers::Tally::note).
    fn note_stranger(&self, network: &str) -> Option<Option<Uncounted>>;

    /// Reads the cache, which may have lost or never had it.
    async fn cached(&self, key: &str) -> Option<String>;

    /// Writes the cache, for at most `seconds`.
    async fn cache(&self, key: &str, value: String, seconds: u64);
}

/// How many callers at full pace one address may have.
pub const CALLERS_AT_AN_ADDRESS: u32 = 10;

/// What is counted of each caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meter {
    /// Requests of any kind, by address, whoever sends them.
    Addresses,
    /// Requests of whoever is signed in; by address where nobody has to be.
    Requests,
    /// Sign-ins that failed, by address.
    FailedSignIns,
}

impl Meter {
    /// How many a minute are taken where neither the deployment nor the platform's own limiter says
    /// another number. The console sends some ten at once when it is opened.
    #[must_use]
    pub fn per_minute(self, settings: &Settings) -> u32 {
        match self {
            Self::Addresses => Self::Requests
                .per_minute(settings)
                .saturating_mul(CALLERS_AT_AN_ADDRESS),
            Self::Requests => settings.requests_per_minute.unwrap_or(600),
            Self::FailedSignIns => settings.failed_sign_ins_per_minute.unwrap_or(20),
        }
    }

    /// A name for keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Requests => "requests",
            Self::FailedSignIns => "failed sign-ins",
        }
    }
}

/// Settings of a deployment, read from its variables and secrets.
pub struct Settings {
    /// SHA-256 of the initial administrator's token.
    pub admin_token_hash: [u8; 32],
    /// Sign-in through Cloudflare Access, where the deployment has it.
    pub access: Option<AccessSettings>,
    /// Verifies licenses; without it none can be set, and the community license applies.
    pub license_public_key: Option<[u8; 32]>,
    /// The master key that closes new seals.
    pub master_key: MasterKeyVersion,
    /// How many requests a caller may send in a minute, where the deployment says so itself;
    /// else the platform's own limiter decides.
    pub requests_per_minute: Option<u32>,
    /// How many sign-ins may fail in a minute from one address, likewise.
    pub failed_sign_ins_per_minute: Option<u32>,
    /// The extensions that may read replies across origins.
    pub extension_origins: ExtensionOrigins,
    /// Where calls to the CA go.
    pub ca: Bases,
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
        self.ca.of(environment)
    }
}

/// There is no complete reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// The address is below none of the deployment's bases; nothing was sent.
    NotAllowed,
    /// The connection failed, was cut, or took too long.
    Connection,
    /// The reply is larger than is read.
    TooLarge,
}

/// Nonce and ciphertext, the tag at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The nonce.
    pub nonce: [u8; NONCE_BYTES],
    /// The ciphertext with its tag.
    pub ciphertext: Vec<u8>,
}

/// A secret could not be sealed or opened. Nothing is changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// The deployment has no master key of the version that is asked for.
    #[error("the secret {} is not set", .0.secret_name())]
    MissingMasterKey(MasterKeyVersion),
    /// The configured master key is not 32 bytes of base64.
    #[error("the secret {} is not 32 bytes of base64", .0.secret_name())]
    MalformedMasterKey(MasterKeyVersion),
    /// The seal was made with another master key or for another row.
    #[error(
        "the stored access key does not open with the secret {}: that is not the key that sealed it, \
         or the record was moved or changed",
        .0.secret_name()
    )]
    DoesNotOpen(MasterKeyVersion),
    /// What is stored is no seal.
    #[error("the stored access key is damaged")]
    Damaged,
    /// The platform's cryptography does not work.
    #[error("the platform did not encrypt")]
    Platform,
}

impl SealFault {
    /// The secret at fault, where it is one.
    #[must_use]
    pub fn secret(self) -> Option<String> {
        match self {
            Self::MissingMasterKey(version)
            | Self::MalformedMasterKey(version)
            | Self::DoesNotOpen(version) => Some(version.secret_name()),
            Self::Damaged | Self::Platform => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> String {
        match self {
            Self::MissingMasterKey(version) => {
                let name = version.secret_name();
                format!("Set the secret {name} with `wrangler secret put {name}`.")
            }
            Self::MalformedMasterKey(version) => {
                let name = version.secret_name();
                format!("Set the secret {name} again: base64 of the same 32 bytes as before.")
            }
            Self::DoesNotOpen(version) => format!(
                "Set the secret {} to the key that was used before. If that is lost, give the \
                 account its access key again.",
                version.secret_name()
            ),
            Self::Damaged => "Give the account its access key again.".to_owned(),
            Self::Platform => "Try again in a moment.".to_owned(),
        }
    }
}
