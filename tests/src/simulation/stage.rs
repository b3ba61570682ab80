//! The stage of a history: the Worker over SQLite, the CA in process, one clock for both.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use certwright_core::{license, time::Timestamp};
use certwright_worker::{
    database::{Database, Statement, decode},
    platform::{NoReply, Platform},
    testing::{Ca, Sqlite, World},
};
use ed25519_dalek::{Signer, SigningKey};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, Ledger, Options, Sandbox};
use futures_executor::block_on;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// When every history begins.
pub(super) const START: i64 = 1_795_000_000;
/// How long the Worker waits for the CA.
const PATIENCE: Duration = Duration::from_secs(25);

/// What every history begins with: an account linked and synced.
pub(super) struct Beginning {
    database: Sqlite,
    ledger: Ledger,
    pub(super) credential: String,
}

/// One history's stage.
pub(super) struct Stage {
    pub(super) world: Rc<World>,
    pub(super) sandbox: Rc<RefCell<Sandbox>>,
    clock: Rc<Cell<i64>>,
    license_key: SigningKey,
}

fn license_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn options() -> Options {
    Options {
        orders: 0,
        ..Options::default()
    }
}

fn ca(sandbox: &Rc<RefCell<Sandbox>>, clock: &Rc<Cell<i64>>) -> Ca {
    let (sandbox, clock) = (Rc::clone(sandbox), Rc::clone(clock));
    Box::new(move |request| {
        let reply = sandbox.borrow_mut().handle(&request, clock.get());
        if reply
            .delay
            .saturating_add(reply.trickle.unwrap_or_default())
            > PATIENCE
        {
            return Err(NoReply::Connection);
        }
        reply.response.ok_or(NoReply::Connection)
    })
}

impl Beginning {
    pub(super) fn make() -> Result<Self> {
        let sandbox = Sandbox::new(options(), START).map_err(|fault| anyhow!("{fault}"))?;
        let sandbox = Rc::new(RefCell::new(sandbox));
        let clock = Rc::new(Cell::new(START));
        let world = World::new(
            1,
            Timestamp::from_unix(START),
            license_key().verifying_key().to_bytes(),
            ca(&sandbox, &clock),
        )
        .map_err(|fault| anyhow!("{}", fault.0))?;
        let account = json!({
            "label": "Sandbox", "environment": "development",
            "accountNumber": DEFAULT_ACCOUNT_NUMBER, "accessKey": DEFAULT_ACCESS_KEY,
        });
        let (status, linked) = block_on(world.request("POST", "/v1/credentials", &[], &account));
        ensure!(status == 201, "linking gave {status}: {linked}");
        let credential = linked.pointer("/credential/id").and_then(Value::as_str);
        let credential = credential.context("a linked account has an id")?;
        block_on(world.drain());
        let copy = world.database().copy();
        let ledger = sandbox.borrow().ledger().clone();
        Ok(Self {
            database: copy.map_err(|fault| anyhow!("{}", fault.0))?,
            ledger,
            credential: credential.to_owned(),
        })
    }

    pub(super) fn stage(&self, seed: u64) -> Result<Stage> {
        let sandbox = Sandbox::restore(options(), self.ledger.clone());
        let sandbox = Rc::new(RefCell::new(sandbox.map_err(|fault| anyhow!("{fault}"))?));
        let clock = Rc::new(Cell::new(START));
        let copy = self.database.copy();
        let world = World::over(
            copy.map_err(|fault| anyhow!("{}", fault.0))?,
            seed,
            Timestamp::from_unix(START),
            license_key().verifying_key().to_bytes(),
            ca(&sandbox, &clock),
        );
        Ok(Stage {
            world: Rc::new(world),
            sandbox,
            clock,
            license_key: license_key(),
        })
    }
}

#[derive(Deserialize)]
struct TokenRow {
    token: String,
}

impl Stage {
    /// Seconds since the beginning.
    pub(super) fn elapsed(&self) -> i64 {
        self.clock.get().saturating_sub(START)
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.get()
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.get().saturating_add(seconds));
        self.world.advance(seconds);
    }

    /// The rows of a statement, whatever invocations are under way.
    pub(super) fn rows<T: DeserializeOwned>(&self, sql: &'static str) -> Result<Vec<T>> {
        let rows = block_on(self.world.database().query(Statement::new(sql)));
        rows.and_then(decode)
            .map_err(|fault| anyhow!("{}", fault.0))
    }

    /// A request that is served to its end.
    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let (status, value) = block_on(self.world.request(method, path, &[], body));
        if !(200..300).contains(&status) {
            bail!("{method} {path} gave {status}: {value}");
        }
        Ok(value)
    }

    /// How many certificates the license that counts now allows.
    pub(super) fn seats(&self) -> Result<u64> {
        let rows: Vec<TokenRow> = self.rows("SELECT token FROM license")?;
        let token = rows.first().map(|row| row.token.as_str());
        let key = self.license_key.verifying_key().to_bytes();
        let effective = license::effective(token, &key, Timestamp::from_unix(self.now()));
        Ok(u64::from(effective.seats))
    }

    /// A license for so many certificates.
    pub(super) fn license(&self, seats: usize) -> Value {
        let payload = json!({
            "licensee": "Simulation", "seats": seats,
            "notBefore": "2026-01-01T00:00:00Z", "expires": "2030-01-01T00:00:00Z",
        });
        let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let signed = format!("cwl1.{}", encode(payload.to_string().as_bytes()));
        let signature = self.license_key.sign(signed.as_bytes()).to_bytes();
        json!({ "license": format!("{signed}.{}", encode(&signature)) })
    }
}
