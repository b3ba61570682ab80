//! The CA's refusals: error codes and texts (emSign API reference, A17).
//!
//! Some live refusals have no code at all; those are here too. Where the CA's own wording is not
//! known, the text is ours: clients must not match on it.

use std::borrow::Cow;

/// Why the CA does not do what was asked: status `"0"` with a code, or without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: Cow<'static, str>,
    /// JSON text of a data member that accompanies the failure, such as the object of empty
    /// members that `GetCertificate` sends (A4).
    pub(crate) data: Option<&'static str>,
}

impl Refusal {
    const fn new(code: &'static str, message: &'static str) -> Self {
        Self {
            code: Cow::Borrowed(code),
            message: Cow::Borrowed(message),
            data: None,
        }
    }

    /// A refusal made up by a test.
    pub(crate) fn custom(code: String, message: String) -> Self {
        Self {
            code: Cow::Owned(code),
            message: Cow::Owned(message),
            data: None,
        }
    }

    pub(crate) fn with_data(mut self, data: &'static str) -> Self {
        self.data = Some(data);
        self
    }
}

macro_rules! refusals {
    ($($name:ident = $code:literal, $message:literal;)+) => {
        $(pub(crate) const $name: Refusal = Refusal::new($code, $message);)+
        /// Every refusal that the sandbox knows, for the tests and the documentation.
        #[cfg(test)]
        pub(crate) const ALL: &[Refusal] = &[$($name),+];
    };
}

refusals! {
    // Envelope (A4)
    BAD_REQUEST = "EMS-901", "Bad Request";
    NOT_JSON = "EMS-902", "Invalid JSON Request";
    TXN_MISSING = "EMS-908", "Transaction ID cannot be empty";
    TXN_MALFORMED = "EMS-909", "Invalid Transaction ID";
    TS_INVALID = "EMS-910", "Invalid Timestamp";
    VERSION_INVALID = "EMS-911", "Invalid Version";
    ACCOUNT_NUMBER = "EMS-913", "Invalid Account Number";
    TXN_USED = "EMS-947", "Duplicate Transaction ID";
    KEY_INVALID = "EMS-1065", "Invalid Auth Key";
    KEY_MISSING = "EMS-1066", "Auth Key cannot be empty";
    VERSION_MISSING = "EMS-1131", "Version cannot be empty";
    TS_MISSING = "EMS-1133", "Timestamp cannot be empty";
    USER_INACTIVE = "EMS-1154", "User is inactive";
    USER_DEACTIVATED = "EMS-1155", "User is deactivated";
    ACCOUNT_EXPIRED = "EMS-1156", "Account is expired";

    // Parts of an order (A11)
    REQUESTOR = "EMS-916", "Requestor Information cannot be empty";
    CERTIFICATE_INFORMATION = "EMS-917", "Certificate Information cannot be empty";
    ADDITIONAL_INFORMATION = "EMS-918", "Additional Information cannot be empty";
    SUBSCRIPTION = "EMS-919", "Invalid Subscription Details";
    AGREEMENT_MISSING = "EMS-920", "Agreement Details cannot be empty";
    ISD_CODE = "EMS-921", "Invalid Requestor ISD Code";
    SOMETHING_WRONG = "EMS-939", "Something went Wrong";
    DOMAIN_INVALID = "EMS-1057", "Invalid Domain Name";
    WILDCARD_NOT_ALLOWED = "EMS-1058", "Wildcard domain is not allowed for this product";
    WILDCARD_ONLY = "EMS-1059", "Only wildcard domain is allowed for this product";
    PUBLIC_SUFFIX = "EMS-1060", "Domain Name is a public suffix";
    PRODUCT = "EMS-1162", "Invalid Product Code";
    PRODUCT_NOT_IN_GROUP = "EMS-1269", "Product is not mapped to this group";
    DOMAINS_MISSING = "EMS-1171", "Additional Domains cannot be empty";
    DOMAINS_NOT_ALLOWED = "EMS-1172", "Additional Domains are not allowed for this product";
    DOMAINS_TOO_MANY = "EMS-1173", "Additional Domains exceed the limit";
    CONTRACT_SIGNER = "EMS-1220", "Invalid Contract Signer Information";
    CERTIFICATE_APPROVER = "EMS-1230", "Invalid Certificate Approver Information";

    // Groups and organizations (A8)
    ORGANIZATION_UNUSABLE = "EMS-1073", "Invalid Organization Number";
    PREVETTING_TOKEN = "EMS-1075", "Invalid Prevetting Token";
    ORGANIZATION_MISSING = "EMS-1134", "Organization Number cannot be empty";
    ORGANIZATION_UNKNOWN = "EMS-1135", "Organization Number is invalid";
    GROUP_MISSING = "EMS-1136", "Group Number cannot be empty";
    GROUP_UNKNOWN = "EMS-1137", "Invalid Group Number";
    ORGANIZATION_NOT_IN_GROUP = "EMS-1161", "Organization is not allowed for this group";

    // CSR (A12.1)
    CSR_INVALID = "EMS-952", "Invalid CSR";
    CSR_EMPTY = "EMS-1006", "CSR cannot be empty";
    CSR_SIGNATURE = "EMS-1052", "CSR verification failed";
    CSR_KEY_SMALL = "EMS-1053", "CSR key size is too small";
    CSR_ALGORITHM = "EMS-1054", "CSR algorithm is not supported";
    CSR_NAME = "EMS-1056", "Domain Name does not match with CSR";
    CSR_SUBMITTED = "EMS-1068", "CSR is already submitted";
    CSR_NAME_LATER = "EMS-1164", "CSR common name does not match the domain of the order";
    KEY_SIZE = "", "Invalid key size";

    // Orders and requests
    ORDER_MISSING = "EMS-942", "Order Number cannot be empty";
    ORDER_UNKNOWN = "EMS-943", "Invalid Order Number";
    STILL_PROCESSING = "EMS-946", "Order is under process";
    NOT_POSSIBLE = "EMS-956", "Invalid Request for this API";
    REMARKS_MISSING = "EMS-964", "Reject Remarks cannot be empty";
    ORDER_REJECTED = "EMS-966", "Order is already rejected";
    EXPIRED = "EMS-982", "Order is expired";
    ALREADY_CANCELLED = "EMS-985", "This Order was already cancelled";
    CANCEL_REMARKS_MISSING = "EMS-984", "Cancel Remarks cannot be empty";
    ISSUED_USE_REVOKE = "EMS-987", "Order cannot be cancelled after issuance";
    REQUEST_MISSING = "EMS-1004", "Request Number cannot be empty";
    REQUEST_INVALID = "EMS-1005", "Invalid Request Number";
    NOT_A_DRAFT = "EMS-1039", "Request is not saved as draft";

    // Revocation (A16.1)
    REASON_MISSING = "EMS-969", "Revoke Reason cannot be empty";
    REASON_INVALID = "EMS-970", "Invalid Revoke Reason ID";
    REVOKE_REMARKS = "EMS-971", "Revoke Remarks cannot be empty";
    REVOKE_REQUESTED = "EMS-972", "Revocation is already requested";
    REVOKED = "EMS-973", "Certificate is already revoked";
    REVOKE_OTHER = "EMS-990", "Certificate cannot be revoked";

    // Domain validation (A12.4, A12.5)
    DCV_FAILED = "EMS-1076", "Domain Control Validation failed";
    DCV_VERIFIED = "EMS-1080", "Domain is already verified";
    DCV_DOMAIN_MISSING = "EMS-1157", "Domain Name cannot be empty";
    DCV_METHOD = "EMS-1158", "Invalid DCV Method";
    DCV_DOMAIN_UNKNOWN = "EMS-1159", "Domain Name is not part of this order";
    DCV_EMAIL_MISSING = "EMS-1166", "DCV Email cannot be empty";
    DCV_EMAIL_INVALID = "EMS-1167", "Invalid DCV Email";

    // Agreement and documents (A12.2, A12.3)
    AGREEMENT_SIGNED = "EMS-1082", "Agreement is already signed";
    SIGNER_NAME = "EMS-1083", "Signer Name cannot be empty";
    SIGNER_PLACE = "EMS-1084", "Signer Place cannot be empty";
    ACCEPT_INVALID = "EMS-1085", "Invalid Accept Agreement";
    SIGNER_IP = "EMS-1091", "Invalid Signer IP";
    DOCUMENTS_INVALID = "EMS-1099", "Invalid Document";

    // Certificate (A15)
    DOMAIN_PENDING = "EMS-1103", "Domain Verification is pending";
    CSR_PENDING = "EMS-1104", "CSR is not submitted";

    // Order report (A14)
    DATE_PAIR = "EMS-1108", "From Date and Till Date are both required";
    DATE_INVALID = "EMS-1109", "Invalid Date";
    TRUST_TYPE = "EMS-1110", "Invalid Certificate Trust Type";
    TAG_CRITERIA = "EMS-1111", "Invalid Tag Search Criteria";
    ORDER_STATUS = "EMS-1112", "Invalid Order Status";
    PAGE_NUMBER = "EMS-1114", "Invalid Page Number";
    PAGE_SIZE = "EMS-1115", "Invalid Page Size";

    // Without a code (A11.6, A17)
    RATE_LIMIT = "", "Inactive Account User.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_ems_digits_and_used_once() {
        let mut seen = BTreeSet::new();
        for refusal in ALL.iter().filter(|refusal| !refusal.code.is_empty()) {
            let digits = refusal.code.strip_prefix("EMS-").unwrap();
            assert!(
                digits.bytes().all(|byte| byte.is_ascii_digit()),
                "{refusal:?}"
            );
            assert!(seen.insert(refusal.code.clone()), "{refusal:?}");
        }
    }
}
