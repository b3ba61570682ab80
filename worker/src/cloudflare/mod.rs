//! The Workers runtime: entry points, and the adapters behind the ports.

mod database;
mod fetch;
mod pace;
mod seal;
mod settings;

use std::time::Duration;

use certwright_core::{
    access::TeamDomain, binding::BindingKey, pace::TooMany, seal::MasterKeyVersion,
    strangers::Uncounted, time::Timestamp,
};
use worker::{
    Context, Env, KvStore, MessageBatch, MessageBuilder, MessageExt, Queue,
    QueueRetryOptionsBuilder, ScheduleContext, ScheduledEvent, console_error, console_log, event,
};

use self::database::D1;
use crate::{
    ca::Urgency,
    http,
    platform::{Encrypted, Meter, NoReply, Platform, SealFault, Settings},
    schedule,
    storage::work::LEASE_SECONDS,
    work::{self, Message},
};

/// The bindings of this invocation.
struct Cloudflare {
    env: Env,
    database: D1,
    queue: Queue,
    cache: KvStore,
    settings: Settings,
}

impl Cloudflare {
    fn new(env: Env) -> worker::Result<Self> {
        Ok(Self {
            database: D1::new(env.d1("DB")?),
            queue: env.queue("WORK")?,
            cache: env.kv("CACHE")?,
            settings: settings::read(&env)?,
            env,
        })
    }
}

impl Platform for Cloudflare {
    type Database = D1;

    fn database(&self) -> &D1 {
        &self.database
    }

    fn now(&self) -> Timestamp {
        // `Date.now()` is a whole number of milliseconds, far below 2^53.
        Timestamp::from_unix((js_sys::Date::now() / 1000.0).floor() as i64)
            .plus(self.settings.clock_ahead)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        // What is not random must not become an id, a lease or a token: without random bits the
        // invocation ends here, before anything is stored, and the runtime answers with an error.
        if getrandom::fill(bytes).is_err() {
            wasm_bindgen::throw_str("no random bytes: the invocation ends");
        }
    }

    fn log(&self, line: &str) {
        console_error!("{line}");
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    async fn call(
        &self,
        request: ::http::Request<Vec<u8>>,
    ) -> Result<::http::Response<Vec<u8>>, NoReply> {
        if !self.settings.ca.allow(request.uri()) {
            console_error!("a call to an address that is not the CA's was not made");
            return Err(NoReply::NotAllowed);
        }
        fetch::call(request).await
    }

    async fn team_keys(&self, team: &TeamDomain) -> Result<Vec<u8>, NoReply> {
        fetch::get(&team.keys_address()).await
    }

    async fn wait(&self, seconds: u32) {
        worker::Delay::from(Duration::from_secs(u64::from(seconds))).await;
    }

    async fn enqueue(&self, messages: Vec<Message>, delay: u32) {
        // The queue takes a hundred messages at a time.
        for chunk in messages.chunks(100) {
            let batch = chunk.iter().map(|message| {
                MessageBuilder::new(message)
                    .delay_seconds(delay.min(MAX_DELAY))
                    .build()
            });
            if let Err(error) = self.queue.send_batch(batch.collect::<Vec<_>>()).await {
                console_error!("the queue did not take {} messages: {error}", chunk.len());
            }
        }
    }

    async fn encrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        plaintext: &[u8],
    ) -> Result<Encrypted, SealFault> {
        seal::encrypt(&self.env, version, additional_data, plaintext).await
    }

    async fn decrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        encrypted: &Encrypted,
    ) -> Result<Vec<u8>, SealFault> {
        seal::decrypt(&self.env, version, additional_data, encrypted).await
    }

    fn binding_key(&self, version: MasterKeyVersion) -> Result<BindingKey, SealFault> {
        seal::binding_key(&self.env, version)
    }

    async fn count(&self, meter: Meter, key: &str) -> Result<(), TooMany> {
        pace::count(&self.env, &self.settings, self.now(), meter, key).await
    }

    fn note_stranger(&self, network: &str) -> Option<Option<Uncounted>> {
        pace::note_stranger(network, self.now())
    }

    async fn cached(&self, key: &str) -> Option<String> {
        self.cache.get(key).text().await.ok().flatten()
    }

    async fn cache(&self, key: &str, value: String, seconds: u64) {
        let Ok(put) = self.cache.put(key, value) else {
            return;
        };
        if let Err(error) = put.expiration_ttl(seconds).execute().await {
            console_log!("the cache did not take {key}: {error}");
        }
    }
}

/// Seconds before a message that failed is delivered again: by then its pieces are free again.
const RETRY_AFTER: u32 = LEASE_SECONDS as u32 + 10;

/// The longest delay of a queue message, in seconds.
const MAX_DELAY: u32 = 12 * 60 * 60;

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(
    request: worker::HttpRequest,
    env: Env,
    _context: Context,
) -> worker::Result<worker::HttpResponse> {
    let platform = match Cloudflare::new(env) {
        Ok(platform) => platform,
        Err(error) => {
            console_error!("the deployment is not configured: {error}");
            return fetch::reply(http::not_configured());
        }
    };
    let (parts, body) = request.into_parts();
    let body = fetch::Incoming(body);
    let reply = http::handle(&platform, ::http::Request::from_parts(parts, body)).await;
    fetch::reply(reply)
}

/// A message that fails is delivered again; after some times it goes to the queue's dead letters,
/// which come here too. The work itself is in the database, so a dead message loses nothing.
#[event(queue)]
async fn queue(batch: MessageBatch<Message>, env: Env, _context: Context) -> worker::Result<()> {
    let platform = Cloudflare::new(env)?;
    let is_dead = batch.queue().ends_with("-dead");
    for message in batch.iter() {
        let Ok(message) = message else {
            console_error!("a message that is none of ours was dropped");
            continue;
        };
        let outcome = if is_dead {
            console_error!("a message died: {:?}", message.body());
            work::died(&platform, message.body()).await
        } else {
            work::run(&platform, message.body(), Urgency::Background).await
        };
        match outcome {
            Ok(()) => message.ack(),
            Err(fault) => {
                console_error!("work failed: {fault:?}");
                let later = QueueRetryOptionsBuilder::new()
                    .with_delay_seconds(RETRY_AFTER)
                    .build();
                message.retry_with_options(&later);
            }
        }
    }
    Ok(())
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    match Cloudflare::new(env) {
        Ok(platform) => {
            if let Err(fault) = schedule::round(&platform).await {
                console_error!("the schedule failed: {fault:?}");
            }
        }
        Err(error) => console_error!("the schedule could not start: {error}"),
    }
}
