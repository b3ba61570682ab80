//! A caller of the sandbox with a clock of its own.

use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, Options, Reply, Sandbox};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// 2026-10-01T00:00:00Z: certificates live 200 days.
pub(crate) const START: i64 = 1_790_812_800;

pub(crate) struct Ca {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: i64,
    pub(crate) account: String,
    pub(crate) key: String,
    txn: u64,
}

impl Ca {
    /// Without existing orders.
    pub(crate) fn new() -> Self {
        Self::with(Options {
            orders: 0,
            ..Options::default()
        })
    }

    pub(crate) fn with_orders(orders: u32) -> Self {
        Self::with(Options {
            orders,
            ..Options::default()
        })
    }

    pub(crate) fn with(options: Options) -> Self {
        Self {
            sandbox: Sandbox::new(options, START).unwrap(),
            now: START,
            account: DEFAULT_ACCOUNT_NUMBER.to_owned(),
            key: DEFAULT_ACCESS_KEY.to_owned(),
            txn: 9_000_000_000,
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now += seconds;
    }

    /// A `meta` that is right in every way.
    pub(crate) fn meta(&mut self) -> Value {
        self.txn += 1;
        let (ts, txn) = ("2026-10-01T05:30:00+05:30", self.txn.to_string());
        json!({
            "ver": "1.0", "ts": ts, "txn": txn, "accountNumber": self.account,
            "authKey": auth_key(&self.key, ts, &txn),
        })
    }

    /// Sends a body with a right `meta`.
    pub(crate) fn send(&mut self, operation: &str, mut body: Value) -> Reply {
        body["meta"] = self.meta();
        self.post(&format!("/emSignHub-API/{operation}"), body.to_string())
    }

    pub(crate) fn post(&mut self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        let request = http::Request::post(path)
            .header("content-type", "application/json")
            .body(body.into())
            .unwrap();
        self.sandbox.handle(&request, self.now)
    }

    pub(crate) fn call(&mut self, operation: &str, body: Value) -> Value {
        json_of(&self.send(operation, body))
    }

    /// Calls and succeeds.
    pub(crate) fn ok(&mut self, operation: &str, body: Value) -> Value {
        let answer = self.call(operation, body);
        assert_eq!(answer["meta"]["status"], "1", "{operation}: {answer}");
        answer
    }

    /// Calls, is refused, and gives the code; the text where there is no code.
    pub(crate) fn refused(&mut self, operation: &str, body: Value) -> String {
        let answer = self.call(operation, body);
        let meta = &answer["meta"];
        assert_eq!(meta["status"], "0", "{operation}: {answer}");
        let code = meta["errorCode"].as_str().unwrap();
        let message = meta["errorMessage"].as_str().unwrap();
        assert!(!message.is_empty());
        if code.is_empty() {
            message.to_owned()
        } else {
            code.to_owned()
        }
    }

    /// Places an order, and gives its number.
    pub(crate) fn place(&mut self, order: Value) -> String {
        let answer = self.ok("GenerateOrderSSL", json!({ "orderDetails": order }));
        answer["orderDetails"]["orderNumber"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn track(&mut self, number: &str) -> Value {
        let body = json!({ "orderDetails": { "orderNumber": number } });
        self.ok("TrackOrder", body)["orderDetails"].clone()
    }

    /// `order/certificate` status.
    pub(crate) fn standing(&mut self, number: &str) -> String {
        let tracked = self.track(number);
        format!(
            "{}/{}",
            tracked["orderStatusId"].as_str().unwrap(),
            tracked["certificateStatusId"].as_str().unwrap()
        )
    }

    pub(crate) fn dcv(&self, number: &str, domain: &str) -> Value {
        json!({ "dcvDetails": {
            "requestorEmail": "dana.whitlock@corp.example", "orderNumber": number,
            "domainName": domain, "dcvMethod": "1",
        }})
    }

    pub(crate) fn certificate_request(number: &str) -> Value {
        json!({ "orderDetails": {
            "orderNumber": number, "requestorEmail": "dana.whitlock@corp.example",
        }})
    }

    /// An order under a validated domain, issued by now.
    pub(crate) fn issued(&mut self, domain: &str) -> String {
        let number = self.place(dv(domain, &csr(domain)));
        self.wait(10);
        assert_eq!(self.standing(&number), "6/20");
        number
    }

    pub(crate) fn control(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_control(method, path, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) fn try_control(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/control/{path}"))
            .body(body)
            .unwrap();
        let reply = self.sandbox.handle(&request, self.now);
        (
            reply.response.as_ref().unwrap().status().as_u16(),
            json_of(&reply),
        )
    }
}

pub(crate) fn json_of(reply: &Reply) -> Value {
    let response = reply.response.as_ref().expect("the connection was dropped");
    serde_json::from_slice(response.body()).expect("not JSON")
}

pub(crate) fn auth_key(key: &str, ts: &str, txn: &str) -> String {
    let digest = Sha256::digest(format!("{key}{ts}{txn}"));
    data_encoding::HEXLOWER.encode(&digest)
}

/// A DV order of product 842 with everything in its place.
pub(crate) fn dv(domain: &str, csr: &str) -> Value {
    json!({
        "productCode": "842", "accountingModel": "2", "saveAndHold": "0",
        "emailNotifications": "1", "groupNumber": "3107745521", "autoSecureWWW": "0",
        "requestorInformation": {
            "requestorName": "Dana Whitlock", "requestorIsdCode": "1",
            "requestorMobileNumber": "2075550142",
            "requestorEmail": "dana.whitlock@corp.example", "requestorDesignation": "PKI lead",
        },
        "subscriptionDetails": { "validity": "1", "autoRenew": "0", "renewCriteria": "30" },
        "organizationDetails": {
            "preVetting": "0", "organizationNumber": "", "prevettingToken": "",
        },
        "certificateInformation": { "domainName": domain },
        "csr": csr,
        "agreementDetails": {
            "acceptAgreement": "1", "signerName": "Dana Whitlock", "signerPlace": "Portland",
            "signerIP": "203.0.113.24",
        },
        "technicalPointOfContact": {
            "pocFirstName": "Lee", "pocLastName": "Ortega",
            "pocEmail": "lee.ortega@corp.example", "pocIsdCode": "1",
            "pocMobileNumber": "2075550199", "pocDesignation": "SRE",
        },
        "additionalInformation": {
            "remarks": "web tier", "tags": ["Department:Web", "Cost:CC-9"],
            "customFields": [{ "fieldID": "456", "fieldValue": "blue" }],
            "recipientEmail": "certs@corp.example",
        },
    })
}

/// An OV order of product 846 for a vetted organization.
pub(crate) fn ov(domain: &str, csr: &str, organization: &str) -> Value {
    let mut order = dv(domain, csr);
    order["productCode"] = json!("846");
    order["organizationDetails"] = json!({ "preVetting": "1", "organizationNumber": organization });
    order
}

/// A key for CSRs.
pub(crate) struct TestKey {
    key: p256::ecdsa::SigningKey,
    point: Vec<u8>,
}

impl TestKey {
    pub(crate) fn new(seed: u8) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[seed.max(1); 32]).unwrap();
        let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Self { key, point }
    }

    /// The content of the bit string in the SubjectPublicKeyInfo.
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
    }
}

impl PublicKeyData for TestKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for TestKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        use p256::ecdsa::signature::Signer;
        let signature: p256::ecdsa::Signature = self.key.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

/// A CSR with this common name, and another name that the CA must ignore.
pub(crate) fn csr(common_name: &str) -> String {
    csr_of(common_name, &TestKey::new(7))
}

pub(crate) fn csr_of(common_name: &str, key: &TestKey) -> String {
    let mut params = CertificateParams::new(vec!["ignored.whitlock.example".to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.serialize_request(key).unwrap().pem().unwrap()
}

/// Sets a member deep inside, as in `requestorInformation.requestorEmail`.
pub(crate) fn set(value: &mut Value, path: &str, to: Value) {
    let mut at = value;
    for segment in path.split('.') {
        at = &mut at[segment];
    }
    *at = to;
}
