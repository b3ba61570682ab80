//! The Worker natively: its code over SQLite, the sandbox CA in process, one clock.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "support of tests, which fail by panicking"
)]

use std::{cell::RefCell, rc::Rc};

use certwright_core::time::Timestamp;
use certwright_worker::{
    platform::NoReply,
    schedule,
    testing::{ADMIN_TOKEN, World},
};
use ed25519_dalek::{Signer, SigningKey};
use emsign_sandbox::{
    DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, FaultKind, FaultRule, Options, Sandbox,
};
use futures_executor::block_on;
use serde_json::{Value, json};

/// When stories begin, in Unix seconds.
pub const START: i64 = 1_795_000_000;

/// The Worker and the CA, with one clock.
pub struct Story {
    /// The Worker's world.
    pub world: World,
    /// The CA.
    pub sandbox: Rc<RefCell<Sandbox>>,
    /// Seconds since the start; the sandbox and the world share the clock.
    clock: Rc<RefCell<i64>>,
    license_key: SigningKey,
}

/// A reply that need not be JSON.
pub struct RawReply {
    /// The HTTP status.
    pub status: u16,
    /// The address of the next page.
    pub next: Option<String>,
    /// The body.
    pub text: String,
}

impl Story {
    /// A story that begins with so many orders at the CA.
    #[must_use]
    pub fn begin(orders: u32) -> Self {
        let options = Options {
            orders,
            rate_limit: false,
            ..Options::default()
        };
        let sandbox = Rc::new(RefCell::new(Sandbox::new(options, START).unwrap()));
        Self::at(sandbox, Rc::new(RefCell::new(START)), 1)
    }

    /// A new and empty Worker beside this one, with the same CA and clock.
    #[must_use]
    pub fn beside(&self) -> Self {
        // With draws of its own: no two deployments make the same ids.
        let story = Self::at(Rc::clone(&self.sandbox), Rc::clone(&self.clock), 99);
        story.world.advance(*self.clock.borrow() - START);
        story
    }

    fn at(sandbox: Rc<RefCell<Sandbox>>, clock: Rc<RefCell<i64>>, seed: u64) -> Self {
        let license_key = SigningKey::from_bytes(&[9; 32]);
        let (ca, hand) = (Rc::clone(&sandbox), Rc::clone(&clock));
        let world = World::new(
            seed,
            Timestamp::from_unix(START),
            license_key.verifying_key().to_bytes(),
            Box::new(move |request| {
                ca.borrow_mut()
                    .handle(&request, *hand.borrow())
                    .response
                    .ok_or(NoReply::Connection)
            }),
        )
        .unwrap();
        Self {
            world,
            sandbox,
            clock,
            license_key,
        }
    }

    /// Sends a body that need not be JSON; the status, the address of the next page, and the text
    /// of the reply.
    pub fn raw(&self, method: &str, path: &str, media_type: &str, body: &str) -> RawReply {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .header("content-type", media_type)
            .body(body.as_bytes().to_vec())
            .unwrap();
        let reply = block_on(certwright_worker::http::handle(&self.world, request));
        let link = reply.headers().get("link").map(|link| {
            let link = link.to_str().unwrap();
            link.trim_start_matches('<')
                .split_once('>')
                .unwrap()
                .0
                .to_owned()
        });
        RawReply {
            status: reply.status().as_u16(),
            next: link,
            text: String::from_utf8(reply.into_body()).unwrap(),
        }
    }

    /// A text of many pages, put together.
    pub fn pages(&self, path: &str) -> String {
        let mut whole = String::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let reply = self.raw("GET", &path, "application/json", "");
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
            whole.push_str(&reply.text);
            next = reply.next;
        }
        whole
    }

    /// Time passes.
    pub fn pass(&self, seconds: i64) {
        *self.clock.borrow_mut() += seconds;
        self.world.advance(seconds);
    }

    /// Sends a request as the administrator; the status and the body of the reply.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let key = [("idempotency-key", "story-1")];
        block_on(self.world.request(method, path, &key, body))
    }

    /// Sends a request that must succeed.
    pub fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.send(method, path, body);
        let log = self.world.logged();
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {value:#} {log:?}"
        );
        value
    }

    /// Reads what must be there.
    #[must_use]
    pub fn get(&self, path: &str) -> Value {
        self.ok("GET", path, &Value::Null)
    }

    /// Makes calls of an operation go wrong at the CA.
    pub fn trouble(&self, operation: &str, kind: FaultKind, times: u32) {
        let rule = FaultRule::new(operation, kind).times(times);
        self.sandbox.borrow_mut().add_fault(rule);
    }

    /// Calls of an operation that have reached the CA.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        let calls = serde_json::to_value(self.sandbox.borrow().calls()).unwrap();
        calls[operation].as_u64().unwrap_or(0)
    }

    /// Everything in the queue is done, without a word in the log.
    pub fn work(&self) {
        block_on(self.world.drain());
        assert_eq!(self.world.logged(), Vec::<String>::new());
    }

    /// A round of the schedule, and the work that it sends.
    pub fn tick(&self) {
        block_on(schedule::round(&self.world)).unwrap();
        self.work();
    }

    /// Links the CA's first account, and syncs it.
    pub fn link(&self) -> String {
        self.link_account(DEFAULT_ACCOUNT_NUMBER)
    }

    /// Links an account of the CA's, and syncs it.
    pub fn link_account(&self, number: &str) -> String {
        let body = json!({
            "label": number, "environment": "development",
            "accountNumber": number, "accessKey": DEFAULT_ACCESS_KEY,
        });
        let linked = self.ok("POST", "/v1/credentials", &body);
        self.work();
        let job = self.ok(
            "GET",
            &format!("/v1/jobs/{}", text(&linked["syncJobId"])),
            &Value::Null,
        );
        assert_eq!(job["state"], "done", "{job:#}");
        text(&linked["credential"]["id"])
    }

    /// Imports everything; the job at its end.
    pub fn import(&self, credential: &str) -> Value {
        let path = format!("/v1/credentials/{credential}/import");
        let started = self.ok("POST", &path, &json!({}));
        self.work();
        for _ in 0..5 {
            self.pass(130);
            self.tick();
        }
        self.ok(
            "GET",
            &format!("/v1/jobs/{}", text(&started["jobIds"][0])),
            &Value::Null,
        )
    }

    /// Sets a license for so many certificates.
    pub fn license(&self, seats: u32) {
        let token = self.license_token(seats);
        self.ok("PUT", "/v1/license", &json!({ "license": token }));
    }

    /// The text of a license for so many certificates.
    #[must_use]
    pub fn license_token(&self, seats: u32) -> String {
        let payload = json!({
            "licensee": "Test", "seats": seats,
            "notBefore": "2026-01-01T00:00:00Z", "expires": "2030-01-01T00:00:00Z",
        });
        let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let signed = format!("cwl1.{}", encode(payload.to_string().as_bytes()));
        let signature = self.license_key.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", encode(&signature))
    }
}

/// The text of a JSON string.
#[must_use]
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
