//! A reply of the CA, or of whatever stands between it and us.

use std::sync::LazyLock;

use certwright_core::{
    ca::{Agreement, Contact, DcvMethod, NewOrder, ReportQuery},
    credential::AccountNumber,
    ids::OrderReference,
    revocation::RevocationReason,
    time::Timestamp,
};
use certwright_emsign::{
    Call, GenerateOrderSsl, GetCertificate, GetDcv, GetDomainDetails, GetGroupDetails,
    GetOrderReport, GetOrganizationDetails, GetProductDetails, RejectOrder, RevokeOrder, Stamp,
    SubmitCsr, TrackOrder, Txn, ValidateCredentials, VerifyDcv, interpret,
};
use http::Response;

/// The longest message: the CA's words and code, up to four bytes a character.
const LONGEST: usize = 4_000;
const ORDER: &str = "5580931746";
const EMAIL: &str = "dana.whitlock@corp.example";
const DOMAIN: &str = "app.whitlock.example";
const STATUSES: [u16; 8] = [200, 200, 200, 301, 400, 404, 429, 503];

/// The calls that any reply is interpreted as an answer to.
struct Calls {
    stamp: Stamp,
    groups: GetGroupDetails,
    order: GenerateOrderSsl,
    track: TrackOrder,
    report: GetOrderReport,
    certificate: GetCertificate,
    dcv: [GetDcv; 3],
    verify: VerifyDcv,
    revoke: RevokeOrder,
    reject: RejectOrder,
    submit: SubmitCsr,
}

static CALLS: LazyLock<Option<Calls>> = LazyLock::new(calls);

/// Whatever comes, every call is answered or fails with a message of bounded length. The first byte
/// chooses the HTTP status, the rest is the body.
pub fn run(data: &[u8]) {
    let Some((&first, body)) = data.split_first() else {
        return;
    };
    let status = STATUSES.get(usize::from(first) % STATUSES.len());
    let reply = Response::builder()
        .status(status.copied().unwrap_or(200))
        .body(body.to_vec());
    let calls = CALLS.as_ref();
    assert!(calls.is_some(), "the calls are well-formed");
    let (Some(calls), Ok(reply)) = (calls, reply) else {
        return;
    };
    calls.feed_all(&reply);
}

impl Calls {
    fn feed_all(&self, reply: &Response<Vec<u8>>) {
        self.feed(&ValidateCredentials, reply);
        self.feed(&self.groups, reply);
        let organization = GetOrganizationDetails {
            organization_number: "2984410".to_owned(),
            group_number: "3107745521".to_owned(),
        };
        self.feed(&organization, reply);
        self.feed(&GetDomainDetails, reply);
        self.feed(&GetProductDetails { group_number: None }, reply);
        self.feed(&self.order, reply);
        self.feed(&self.track, reply);
        self.feed(&self.report, reply);
        self.feed(&self.certificate, reply);
        for dcv in &self.dcv {
            self.feed(dcv, reply);
        }
        self.feed(&self.verify, reply);
        self.feed(&self.revoke, reply);
        self.feed(&self.reject, reply);
        self.feed(&self.submit, reply);
    }

    fn feed<C: Call>(&self, call: &C, reply: &Response<Vec<u8>>) {
        if let Err(fault) = interpret(call, reply, &self.stamp) {
            assert!(fault.to_string().len() <= LONGEST);
        }
    }
}

fn calls() -> Option<Calls> {
    let email = || EMAIL.to_owned();
    let domain = || DOMAIN.to_owned();
    let dcv = |method| {
        Some(GetDcv {
            order_number: number(ORDER)?,
            requestor_email: email(),
            domain: domain(),
            method,
        })
    };
    Some(Calls {
        stamp: Stamp {
            at: Timestamp::from_unix(1_795_000_000),
            txn: number::<Txn>("90317725104418")?,
        },
        groups: GetGroupDetails {
            account_number: number::<AccountNumber>("7412005839")?,
        },
        order: GenerateOrderSsl(new_order()?),
        track: TrackOrder {
            order_number: number(ORDER)?,
        },
        report: GetOrderReport(ReportQuery {
            page: 1,
            ..ReportQuery::default()
        }),
        certificate: GetCertificate {
            order_number: number(ORDER)?,
            requestor_email: email(),
        },
        dcv: [
            dcv(DcvMethod::DnsTxt)?,
            dcv(DcvMethod::HttpFile)?,
            dcv(DcvMethod::Email)?,
        ],
        verify: VerifyDcv {
            order_number: number(ORDER)?,
            requestor_email: email(),
            domain: domain(),
            method: DcvMethod::Email,
            email_address: None,
        },
        revoke: RevokeOrder {
            order_number: number(ORDER)?,
            requestor_email: email(),
            reason: RevocationReason::KeyCompromise,
            remark: number("as agreed")?,
        },
        reject: RejectOrder {
            order_number: number(ORDER)?,
            remark: number("as agreed")?,
        },
        submit: SubmitCsr {
            order_number: number(ORDER)?,
            requestor_email: email(),
            csr_pem: "-----BEGIN CERTIFICATE REQUEST-----".to_owned(),
        },
    })
}

fn new_order() -> Option<NewOrder> {
    Some(NewOrder {
        reference: number::<OrderReference>("ABCDEFGH23")?,
        product_code: "842".to_owned(),
        group_number: "3107745521".to_owned(),
        organization: None,
        primary: DOMAIN.parse().ok()?,
        additional: Vec::new(),
        csr_pem: "-----BEGIN CERTIFICATE REQUEST-----".to_owned(),
        requestor: Contact {
            name: "Dana Whitlock".to_owned(),
            email: EMAIL.to_owned(),
            isd_code: "1".to_owned(),
            phone: "2075550142".to_owned(),
            designation: None,
        },
        agreement: Agreement {
            signer_name: "Dana Whitlock".to_owned(),
            signer_place: "Portland".to_owned(),
            signer_ip: "203.0.113.24".to_owned(),
        },
        validity_years: 1,
        remarks: "web tier".to_owned(),
    })
}

fn number<T: TryFrom<String>>(text: &str) -> Option<T> {
    T::try_from(text.to_owned()).ok()
}
