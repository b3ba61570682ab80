//! The Worker and the CA, with everything that comes out of them kept.

use std::{cell::RefCell, rc::Rc};

use certwright_core::{seal::MasterKeyVersion, time::Timestamp};
use certwright_tests::story::START;
use certwright_worker::{
    http::handle,
    platform::{NoReply, Platform as _},
    schedule,
    testing::World,
};
use emsign_sandbox::{FaultKind, FaultRule, Options, Sandbox};
use futures_executor::block_on;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Secrets;

/// Where an output was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Status, headers and body of a reply.
    Reply,
    /// A line of the log.
    Log,
    /// A request to the CA.
    ToCa,
    /// The cache.
    Cache,
    /// The database file.
    Database,
}

pub(crate) type Output = (Place, String, Vec<u8>);

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) sandbox: Rc<RefCell<Sandbox>>,
    admin: String,
    clock: Rc<RefCell<i64>>,
    sent: Rc<RefCell<Vec<Output>>>,
    replies: RefCell<Vec<Output>>,
}

impl Stage {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        let options = Options {
            orders: 12,
            rate_limit: false,
            access_key: secrets.key.value.clone(),
            ..Options::default()
        };
        let sandbox = Rc::new(RefCell::new(Sandbox::new(options, START).unwrap()));
        let clock = Rc::new(RefCell::new(START));
        let sent = Rc::new(RefCell::new(Vec::new()));
        let (ca, hand, noted) = (Rc::clone(&sandbox), Rc::clone(&clock), Rc::clone(&sent));
        let answer = move |request: http::Request<Vec<u8>>| {
            let text = format!("{:?}", request.headers());
            let bytes = [text.as_bytes(), request.body()].concat();
            let output = (Place::ToCa, request.uri().to_string(), bytes);
            noted.borrow_mut().push(output);
            let reply = ca.borrow_mut().handle(&request, *hand.borrow());
            reply.response.ok_or(NoReply::Connection)
        };
        let now = Timestamp::from_unix(START);
        let mut world = World::new(3, now, [9; 32], Box::new(answer)).unwrap();
        let token = Sha256::digest(secrets.admin.value.as_bytes());
        world.settings_mut().admin_token_hash = token.into();
        for (number, key) in secrets.master_keys.iter().enumerate() {
            let version: MasterKeyVersion = (number + 1).to_string().parse().unwrap();
            let key = key.value.as_bytes().try_into().unwrap();
            world.set_master_key(version, Some(key));
        }
        Self {
            world,
            sandbox,
            admin: secrets.admin.value.clone(),
            clock,
            sent,
            replies: RefCell::default(),
        }
    }

    /// Sends a request as it is.
    pub(crate) fn send(&self, request: http::Request<Vec<u8>>) -> (u16, Value) {
        let what = format!("{} {}", request.method(), request.uri());
        let reply = block_on(handle(&self.world, request));
        let head = format!("{} {:?}", reply.status(), reply.headers());
        let bytes = [head.as_bytes(), reply.body()].concat();
        let value = serde_json::from_slice(reply.body())
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(reply.body()).into_owned()));
        self.replies.borrow_mut().push((Place::Reply, what, bytes));
        (reply.status().as_u16(), value)
    }

    /// A token of the system's own, for reading. The one reply that shows it is not kept.
    pub(crate) fn make_token(&self) -> String {
        let body = json!({ "label": "Canaries", "role": "viewer", "expiresInDays": 30 });
        let request = http::Request::post("/v1/tokens")
            .header("authorization", format!("Bearer {}", self.admin))
            .header("content-type", "application/json");
        let request = request.body(body.to_string().into_bytes()).unwrap();
        let reply = block_on(handle(&self.world, request));
        let made: Value = serde_json::from_slice(reply.body()).unwrap();
        made["secret"].as_str().unwrap().to_owned()
    }

    /// A request with that token.
    pub(crate) fn with_token(&self, token: &str, method: &str, path: &str) -> u16 {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"));
        self.send(request.body(Vec::new()).unwrap()).0
    }

    /// A request of the administrator's with these bytes.
    pub(crate) fn bytes(
        &self,
        method: &str,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> (u16, Value) {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.admin))
            .header("cf-connecting-ip", "203.0.113.7")
            .header("content-type", media_type)
            .header("idempotency-key", format!("canaries {path}"));
        self.send(request.body(body.to_vec()).unwrap())
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.bytes(method, path, "application/json", &body)
    }

    pub(crate) fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.ask(method, path, body);
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {value:#}"
        );
        value
    }

    /// A request that must be refused.
    pub(crate) fn refused(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.ask(method, path, body);
        assert!(status >= 400, "{method} {path}: {status} {value:#}");
        value
    }

    pub(crate) fn pass(&self, seconds: i64) {
        *self.clock.borrow_mut() += seconds;
        self.world.advance(seconds);
    }

    pub(crate) fn work(&self) {
        block_on(self.world.drain());
    }

    pub(crate) fn rounds(&self, count: u32) {
        for _ in 0..count {
            self.pass(130);
            if let Err(fault) = block_on(schedule::round(&self.world)) {
                self.world.log(&format!("{fault:?}"));
            }
            self.work();
        }
    }

    pub(crate) fn trouble(&self, operation: &str, kind: FaultKind, times: u32) {
        let rule = FaultRule::new(operation, kind).times(times);
        self.sandbox.borrow_mut().add_fault(rule);
    }

    pub(crate) fn link(&self, number: &str, key: &str) -> (u16, Value) {
        let body = json!({
            "label": format!("Account {number}"), "environment": "development",
            "accountNumber": number, "accessKey": key,
        });
        self.ask("POST", "/v1/credentials", &body)
    }

    /// The CA takes another access key of an account.
    pub(crate) fn change_key(&self, number: &str, key: &str) {
        let change = json!({ "accessKey": key });
        let mut sandbox = self.sandbox.borrow_mut();
        sandbox.set_account_state(number, change).unwrap();
    }

    /// Keeps the database file as it is now.
    pub(crate) fn keep_database(&self, when: &str) {
        let file = self.world.database().file().unwrap();
        let output = (Place::Database, when.to_owned(), file);
        self.replies.borrow_mut().push(output);
    }

    /// Everything that has come out.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let mut all = self.replies.borrow().clone();
        all.extend(self.sent.borrow().iter().cloned());
        let log = self.world.logged();
        all.extend(
            log.into_iter()
                .map(|line| (Place::Log, line.clone(), line.into_bytes())),
        );
        for (key, value) in self.world.cache_content() {
            let bytes = format!("{key} {value}").into_bytes();
            all.push((Place::Cache, key, bytes));
        }
        let file = self.world.database().file().unwrap();
        all.push((Place::Database, "at the end".to_owned(), file));
        all
    }
}
