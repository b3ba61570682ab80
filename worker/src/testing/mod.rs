//! The world of native tests: SQLite for D1, a clock with one hand, seeded randomness, a queue and
//! a cache in memory, and a CA behind a closure.

mod master_keys;
mod pause;
mod sqlite;
mod words;

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
};

use certwright_core::{
    access::{AccessSettings, TeamDomain},
    binding::BindingKey,
    origin::ExtensionOrigins,
    pace::{TooMany, Windows},
    seal::{MASTER_KEY_BYTES, MasterKeyVersion, NONCE_BYTES},
    strangers::{Tally, Uncounted},
    time::Timestamp,
};
use certwright_emsign::hosts::Bases;
use sha2::{Digest, Sha256};

use self::master_keys::MasterKeys;
pub use self::sqlite::Sqlite;
use crate::{
    ca::Urgency,
    caller::Caller,
    database::{Database, DatabaseFault},
    platform::{Encrypted, Meter, NoReply, Platform, SealFault, Settings},
    work::{self, Message},
};

/// The bearer token of the administrator in this world.
pub const ADMIN_TOKEN: &str = "cw_test";

/// What answers calls to the CA.
pub type Ca = Box<dyn FnMut(http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, NoReply>>;

/// What answers for the keys of a Cloudflare Access team.
pub type TeamKeys = Box<dyn FnMut(&TeamDomain) -> Result<Vec<u8>, NoReply>>;

/// The world.
pub struct World {
    database: Sqlite,
    settings: Settings,
    master_keys: MasterKeys,
    windows: RefCell<Windows>,
    strangers: RefCell<Tally>,
    now: Cell<Timestamp>,
    random: Cell<u64>,
    queue: RefCell<VecDeque<(Timestamp, Message)>>,
    cache: RefCell<HashMap<String, String>>,
    ca: RefCell<Ca>,
    team_keys: RefCell<TeamKeys>,
    calls: Cell<u64>,
    log: RefCell<Vec<String>>,
}

impl World {
    /// A world with an empty, migrated database.
    ///
    /// # Errors
    /// [`DatabaseFault`] when the migrations fail.
    pub fn new(
        seed: u64,
        now: Timestamp,
        license_public_key: [u8; 32],
        ca: Ca,
    ) -> Result<Self, DatabaseFault> {
        let database = Sqlite::migrated()?;
        Ok(Self::over(database, seed, now, license_public_key, ca))
    }

    /// A world over a database that has a past.
    #[must_use]
    pub fn over(
        database: Sqlite,
        seed: u64,
        now: Timestamp,
        license_public_key: [u8; 32],
        ca: Ca,
    ) -> Self {
        Self {
            database,
            settings: Settings {
                access: None,
                admin_token_hash: Sha256::digest(ADMIN_TOKEN).into(),
                license_public_key: Some(license_public_key),
                master_key: MasterKeyVersion::FIRST,
                // Histories are played with the clock standing still.
                requests_per_minute: Some(u32::MAX),
                failed_sign_ins_per_minute: Some(u32::MAX),
                extension_origins: ExtensionOrigins::default(),
                ca: Bases::configured(|name| {
                    let base = "http://127.0.0.1:1/emSignHub-API";
                    (name == "DEVELOPMENT_CA_BASE").then(|| base.to_owned())
                })
                .unwrap_or_default(),
                clock_ahead: 0,
                shows_costs: false,
            },
            master_keys: MasterKeys::default(),
            windows: RefCell::default(),
            strangers: RefCell::default(),
            now: Cell::new(now),
            random: Cell::new(seed | 1),
            queue: RefCell::default(),
            cache: RefCell::default(),
            ca: RefCell::new(ca),
            team_keys: RefCell::new(Box::new(|_| Err(NoReply::Connection))),
            calls: Cell::new(0),
            log: RefCell::default(),
        }
    }

    /// Lets people sign in through Cloudflare Access, with keys that `keys` answers.
    pub fn use_access(&mut self, access: AccessSettings, keys: TeamKeys) {
        self.settings.access = Some(access);
        self.team_keys = RefCell::new(keys);
    }

    /// Whether every operation of the world gives way once, and a call to the CA a second time
    /// when the CA has acted. A future of this world must then be polled until it is ready; one
    /// that is dropped instead is an invocation that ended there.
    pub fn give_way(&self, on: bool) {
        self.database.pauses().set(on);
    }

    /// The deployment's settings, as a new deployment may have them.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Sets a master key, or takes it away.
    pub fn set_master_key(
        &mut self,
        version: MasterKeyVersion,
        key: Option<[u8; MASTER_KEY_BYTES]>,
    ) {
        self.master_keys.set(version, key);
    }

    /// Takes the messages that are due out of the queue. What becomes of them is the caller's
    /// business.
    pub fn take_due(&self) -> Vec<Message> {
        std::iter::from_fn(|| self.next_due()).collect()
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        self.now.set(self.now.get().plus(seconds));
    }

    /// Delivers messages that are due until none is left, and says how many there were.
    pub async fn drain(&self) -> usize {
        let mut delivered = 0;
        while let Some(message) = self.next_due() {
            delivered += 1;
            if let Err(fault) = work::run(self, &message, Urgency::Background).await {
                self.log(&format!("{fault:?}"));
            }
        }
        delivered
    }

    fn next_due(&self) -> Option<Message> {
        let mut queue = self.queue.borrow_mut();
        let index = queue.iter().position(|(due, _)| *due <= self.now.get())?;
        queue.remove(index).map(|(_, message)| message)
    }

    /// Forgets every message, as a queue that loses them would.
    pub fn lose_messages(&self) {
        self.queue.borrow_mut().clear();
    }

    /// Calls to the CA and statements of the database so far, which the platform limits for each
    /// invocation.
    #[must_use]
    pub fn spent(&self) -> (u64, u64) {
        (self.calls.get(), self.database.cost().queries)
    }

    /// What was written to the log.
    #[must_use]
    pub fn logged(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// What was written to the log since it was last taken.
    pub fn take_log(&self) -> Vec<String> {
        self.log.take()
    }

    /// What stands in the cache.
    #[must_use]
    pub fn cache_content(&self) -> Vec<(String, String)> {
        let cache = self.cache.borrow();
        let pairs = cache.iter();
        pairs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// Serves a request as the administrator, with a JSON body.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        let token = format!("Bearer {ADMIN_TOKEN}");
        let headers = [&[("authorization", token.as_str())], headers].concat();
        let Some(request) = request(method, path, &headers, body) else {
            return (0, serde_json::Value::Null);
        };
        told(&crate::http::handle(self, request).await)
    }

    /// Serves a request as somebody, with a JSON body.
    pub async fn request_as(
        &self,
        caller: Caller,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> (u16, serde_json::Value) {
        let Some(request) = request(method, path, headers, body) else {
            return (0, serde_json::Value::Null);
        };
        told(&crate::http::handle_as(self, caller, request).await)
    }
}

fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &serde_json::Value,
) -> Option<http::Request<Vec<u8>>> {
    let mut request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("cf-connecting-ip", "203.0.113.7")
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    request.body(body).ok()
}

#[allow(
    clippy::panic,
    reason = "a test says what is wrong by failing, wherever the reply was asked for"
)]
fn told(reply: &http::Response<Vec<u8>>) -> (u16, serde_json::Value) {
    if let Some(text) = words::misfit(reply.body()) {
        panic!("not told in sentences: {text}");
    }
    let value = serde_json::from_slice(reply.body()).unwrap_or_else(|_| {
        serde_json::Value::String(String::from_utf8_lossy(reply.body()).into_owned())
    });
    (reply.status().as_u16(), value)
}

impl Platform for World {
    type Database = Sqlite;

    fn database(&self) -> &Sqlite {
        &self.database
    }

    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            // xorshift64 (Marsaglia 2003): repeatable, which is all that a test wants.
            let mut x = self.random.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            self.random.set(x);
            *byte = x.to_le_bytes()[3];
        }
    }

    fn log(&self, line: &str) {
        self.log.borrow_mut().push(line.to_owned());
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    async fn call(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, NoReply> {
        if !self.settings.ca.allow(request.uri()) {
            return Err(NoReply::NotAllowed);
        }
        self.database.pauses().here().await;
        self.calls.set(self.calls.get() + 1);
        let reply = (self.ca.borrow_mut())(request);
        self.database.pauses().here().await;
        reply
    }

    async fn team_keys(&self, team: &TeamDomain) -> Result<Vec<u8>, NoReply> {
        (self.team_keys.borrow_mut())(team)
    }

    /// The clock has one hand, the test's: waiting is only an occasion for others to go on.
    async fn wait(&self, _seconds: u32) {
        self.database.pauses().here().await;
    }

    async fn enqueue(&self, messages: Vec<Message>, delay: u32) {
        self.database.pauses().here().await;
        let due = self.now.get().plus(i64::from(delay));
        self.queue
            .borrow_mut()
            .extend(messages.into_iter().map(|message| (due, message)));
    }

    async fn encrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        plaintext: &[u8],
    ) -> Result<Encrypted, SealFault> {
        let mut nonce = [0; NONCE_BYTES];
        self.fill_random(&mut nonce);
        self.master_keys
            .encrypt(version, nonce, additional_data, plaintext)
    }

    async fn decrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        encrypted: &Encrypted,
    ) -> Result<Vec<u8>, SealFault> {
        self.master_keys
            .decrypt(version, additional_data, encrypted)
    }

    fn binding_key(&self, version: MasterKeyVersion) -> Result<BindingKey, SealFault> {
        self.master_keys.binding_key(version)
    }

    async fn count(&self, meter: Meter, key: &str) -> Result<(), TooMany> {
        let key = format!("{} {key}", meter.name());
        let limit = meter.per_minute(&self.settings);
        self.windows.borrow_mut().take(&key, limit, self.now())
    }

    fn note_stranger(&self, network: &str) -> Option<Option<Uncounted>> {
        self.strangers.borrow_mut().note(network, self.now())
    }

    async fn cached(&self, key: &str) -> Option<String> {
        self.cache.borrow().get(key).cloned()
    }

    async fn cache(&self, key: &str, value: String, _seconds: u64) {
        self.cache.borrow_mut().insert(key.to_owned(), value);
    }
}
