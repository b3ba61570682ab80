//! Two linked accounts with everything that an account can have, and callers of every kind.

use std::{cell::Cell, rc::Rc};

use certwright_core::permission::Role;
use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::{
    platform::{NoReply, Platform as _},
    testing::{ADMIN_TOKEN, World},
};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, FaultKind};
use futures_executor::block_on;
use http::Method;
use serde_json::{Value, json};

const OTHER_ACCOUNT: &str = "7412005999";

/// What one account has, one of each.
pub(super) struct Account {
    pub(super) credential: String,
    pub(super) number: String,
    pub(super) host: String,
    pub(super) csr: String,
    pub(super) order: String,
    pub(super) certificate: Value,
    pub(super) job: String,
    pub(super) dead_letter: String,
    pub(super) token: String,
}

impl Account {
    /// Every text by which something of the account shows.
    pub(super) fn marks(&self) -> Vec<String> {
        let certificate = ["id", "serial", "fingerprint", "keyFingerprint"]
            .map(|name| text(&self.certificate[name]));
        let mut marks = vec![
            self.credential.clone(),
            self.number.clone(),
            self.host.clone(),
            self.csr.clone(),
            self.order.clone(),
            self.job.clone(),
            self.dead_letter.clone(),
            self.token.clone(),
        ];
        marks.extend(certificate);
        marks
    }
}

/// A reply.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(super) fn code(&self) -> String {
        text(&self.json()["code"])
    }
}

/// Sends a request with these headers.
pub(super) fn send(
    world: &World,
    headers: &[(&str, &str)],
    method: &Method,
    path: &str,
    body: Option<&Value>,
) -> Reply {
    let mut request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("cf-connecting-ip", "203.0.113.9")
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map(|body| body.to_string().into_bytes());
    let request = request.body(body.unwrap_or_default()).unwrap();
    let reply = block_on(certwright_worker::http::handle(world, request));
    Reply {
        status: reply.status().as_u16(),
        text: String::from_utf8(reply.into_body()).unwrap(),
    }
}

/// Sends a request with a bearer token, or without any.
pub(super) fn ask(
    world: &World,
    token: Option<&str>,
    method: &Method,
    path: &str,
    body: Option<&Value>,
) -> Reply {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = bearer
        .iter()
        .map(|bearer| ("authorization", bearer.as_str()))
        .chain([("idempotency-key", "stage")])
        .collect();
    send(world, &headers, method, path, body)
}

/// Reads something as somebody.
pub(super) fn get(world: &World, token: &str, path: &str) -> Reply {
    ask(world, Some(token), &Method::GET, path, None)
}

/// Makes a token; its secret and its id.
pub(super) fn token(world: &World, role: Role, credential: Option<&str>) -> (String, String) {
    let mut body = json!({ "label": "stage", "role": role });
    if let Some(credential) = credential {
        body["credentialId"] = json!(credential);
    }
    let made = ask(
        world,
        Some(ADMIN_TOKEN),
        &Method::POST,
        "/v1/tokens",
        Some(&body),
    );
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    (text(&made["secret"]), text(&made["token"]["id"]))
}

/// An order for the account's default group and one of its domains.
pub(super) fn order(world: &World, credential: &str, host: &str, key: u64) -> Value {
    let groups = get(
        world,
        ADMIN_TOKEN,
        &format!("/v1/groups?credentialId={credential}"),
    )
    .json();
    let groups = groups["items"].as_array().unwrap().clone();
    let group = groups
        .iter()
        .find(|group| group["entry"]["isDefault"] == true);
    json!({
        "credentialId": credential, "productCode": "842",
        "groupNumber": group.unwrap()["entry"]["number"],
        "domain": host, "csr": Key::of(key).unwrap().request(&[host]).unwrap(),
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    })
}

/// The stage.
pub(super) struct Stage {
    pub(super) story: Story,
    pub(super) own: Account,
    pub(super) foreign: Account,
    copies: Cell<u64>,
}

impl Stage {
    pub(super) fn set() -> Self {
        let story = Story::begin(0);
        let other = json!({ "accountNumber": OTHER_ACCOUNT, "accessKey": DEFAULT_ACCESS_KEY });
        let other = serde_json::from_value(other).unwrap();
        let now = story.world.now().unix();
        story.sandbox.borrow_mut().add_account(&other, now).unwrap();
        let credentials = [
            (story.link(), emsign_sandbox::DEFAULT_ACCOUNT_NUMBER),
            (story.link_account(OTHER_ACCOUNT), OTHER_ACCOUNT),
        ];
        let hosts = ["own", "foreign"].map(str::to_owned);
        let placed = [0, 1].map(|n: usize| {
            let credential = &credentials[n].0;
            let domains = story.get(&format!("/v1/domains?credentialId={credential}"));
            let domain = text(&domains["items"][0]["entry"]["name"]);
            let host = format!("{}.{domain}", hosts[n]);
            let order = order(&story.world, credential, &host, 700 + n as u64);
            let key = [("idempotency-key", host.as_str())];
            let placed = story.world.request("POST", "/v1/orders", &key, &order);
            let (status, placed) = block_on(placed);
            assert_eq!(status, 201, "{placed:#}");
            (host, text(&placed["id"]))
        });
        story.pass(600);
        for (_, order) in &placed {
            story.ok("POST", &format!("/v1/orders/{order}/check"), &json!({}));
        }
        story.trouble("GetOrderReport", FaultKind::ServerError, 1_000);
        let jobs = credentials.clone().map(|(credential, _)| {
            let path = format!("/v1/credentials/{credential}/import");
            let started = story.ok("POST", &path, &json!({}));
            text(&started["jobIds"][0])
        });
        for _ in 0..30 {
            story.pass(3_600);
            story.tick();
        }
        story.sandbox.borrow_mut().clear_faults();
        let letters = story.get("/v1/dead-letters");
        let letters = letters["items"].as_array().unwrap().clone();
        let [own, foreign] = [0, 1].map(|n: usize| {
            let (credential, number) = credentials[n].clone();
            let (host, order) = placed[n].clone();
            let view = story.get(&format!("/v1/orders/{order}"));
            let certificate = text(&view["certificateId"]);
            let letter = letters
                .iter()
                .find(|letter| letter["credentialId"] == json!(credential));
            Account {
                csr: text(&view["csrId"]),
                certificate: story.get(&format!("/v1/certificates/{certificate}")),
                job: jobs[n].clone(),
                dead_letter: text(&letter.unwrap()["id"]),
                token: token(&story.world, Role::Viewer, Some(&credential)).1,
                number: number.to_owned(),
                credential,
                host,
                order,
            }
        });
        Self {
            story,
            own,
            foreign,
            copies: Cell::new(0),
        }
    }

    /// The world as it is now, to be changed without changing this one.
    pub(super) fn copy(&self) -> World {
        // Each draws numbers of its own: the CA takes a call's number once.
        self.copies.set(self.copies.get() + 1);
        let seed = self.copies.get().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let sandbox = Rc::clone(&self.story.sandbox);
        let now = self.story.world.now();
        World::over(
            self.story.world.database().copy().unwrap(),
            seed,
            now,
            [0; 32],
            Box::new(move |request| {
                let reply = sandbox.borrow_mut().handle(&request, now.unix());
                reply.response.ok_or(NoReply::Connection)
            }),
        )
    }
}
