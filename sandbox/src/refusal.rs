//! The CA's refusals: error codes and texts (emSign API reference, A17).
//!
//! Some live refusals have no code at all; those are here too. Where the CA's own wording is not
//! known, the text is ours: clients must not match on it. `tests/tests/native_refusals.rs` holds codes
//! and texts against the vendor's table.

use std::borrow::Cow;

/// Why the CA does not do what was asked: status `"0"` with a code, or without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: Cow<'static, str>,
}

impl Refusal {
    const fn new(code: &'static str, message: &'static str) -> Self {
        Self {
            code: Cow::Borrowed(code),
            message: Cow::Borrowed(message),
        }
    }

    /// A refusal made up by a test.
    pub(crate) fn custom(code: String, message: String) -> Self {
        Self {
            code: Cow::Owned(code),
            message: Cow::Owned(message),
        }
    }
}

macro_rules! refusals {
    ($($name:ident = $code:literal, $message:literal;)+) => {
        $(pub(crate) const $name: Refusal = Refusal::new($code, $message);)+
        /// Every refusal that the sandbox knows.
        const ALL: &[Refusal] = &[$($name),+];
    };
}

refusals! {
    // Envelope (A4)
    BAD_REQUEST = "EMS-901", "Invalid Request.";
    NOT_JSON = "EMS-902", "Input JSON parsing error.";
    TXN_MISSING = "EMS-908", "Transaction ID cannot be empty";
    TXN_MALFORMED = "EMS-909", "Invalid Transaction ID";
    TS_INVALID = "EMS-910", "Invalid Request TS.";
    VERSION_INVALID = "EMS-911", "Invalid Version";
    ACCOUNT_NUMBER = "EMS-913", "Invalid Account Number";
    TXN_USED = "EMS-947", "Duplicate request Txn.";
    KEY_INVALID = "EMS-1065", "Invalid Auth Key";
    KEY_MISSING = "EMS-1066", "Auth Key cannot be empty";
    VERSION_MISSING = "EMS-1131", "Version cannot be empty";
    TS_MISSING = "EMS-1133", "Request Ts cannot be empty.";
    USER_INACTIVE = "EMS-1154", "Inactive Account User.";
    USER_DEACTIVATED = "EMS-1155", "Your account has been deactivated.";
    ACCOUNT_EXPIRED = "EMS-1156", "Your account has been expired.";

    // Parts of an order (A11)
    REQUESTOR = "EMS-916", "Requestor Information cannot be empty.";
    REQUESTOR_NAME = "EMS-920", "Requestor Name cannot be empty.";
    REQUESTOR_NAME_INVALID = "EMS-983", "Invalid Requestor Name.";
    REQUESTOR_MOBILE = "EMS-922", "Requestor Mobile Number cannot be empty.";
    REQUESTOR_MOBILE_INVALID = "EMS-923", "Invalid Requestor Mobile Number.";
    REQUESTOR_EMAIL = "EMS-924", "Requestor Email ID cannot be empty.";
    REQUESTOR_EMAIL_INVALID = "EMS-925", "Invalid Requestor Email ID.";
    DESIGNATION = "EMS-978", "Invalid Requestor Designation.";
    DESIGNATION_LETTERS = "EMS-1193", "Designation must contain alphabets.";
    DESIGNATION_LENGTH = "EMS-1194", "Designation should be of minimum 3 and should be less than 64 characters.";
    REMARKS = "EMS-927", "Please enter valid remarks.";
    TOO_LONG = "EMS-977", "Value exceeds Max length.";
    TAG = "EMS-1144", "Please enter valid Tag Details.";
    TAG_NAME_SHORT = "EMS-1145", "Tag Name should be of minimum 3 characters.";
    TAG_NAME_LONG = "EMS-1146", "Tag Name cannot exceed 30 characters.";
    TAG_VALUE_LONG = "EMS-1148", "Tag Value cannot exceed 30 characters.";
    TAG_TWICE = "EMS-1150", "Tag Name and Value Pairs cannot be same.";
    AUTO_SECURE_WWW = "EMS-1105", "Invalid value for the key \"autoSecureWWW\".";
    ISD_CODE_MISSING = "EMS-1168", "Requestor ISD Code cannot be empty.";
    CERTIFICATE_INFORMATION = "EMS-917", "Certificate Information cannot be empty";
    ADDITIONAL_INFORMATION = "EMS-918", "Additional Information cannot be empty";
    VALIDITY = "EMS-1216", "Please enter valid Validity in Subscription Details.";
    AUTO_RENEW = "EMS-1217", "Please enter valid Auto Renew in Subscription Details.";
    RENEW_CRITERIA = "EMS-1218", "Please enter valid Renew Criteria in Subscription Details.";
    AGREEMENT_MISSING = "EMS-1084", "agreementDetails block cannot be empty.";
    TECHNICAL_EMAIL = "EMS-1047", "Invalid Email Address.";
    ISD_CODE = "EMS-921", "Invalid Requestor ISD Code";
    SOMETHING_WRONG = "EMS-939", "Something went Wrong";
    DOMAIN_INVALID = "EMS-1057", "Invalid Domain Name";
    WILDCARD_NOT_ALLOWED = "EMS-1058", "Wild Card Domains are not allowed.";
    WILDCARD_ONLY = "EMS-1059", "Only Wild Card Domains are allowed.";
    PUBLIC_SUFFIX = "EMS-1060", "Following Domain Names specified in this Order exists in Public Suffix List (PSL).";
    PRODUCT = "EMS-1162", "Invalid Product Code";
    PRODUCT_NOT_IN_GROUP = "EMS-1269", "Product is not mapped to this group";
    DOMAIN_MISSING = "EMS-1157", "Domain name cannot be empty.";
    DOMAINS_MISSING = "EMS-1179", "Additional Domain Names cannot be empty.";
    DOMAINS_NOT_ALLOWED = "EMS-1173", "Invalid Additional Domain Names.";
    DOMAINS_TOO_MANY = "EMS-1172", "Number of Additional Domain Names cannot exceed 249.";
    ADDITIONAL_WILDCARD = "EMS-1175", "Wild Card Additional Domain Names are not allowed.";
    CONTRACT_SIGNER = "EMS-1220", "Contract Signer Information block cannot be empty.";
    CERTIFICATE_APPROVER = "EMS-1221", "Certificate Approver Information block cannot be empty.";
    ORGANIZATION_DETAILS = "EMS-936", "Invalid Certificate Information Details.";

    // Groups and organizations (A8)
    ORGANIZATION_UNUSABLE = "EMS-1073", "Invalid Organization Number";
    PREVETTING = "EMS-1075", "Invalid Pre-Vetting value.";
    PREVETTING_TOKEN = "EMS-1214", "Please enter valid Organization Consent Token.";
    ORGANIZATION_MISSING = "EMS-1134", "Organization Number cannot be empty";
    ORGANIZATION_UNKNOWN = "EMS-1135", "Organization Number is invalid";
    GROUP_MISSING = "EMS-1136", "Group Number cannot be empty";
    GROUP_UNKNOWN = "EMS-1137", "Invalid Group Number";
    ORGANIZATION_NOT_IN_GROUP = "EMS-1161", "Organization is not allowed for this group";

    // CSR (A12.1)
    CSR_INVALID = "EMS-952", "Invalid CSR";
    CSR_EMPTY = "EMS-1006", "CSR cannot be empty";
    CSR_SIGNATURE = "EMS-1052", "Invalid CSR.";
    CSR_KEY_SMALL = "EMS-1053", "Key Size is too small.";
    CSR_ALGORITHM = "EMS-1054", "The CSR uses an unsupported algorithm!";
    CSR_NAME = "EMS-1056", "Domain Name is not matching.";
    CSR_SUBMITTED = "EMS-1068", "CSR is already submitted";
    CSR_NAME_LATER = "EMS-1164", "Domain Name is not matching.";
    KEY_SIZE = "", "Invalid key size";

    // Orders and requests
    ORDER_MISSING = "EMS-942", "Order ID cannot be empty.";
    ORDER_UNKNOWN = "EMS-943", "Invalid Order ID.";
    STILL_PROCESSING = "EMS-946", "Certificate Request still being processed.";
    NOT_POSSIBLE = "EMS-956", "Invalid Request for this API";
    REMARKS_MISSING = "EMS-964", "Rejection Remarks cannot be empty.";
    ORDER_REJECTED = "EMS-966", "The Order has been Rejected.";
    EXPIRED = "EMS-982", "Certificate is expired.";
    ALREADY_CANCELLED = "EMS-985", "This Order was already cancelled";
    CANCEL_REMARKS_MISSING = "EMS-984", "Cancellation Remarks cannot be empty.";
    ISSUED_USE_REVOKE = "EMS-987", "Certificate already generated.";
    REQUEST_MISSING = "EMS-1004", "Request Number cannot be empty";
    REQUEST_INVALID = "EMS-1005", "Invalid Request Number";
    NOT_A_DRAFT = "EMS-1165", "Invalid request status.";

    // Revocation (A16.1)
    REASON_MISSING = "EMS-969", "Revoke Reason ID cannot be empty.";
    REASON_INVALID = "EMS-970", "Invalid Revoke Reason ID";
    REVOKE_REMARKS = "EMS-971", "Revoke Remarks cannot be empty";
    REVOKE_REMARKS_INVALID = "EMS-1213", "Invalid Revoke Remarks.";
    REVOKE_REQUESTED = "EMS-972", "Revoke request already Initiated.";
    REVOKED = "EMS-973", "Certificate already Revoked.";
    REVOKE_OTHER = "EMS-990", "Issue Revoking the Certificate.";

    // Domain validation (A12.4, A12.5)
    DCV_FAILED = "EMS-1076", "We were unable to verify your domain.";
    DCV_VERIFIED = "EMS-1080", "Domain is already verified";
    DCV_METHOD_MISSING = "EMS-1158", "DCV method cannot be empty.";
    DCV_METHOD = "EMS-1159", "Invalid DCV method.";
    DCV_FILE_WITH_WWW = "EMS-1106", "File-based (HTTP / HTTPs URL) DCV method does not secure www automatically. Please try with alternate DCV method.";
    DCV_EMAIL_MISSING = "EMS-1166", "DCV Email cannot be empty";
    DCV_EMAIL_INVALID = "EMS-1167", "Invalid DCV Email";

    // Agreement and documents (A12.2, A12.3)
    AGREEMENT_SIGNED = "EMS-1082", "Agreement already signed.";
    ACCEPT_MISSING = "EMS-1085", "acceptAgreement cannot be empty.";
    ACCEPT_INVALID = "EMS-1092", "Invalid value for acceptAgreement.";
    SIGNER_NAME = "EMS-1088", "Signer Name cannot be empty.";
    SIGNER_NAME_INVALID = "EMS-1083", "Invalid Signer Name.";
    SIGNER_PLACE_INVALID = "EMS-1089", "Invalid Signer Place.";
    SIGNER_PLACE = "EMS-1086", "Signed Place cannot be empty.";
    SIGNER_IP_MISSING = "EMS-1087", "Signer IP cannot be empty.";
    SIGNER_IP = "EMS-1091", "Invalid Signer IP.";
    DOCUMENTS_COUNT = "EMS-991", "Document count does not match.";
    DOCUMENTS_INVALID = "EMS-995", "Invalid Document.";

    // Certificate (A15)
    DOMAIN_PENDING = "EMS-1103", "Domain Verification is pending";
    CSR_PENDING = "EMS-1104", "CSR is not submitted";

    // Order report (A14)
    ORDERED_FROM_MISSING = "EMS-1120", "Order from date cannot be empty.";
    ORDERED_TILL_MISSING = "EMS-1121", "Order till date cannot be empty.";
    ORDERED_FROM = "EMS-1108", "Invalid Order from Date.";
    ORDERED_TILL = "EMS-1109", "Invalid Order till Date.";
    ORDERED_BACKWARD = "EMS-1110", "Order from Date cannot be greater than Order till Date.";
    EXPIRES_FROM_MISSING = "EMS-1122", "Certificate Expiry from date cannot be empty.";
    EXPIRES_TILL_MISSING = "EMS-1123", "Certificate Expiry till date cannot be empty.";
    EXPIRES_FROM = "EMS-1111", "Invalid Certificate Expiry from Date.";
    EXPIRES_TILL = "EMS-1112", "Invalid Certificate Expiry till Date.";
    EXPIRES_BACKWARD = "EMS-1113", "Certificate Expiry from Date cannot be greater than Certificate Expiry till Date.";
    TRUST_TYPE = "EMS-1181", "Invalid certificateTrustType.";
    TAG_CRITERIA = "EMS-1126", "Invalid Tag Search Criteria.";
    ORDER_STATUS = "EMS-1117", "Invalid Status ID.";
    PAGE_NUMBER = "EMS-1114", "Invalid Page Number";
    PAGE_SIZE = "EMS-1115", "Invalid Page Size";

    // Without a code (A11.6, A17)
    RATE_LIMIT = "", "Inactive Account User.";
}

/// Code and text of every refusal that the sandbox gives, for tests that hold them against the
/// vendor's table.
pub fn refusals() -> impl Iterator<Item = (&'static str, &'static str)> {
    let borrowed = |text: &'static Cow<'static, str>| text.as_ref();
    ALL.iter()
        .map(move |refusal| (borrowed(&refusal.code), borrowed(&refusal.message)))
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
