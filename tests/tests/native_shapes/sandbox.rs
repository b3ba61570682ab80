//! The sandbox, brought into the state that an exchange needs, and called with its request.

use certwright_tests::requests::Key;
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, Options, PREFIX, Sandbox};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Case;

/// 2026-03-09T08:35:31Z.
const START: i64 = 1_773_045_331;
const TS: &str = "2026-03-09T14:05:31+05:30";
const DOMAIN: &str = "app.pike.example";

struct Ca {
    sandbox: Sandbox,
    now: i64,
    txn: u64,
    /// Numbers of the latest order.
    order: String,
    request: String,
}

/// Status and body of the sandbox's answer to an exchange's request.
pub(crate) fn answer(case: &Case) -> (u16, Value) {
    let options = Options {
        orders: 0,
        ..Options::default()
    };
    let mut ca = Ca {
        sandbox: Sandbox::new(options, START).unwrap(),
        now: START,
        txn: 9_000_000_000,
        order: String::new(),
        request: String::new(),
    };
    ca.reach(case.after());
    let body = ca.filled(case.request());
    ca.call(case.operation(), body, case.0.get("meta"))
}

impl Ca {
    fn call(&mut self, operation: &str, mut body: Value, meta: Option<&Value>) -> (u16, Value) {
        self.txn += 1;
        let txn = self.txn.to_string();
        let digest = Sha256::digest(format!("{DEFAULT_ACCESS_KEY}{TS}{txn}"));
        body["meta"] = json!({
            "ver": "1.0", "ts": TS, "txn": txn, "accountNumber": DEFAULT_ACCOUNT_NUMBER,
            "authKey": data_encoding::HEXLOWER.encode(&digest),
        });
        for (name, value) in meta.and_then(Value::as_object).into_iter().flatten() {
            body["meta"][name] = value.clone();
        }
        let request = http::Request::post(format!("{PREFIX}{operation}"))
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .unwrap();
        let response = self.sandbox.handle(&request, self.now).response.unwrap();
        let answer = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), answer)
    }

    fn ok(&mut self, operation: &str, body: Value) -> Value {
        let (_, answer) = self.call(operation, body, None);
        assert_eq!(answer["meta"]["status"], "1", "{operation}: {answer}");
        answer
    }

    /// Sends the request of an exchange that books something, changed.
    fn place(&mut self, name: &str, change: impl Fn(&mut Value), seconds: i64) {
        let case = Case::named(name);
        let mut body = case.request().clone();
        change(&mut body["orderDetails"]);
        let body = self.filled(&body);
        let answer = self.ok(case.operation(), body);
        let placed = &answer["orderDetails"];
        self.order = placed["orderNumber"].as_str().unwrap().to_owned();
        self.request = placed["requestNumber"].as_str().unwrap().to_owned();
        self.now += seconds;
    }

    fn reach(&mut self, state: &str) {
        let unchanged = |_: &mut Value| {};
        match state {
            "" => {}
            "an order" | "an order without a CSR" => self.place("a DV order", unchanged, 3),
            "an order without an agreement" => self.place(
                "a DV order",
                |order| order["agreementDetails"]["acceptAgreement"] = json!("0"),
                3,
            ),
            "an order for a new organization" => self.place(
                "an OV order for several names",
                |order| {
                    order["organizationDetails"] = json!({"preVetting": "0"});
                    order["certificateInformation"] = json!({
                        "domainName": "app.pike.example", "additionalDomains": ["www.pike.example"],
                        "organizationName": "Pike & Moss Ltd", "streetAddress1": "1 Main Street",
                        "locality": "Portland", "state": "Maine", "countryCode": "US",
                        "postalCode": "04101",
                    });
                },
                3,
            ),
            "an OV order" => self.place(
                "an OV order for several names",
                |order| {
                    order["productCode"] = json!("846");
                    order["csr"] = json!("{csr}");
                    order["certificateInformation"] = json!({"domainName": DOMAIN});
                },
                3,
            ),
            "an order whose challenge was asked for" => {
                self.reach("an order");
                let body = Case::named("a look at the challenge").request().clone();
                let body = self.filled(&body);
                self.ok("GetDcv", body);
            }
            "an issued order" => self.place("a DV order with everything", unchanged, 10),
            "a revoked order" => self.after("an issued order", "a revocation"),
            "a cancelled order" => self.after("an order", "a cancellation"),
            "a draft" | "a private draft" => self.place(state, unchanged, 3),
            other => panic!("no such state: {other}"),
        }
    }

    /// Reaches a state, and has another exchange of the table there.
    fn after(&mut self, state: &str, exchange: &str) {
        self.reach(state);
        let case = Case::named(exchange);
        let body = self.filled(case.request());
        self.ok(case.operation(), body);
        self.now += 10;
    }

    /// The request with numbers and a CSR for its place holders.
    fn filled(&self, body: &Value) -> Value {
        let domain = body["orderDetails"]["certificateInformation"]["domainName"].as_str();
        let csr = Key::of(7).unwrap().request(&[domain.unwrap_or(DOMAIN)]);
        let csr = csr.unwrap();
        let in_json = |text: &str| json!(text).to_string().trim_matches('"').to_owned();
        let text = body
            .to_string()
            .replace("{order}", &self.order)
            .replace("{request}", &self.request)
            .replace("{csr}", &in_json(&csr))
            .replace("{csr on one line}", &in_json(&csr.replace('\n', " ")));
        serde_json::from_str(&text).unwrap()
    }
}
