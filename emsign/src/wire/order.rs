//! Requests about orders (emSign API reference, A11, A12.1, A13, A15, A16).

use serde::Serialize;

/// `GenerateOrderSSL`. Where members stand matters: the CA ignores `groupNumber` and
/// `autoSecureWWW` anywhere else (A11.1). Without `Debug`: the pre-vetting token counts as a
/// credential.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewOrderWire<'a> {
    pub(crate) product_code: &'a str,
    pub(crate) accounting_model: &'static str,
    pub(crate) save_and_hold: &'static str,
    pub(crate) email_notifications: &'static str,
    pub(crate) group_number: &'a str,
    #[serde(rename = "autoSecureWWW")]
    pub(crate) auto_secure_www: &'static str,
    pub(crate) requestor_information: RequestorWire<'a>,
    pub(crate) subscription_details: SubscriptionWire,
    pub(crate) organization_details: OrderOrganizationWire<'a>,
    pub(crate) certificate_information: CertificateWire,
    pub(crate) csr: &'a str,
    pub(crate) agreement_details: AgreementWire<'a>,
    pub(crate) additional_information: AdditionalWire,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestorWire<'a> {
    pub(crate) requestor_name: &'a str,
    pub(crate) requestor_isd_code: &'a str,
    pub(crate) requestor_mobile_number: &'a str,
    pub(crate) requestor_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requestor_designation: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionWire {
    pub(crate) validity: String,
    pub(crate) auto_renew: &'static str,
    pub(crate) renew_criteria: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderOrganizationWire<'a> {
    pub(crate) pre_vetting: &'static str,
    pub(crate) organization_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prevetting_token: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateWire {
    pub(crate) domain_name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) additional_domains: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgreementWire<'a> {
    pub(crate) accept_agreement: &'static str,
    pub(crate) signer_name: &'a str,
    pub(crate) signer_place: &'a str,
    #[serde(rename = "signerIP")]
    pub(crate) signer_ip: &'a str,
}

#[derive(Serialize)]
pub(crate) struct AdditionalWire {
    pub(crate) remarks: String,
    pub(crate) tags: [String; 1],
}

/// `TrackOrder`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrackWire<'a> {
    pub(crate) order_number: &'a str,
}

/// `GetCertificate`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateOfWire<'a> {
    pub(crate) order_number: &'a str,
    pub(crate) requestor_email: &'a str,
}

/// `SubmitCSR`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubmitCsrWire<'a> {
    pub(crate) order_number: &'a str,
    pub(crate) requestor_email: &'a str,
    pub(crate) csr: &'a str,
}

/// `RejectOrder`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectWire<'a> {
    pub(crate) order_number: &'a str,
    pub(crate) reject_remarks: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevocationBody<'a> {
    pub(crate) revocation_details: RevokeWire<'a>,
}

/// `RevokeOrder`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevokeWire<'a> {
    pub(crate) order_number: &'a str,
    pub(crate) requestor_email: &'a str,
    pub(crate) revoke_reason_id: String,
    pub(crate) revoke_remarks: &'a str,
}
