//! What `GenerateOrderSSL` takes (emSign API reference, A11.1).
//!
//! Members that the CA ignores are missing here on purpose: a group number in
//! `delegationInformation`, an `autoSecureWWW` in `certificateInformation`, a technical contact in
//! `additionalInformation` or with `tpc…` names.

use serde::Deserialize;

use crate::text::{self, Text, Texts};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct OrderDetails {
    pub(super) product_code: Text,
    pub(super) accounting_model: Text,
    pub(super) save_and_hold: Text,
    pub(super) request_number: Text,
    pub(super) email_notifications: Text,
    pub(super) group_number: Text,
    #[serde(rename = "autoSecureWWW")]
    pub(super) auto_secure_www: Text,
    pub(super) requestor_information: Option<RequestorInformation>,
    pub(super) organization_details: Option<OrganizationDetails>,
    pub(super) certificate_information: Option<CertificateInformation>,
    pub(super) csr: Text,
    pub(super) agreement_details: Option<AgreementDetails>,
    pub(super) subscription_details: Option<SubscriptionDetails>,
    pub(super) technical_point_of_contact: Option<TechnicalPointOfContact>,
    pub(super) additional_information: Option<AdditionalInformation>,
    pub(super) contract_signer_info: Option<PersonInfo>,
    pub(super) certificate_approver_info: Option<PersonInfo>,
    pub(super) documents_attached: Option<Vec<DocumentAttached>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RequestorInformation {
    pub(super) requestor_name: Text,
    pub(super) requestor_isd_code: Text,
    pub(super) requestor_mobile_number: Text,
    pub(super) requestor_email: Text,
    pub(super) requestor_designation: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct OrganizationDetails {
    pub(super) pre_vetting: Text,
    pub(super) organization_number: Text,
    pub(super) prevetting_token: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CertificateInformation {
    pub(super) domain_name: Text,
    pub(super) additional_domains: Texts,
    pub(super) organization_name: Text,
    pub(super) street_address1: Text,
    pub(super) street_address2: Text,
    pub(super) locality: Text,
    pub(super) state: Text,
    pub(super) country_code: Text,
    pub(super) postal_code: Text,
    pub(super) company_registration_number: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AgreementDetails {
    pub(super) requestor_email: Text,
    pub(super) order_number: Text,
    pub(super) accept_agreement: Text,
    pub(super) signer_name: Text,
    pub(super) signer_place: Text,
    #[serde(rename = "signerIP")]
    pub(super) signer_ip: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SubscriptionDetails {
    pub(super) validity: Text,
    pub(super) auto_renew: Text,
    pub(super) renew_criteria: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TechnicalPointOfContact {
    pub(super) poc_email: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AdditionalInformation {
    pub(super) remarks: Text,
    pub(super) tags: Texts,
    pub(super) custom_fields: Option<Vec<CustomField>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CustomField {
    #[serde(rename = "fieldID")]
    pub(super) id: Text,
    #[serde(rename = "fieldValue")]
    pub(super) value: Text,
}

/// Contract signer and certificate approver of an EV order (A11.4).
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PersonInfo {
    name: Text,
    email: Text,
    isd_code: Text,
    mobile_number: Text,
    designation: Text,
    #[serde(rename = "employeeID")]
    employee_id: Text,
}

impl PersonInfo {
    pub(super) fn is_complete(&self) -> bool {
        let members = [
            &self.name,
            &self.email,
            &self.isd_code,
            &self.mobile_number,
            &self.designation,
            &self.employee_id,
        ];
        members.iter().all(|member| !member.is_blank())
            && text::is_email(self.email.as_str().trim())
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DocumentAttached {
    pub(super) file_name: Text,
    pub(super) base64_value: Text,
}

impl DocumentAttached {
    /// Whether there is a named file with something in it.
    pub(super) fn is_valid(&self) -> bool {
        !self.file_name.is_blank()
            && self.base64_value.filled().is_some_and(|content| {
                data_encoding::BASE64
                    .decode(content.as_bytes())
                    .is_ok_and(|file| !file.is_empty())
            })
    }
}
