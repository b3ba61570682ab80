//! The sandbox, called by the connector, or with an order's own words.

use certwright_core::{
    credential::{AccessKey, AccountNumber},
    fault::CaFault,
    time::Timestamp,
};
use certwright_emsign::{Account, Call, GenerateOrderSsl, Stamp, Txn, hosts, interpret, request};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, Options, PREFIX, Sandbox};
use http::{Request, Response};
use serde_json::{Value, json};

/// 2026-10-01T00:00:00Z.
const START: i64 = 1_790_812_800;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(START)
}

pub(crate) fn account_number() -> AccountNumber {
    AccountNumber::try_from(DEFAULT_ACCOUNT_NUMBER.to_owned()).unwrap()
}

pub(crate) struct Ca {
    sandbox: Sandbox,
    calls: u8,
}

impl Ca {
    pub(crate) fn new() -> Self {
        let options = Options {
            orders: 0,
            rate_limit: false,
            ..Options::default()
        };
        Self {
            sandbox: Sandbox::new(options, START).unwrap(),
            calls: 0,
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.calls += 1;
        Stamp {
            at: now(),
            txn: Txn::from_random([self.calls; 16]),
        }
    }

    fn send(&mut self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.sandbox.handle(&request, START).response.unwrap()
    }

    pub(crate) fn call<C: Call>(&mut self, call: &C) -> Result<C::Reply, CaFault> {
        let stamp = self.stamp();
        let mut request = request(&account(), &stamp, call);
        *request.uri_mut() = format!("{PREFIX}{}", C::OPERATION).parse().unwrap();
        let response = self.send(request);
        interpret(call, &response, &stamp)
    }

    /// Sends an order member by member as it was written, and gives the refusal's code, or its text
    /// where there is no code, with the field that the connector sees at fault.
    pub(crate) fn place_as_written(&mut self, order: &Value) -> (String, Option<String>) {
        // A request of the connector gives the meta; its body is taken out.
        let call = GenerateOrderSsl(some_order());
        let stamp = self.stamp();
        let mut request = request(&account(), &stamp, &call);
        *request.uri_mut() = format!("{PREFIX}GenerateOrderSSL").parse().unwrap();
        let mut body: Value = serde_json::from_slice(request.body()).unwrap();
        body["orderDetails"] = on_the_wire(order);
        *request.body_mut() = body.to_string().into_bytes();
        let response = self.send(request);
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        let meta = &answer["meta"];
        assert_eq!(meta["status"], "0", "taken: {order}");
        let code = meta["errorCode"].as_str().filter(|code| !code.is_empty());
        let code = code.or_else(|| meta["errorMessage"].as_str()).unwrap();
        let field = match interpret(&call, &response, &stamp) {
            Err(CaFault::Refused(refusal)) => refusal.field.map(|field| field.to_string()),
            _ => None,
        };
        (code.to_owned(), field)
    }

    pub(crate) fn booked(&mut self) -> usize {
        let request = Request::get("/control/books").body(Vec::new()).unwrap();
        let response = self.send(request);
        let books: Value = serde_json::from_slice(response.body()).unwrap();
        books["orders"].as_array().unwrap().len()
    }
}

fn account() -> Account {
    let base = "https://ca.example/emSignHub-API/";
    Account {
        base: hosts::checked_base(base, hosts::Reach::Internet).unwrap(),
        number: account_number(),
        key: AccessKey::parse(DEFAULT_ACCESS_KEY).unwrap(),
    }
}

/// The members of `GenerateOrderSSL` (A11.1), nothing put right.
fn on_the_wire(order: &Value) -> Value {
    let organization = &order["organizationNumber"];
    let vetting = if organization.is_null() { "0" } else { "1" };
    // OV and EV without an organization to vet: the product asks for a vetted one.
    let needs_one = matches!(order["productCode"].as_str(), Some("846" | "848"));
    let vetting = if needs_one { "1" } else { vetting };
    let (requestor, agreement) = (&order["requestor"], &order["agreement"]);
    json!({
        "productCode": order["productCode"], "accountingModel": "2", "saveAndHold": "0",
        "emailNotifications": "1", "groupNumber": order["groupNumber"], "autoSecureWWW": "0",
        "requestorInformation": {
            "requestorName": requestor["name"], "requestorIsdCode": requestor["isdCode"],
            "requestorMobileNumber": requestor["phone"], "requestorEmail": requestor["email"],
            "requestorDesignation": requestor["designation"],
        },
        "subscriptionDetails": {
            "validity": order["validityYears"].to_string(), "autoRenew": "0", "renewCriteria": "30",
        },
        "organizationDetails": { "preVetting": vetting, "organizationNumber": organization },
        "certificateInformation": {
            "domainName": order["domain"], "additionalDomains": order["additionalDomains"],
        },
        "csr": order["csr"],
        "agreementDetails": {
            "acceptAgreement": "1", "signerName": agreement["signerName"],
            "signerPlace": agreement["signerPlace"], "signerIP": agreement["signerIp"],
        },
        "additionalInformation": { "remarks": order["remarks"], "tags": [] },
    })
}

fn some_order() -> certwright_core::ca::NewOrder {
    use certwright_core::{
        ca::{Agreement, Contact, NewOrder},
        ids::OrderReference,
    };
    NewOrder {
        reference: OrderReference::from_random([1; 7]),
        product_code: String::new(),
        group_number: String::new(),
        organization: None,
        primary: "app.whitlock.example".parse().unwrap(),
        additional: Vec::new(),
        csr_pem: String::new(),
        requestor: Contact {
            name: String::new(),
            email: String::new(),
            isd_code: String::new(),
            phone: String::new(),
            designation: None,
        },
        agreement: Agreement {
            signer_name: String::new(),
            signer_place: String::new(),
            signer_ip: String::new(),
        },
        validity_years: 1,
        remarks: String::new(),
    }
}
