//! The CA's error codes (emSign API reference, A17, and the vendor's table of generation 1 that it
//! was made from): what each means for us, which member of *our* request is at fault, and what a
//! person can do.
//!
//! Codes of generation 1 only: generation 2 gives some of the numbers another meaning.

use certwright_core::fault::RefusalKind;

/// What a code means.
pub(super) enum Meaning {
    /// A clear no: kind, member of our request, remedy.
    Refused(RefusalKind, Option<&'static str>, &'static str),
    /// The account is refused: member of our request, remedy.
    Credential(&'static str, &'static str),
    /// The call may or may not have been carried out: what the CA says, in our words.
    OutcomeUnknown(&'static str),
}

/// For codes without a known meaning.
pub(super) const LOOK_UP: &str = "Certwright does not know this code. Look the order up in the emSign portal, or ask emSign's support with the code and message.";

const REPORT: &str =
    "Certwright and emSign misunderstood each other. Report it with the code and message.";
const CLOCK: &str = "emSign does not accept the time of the call. Check the clock of the system that runs Certwright.";
const KEY: &str = "Generate a new access key in the emSign portal (Integration, REST APIs) and store it in the account's settings.";
const NUMBER: &str = "Compare the account number with the one that the emSign portal shows under Integration, REST APIs.";
const USER: &str =
    "An emSign account administrator must reactivate the user or the account in the emSign portal.";
const FOLLOW: &str = "Check the order's status and follow what it says.";
const WAIT: &str = "emSign is still working on the order. Try again in a few minutes.";
const CSR: &str =
    "Make a new CSR (RSA 2048, 3072 or 4096, ECDSA P-256 or P-384) and place the order with it.";
const REMARK: &str = "Write a remark. emSign does not take this without one.";
const REASON: &str = "Choose key compromise, affiliation changed, superseded, cessation of operation or privilege withdrawn.";
const ORGANIZATION: &str = "Sync the organizations and choose one that is listed for the group.";
const PREVETTED: &str =
    "Sync the organizations, and order again for one that emSign has validated.";
const ADDRESS: &str = "emSign wants details of the organization. Complete them in the emSign portal, or order for an organization that is validated there.";
const GROUP: &str = "Sync the groups and choose one that is listed.";
const SIGNER: &str = "Give the name and place of whoever accepts the subscriber agreement. Use letters, digits, spaces and hyphens.";
const ACCEPT: &str = "Accept the subscriber agreement.";
const SIGNER_IP: &str = "Give the public IP address of whoever accepts the agreement.";
const FUNDS: &str =
    "Add credit to the emSign account or the group, or have its limits raised. Then order again.";
const ACCESS: &str = "An emSign account administrator must give the account's user access to the group or organization.";
const DNS_CHECK: &str = "Check that the record or file is published exactly as shown and visible from the internet. Then verify again.";
const CAA: &str = "Allow emsign.com in the domain's CAA record (RFC 8659), or remove the record. Then verify again.";
const DCV: &str = "Get the domain's challenge anew and choose one of the methods shown.";
const DCV_EMAIL: &str = "Choose one of the e-mail addresses that emSign offers for the domain.";
const FILE: &str = "The file method does not cover the www name. Choose another method.";
const PRODUCT: &str = "Sync the products and choose one that is listed for the group. Codes differ from account to account.";
const NAME: &str = "Give a full domain name such as www.example.com.";
const ADDITIONAL: &str =
    "Write each additional name as a full domain name such as www.example.com.";
const EV: &str = "emSign wants a contract signer and a certificate approver. Complete the order in the emSign portal.";
const PORTAL: &str = "This is set up in the emSign portal. Complete the order there.";
const TAGS: &str = "The account's rules for tags refuse the tag that Certwright adds. An emSign account administrator must allow it.";
const CUSTOM: &str = "The account demands custom fields, which Certwright does not send. Order in the emSign portal, or have the fields made optional there.";
const DOCUMENTS: &str = "Attach the documents in the emSign portal.";
const MISSING_FIELD: &str =
    "emSign wants a detail that Certwright does not send. Complete the order in the emSign portal.";
const REQUESTOR_NAME: &str = "Give the requestor's full name, with letters only.";
const REQUESTOR_PHONE: &str =
    "Give the requestor's phone number as digits, without the country code.";
const REQUESTOR_EMAIL: &str = "Give the requestor's e-mail address.";
const REQUESTOR_ISD: &str =
    "Give the country code of the requestor's phone number, such as 1 or 91.";
const DESIGNATION: &str =
    "Give the requestor's position with 3 to 63 characters, letters among them.";
const NOTHING_TO_DO: &str = "Nothing to do. Check the order's status.";

/// The meaning of `EMS-<code>`, if it is known.
#[rustfmt::skip]
pub(super) fn by_code(code: u32) -> Option<Meaning> {
    use Meaning::{Credential, OutcomeUnknown, Refused};
    use RefusalKind::{AlreadyDone, Funds, Invalid, Other, UnknownOrder, WrongState};

    Some(match code {
        // The envelope.
        901 | 902 | 904..=909 | 911 | 912 | 938 | 1131 => Refused(Invalid, None, REPORT),
        910 | 1133 => Refused(Invalid, None, CLOCK),
        // Our transaction ids are random, so a used one can only be our own: an earlier copy of
        // this very call got through, and what became of it is not said here.
        947 => OutcomeUnknown("the transaction id was used before, so an earlier copy of the call arrived"),

        // Account, user and key.
        913 => Credential("accountNumber", NUMBER),
        1065 | 1066 => Credential("accessKey", KEY),
        1154..=1156 | 1200 => Credential("accountNumber", USER),
        1090 | 1196 => Refused(Other, None, ACCESS),
        1142 => Refused(Invalid, Some("groupNumber"), ACCESS),
        1143 => Refused(Invalid, Some("organizationNumber"), ACCESS),

        // Trouble of the CA's own: whether it acted before is not said.
        937 => OutcomeUnknown("the CA's database could not be reached"),
        939 => OutcomeUnknown("something went wrong at the CA"),
        967 => OutcomeUnknown("the CA had trouble generating the certificate"),
        968 => OutcomeUnknown("the CA had trouble with a connection of its own"),
        976 => OutcomeUnknown("the CA had an internal error"),
        997 | 1001 => OutcomeUnknown("the CA had trouble storing a document"),
        1096 => OutcomeUnknown("the CA could not process the call"),

        // The requestor.
        916 => Refused(Invalid, Some("requestor"), "Give the requestor's name, e-mail address and phone number."),
        920 | 983 => Refused(Invalid, Some("requestor/name"), REQUESTOR_NAME),
        921 | 1168 => Refused(Invalid, Some("requestor/isdCode"), REQUESTOR_ISD),
        922 | 923 => Refused(Invalid, Some("requestor/phone"), REQUESTOR_PHONE),
        924 | 925 => Refused(Invalid, Some("requestor/email"), REQUESTOR_EMAIL),
        926 | 978 | 1193 | 1194 => Refused(Invalid, Some("requestor/designation"), DESIGNATION),

        // Blocks of the order.
        914 | 915 => Refused(Invalid, Some("productCode"), PRODUCT),
        917 | 936 => Refused(Invalid, Some("domain"), "Give the name that the certificate is for, and an organization where the product names one."),
        918 | 927 => Refused(Invalid, Some("remarks"), "Write remarks without special characters. emSign does not take an order without them."),
        919 | 928..=935 | 979 | 981 => Refused(Invalid, None, "emSign wants an authorized signatory. Complete the order in the emSign portal."),
        977 => Refused(Invalid, None, "One of the values is too long for emSign. Shorten the longest one and try again."),
        1007..=1012 => Refused(Invalid, None, "emSign refuses the delegation contact, which Certwright does not send. Complete the order in the emSign portal."),
        1047..=1051 | 1062 => Refused(Invalid, None, "emSign wants a technical contact. Complete the order in the emSign portal."),
        1105 => Refused(Invalid, None, REPORT),
        1180 | 1181 | 1188 | 1205..=1209 => Refused(Invalid, None, MISSING_FIELD),
        1203 | 1210..=1212 => Refused(Invalid, None, CUSTOM),
        1129 | 1130 | 1144..=1152 => Refused(Invalid, None, TAGS),
        1153 => Refused(Funds, None, "Complete the billing details in the emSign portal. Then order again."),

        // Accounts and persons of other products and of the portal.
        944 | 945 | 948..=951 | 953..=955 | 957 | 959 | 961 | 963 | 965 | 974 | 975 | 988 | 989
        | 1002 | 1003 | 1013 | 1014 | 1032..=1038 | 1061 | 1063 | 1064 | 1067 | 1093..=1095
        | 1097 | 1100 | 1101 => Refused(Other, None, PORTAL),
        1015..=1022 | 1189..=1191 => Refused(Invalid, None, MISSING_FIELD),
        1023..=1031 | 1182 | 1186 | 1192 => Refused(Invalid, Some("organizationNumber"), ADDRESS),
        1184 | 1185 | 1187 => Refused(Invalid, None, MISSING_FIELD),

        // Finding the order.
        942 | 1039 => Refused(Other, None, REPORT),
        943 | 1040 => Refused(UnknownOrder, None, "Compare the order number with the emSign portal. The order may belong to another account."),
        1004 | 1005 => Refused(UnknownOrder, None, "Look the request up in the emSign portal. It may have been submitted or discarded there."),
        1197 => Refused(UnknownOrder, None, "The order belongs to another emSign account. Use that account."),

        // The order's state.
        946 => Refused(WrongState, None, WAIT),
        956 => Refused(WrongState, None, "emSign does not offer this for the order yet. Try again in a few minutes."),
        962 | 987 => Refused(WrongState, None, "The certificate is issued. Revoke it instead of cancelling the order."),
        966 | 986 => Refused(WrongState, None, "emSign rejected the order. Place a new one when the reason is settled."),
        982 => Refused(WrongState, None, "The certificate has expired. Place a new order."),
        985 => Refused(AlreadyDone, None, NOTHING_TO_DO),
        1042 | 1165 | 1169 => Refused(WrongState, None, FOLLOW),
        1103 => Refused(WrongState, None, "Verify the order's domains first."),
        1104 => Refused(WrongState, Some("csr"), "Submit the order's CSR first."),
        1215 => Refused(WrongState, None, "An emSign account administrator must process the order in the emSign portal."),

        // Remarks and reasons.
        964 | 971 | 984 => Refused(Invalid, Some("remark"), REMARK),
        1213 => Refused(Invalid, Some("remark"), "Write the remark without semicolons and other special characters."),
        969 | 970 => Refused(Invalid, Some("reason"), REASON),
        972 | 973 => Refused(AlreadyDone, None, NOTHING_TO_DO),
        990 => Refused(Other, None, "emSign could not revoke the certificate. Look it up in the emSign portal, or ask emSign's support."),

        // Documents.
        991..=996 | 998..=1000 | 1070..=1072 | 1081 | 1099 | 1160 | 1163 => Refused(Other, None, DOCUMENTS),

        // The CSR.
        952 | 1052 | 1055 | 1006 => Refused(Invalid, Some("csr"), CSR),
        1053 => Refused(Invalid, Some("csr"), "The key is too small for emSign. Make a CSR with RSA 2048, 3072 or 4096, or ECDSA P-256 or P-384."),
        1054 => Refused(Invalid, Some("csr"), "emSign does not take this key or signature algorithm. Make a CSR with RSA or ECDSA and SHA-256."),
        1068 => Refused(AlreadyDone, Some("csr"), NOTHING_TO_DO),
        1069 => Refused(Invalid, Some("csr"), "This product takes no ECC keys. Make a CSR with an RSA key of 2048 or 4096 bits."),
        1098 => Refused(Invalid, Some("csr"), "Use the CSR whose key belongs to the order."),
        1056 | 1164 => Refused(Invalid, Some("csr"), "Make a CSR whose common name is the order's first name."),

        // Names.
        1057 => Refused(Invalid, Some("domain"), NAME),
        1058 => Refused(Invalid, Some("domain"), "This product takes no wildcard. Name the host itself, or choose a wildcard product."),
        1059 => Refused(Invalid, Some("domain"), "This product takes only a wildcard such as *.example.com."),
        1060 => Refused(Invalid, Some("domain"), "No certificate can be had for a public suffix. Name a domain under it."),
        1170 => Refused(Invalid, Some("domain"), "Choose a group that may order for this domain, or have the domain allowed in the emSign portal."),
        1171 | 1179 => Refused(Invalid, Some("additionalDomains"), "This product takes additional names. Give at least one, or choose a product for one name."),
        1172 => Refused(Invalid, Some("additionalDomains"), "There are more additional names than emSign takes. Split them over several orders."),
        1173 | 1174 => Refused(Invalid, Some("additionalDomains"), ADDITIONAL),
        1175 => Refused(Invalid, Some("additionalDomains"), "This product takes no wildcards. Remove them, or choose a wildcard product."),
        1176 => Refused(Invalid, Some("additionalDomains"), "This product takes only wildcards such as *.example.com."),
        1177 => Refused(Invalid, Some("additionalDomains"), "Remove the first name from the additional names."),
        1178 => Refused(Invalid, Some("additionalDomains"), "Name each additional name once."),

        // Organization and group.
        1073 | 1074 | 1134 | 1135 | 1161 => Refused(Invalid, Some("organizationNumber"), ORGANIZATION),
        1136 | 1137 => Refused(Invalid, Some("groupNumber"), GROUP),
        // Whether the order is for a vetted organization; and that organization's consent.
        1075 => Refused(Invalid, Some("organizationNumber"), PREVETTED),
        1214 => Refused(Invalid, Some("organizationNumber"), "The organization's consent token is no longer good. Sync the organizations and order again."),

        // Domain control.
        1079 => Refused(WrongState, None, CAA),
        1080 => Refused(AlreadyDone, None, NOTHING_TO_DO),
        1076..=1078 => Refused(WrongState, None, DNS_CHECK),
        1157 => Refused(Invalid, Some("domain"), NAME),
        1158 | 1159 => Refused(Invalid, Some("method"), DCV),
        1106 | 1107 => Refused(Invalid, Some("method"), FILE),
        1102 => Refused(Invalid, None, ACCEPT),
        1166 | 1167 => Refused(Invalid, Some("emailAddress"), DCV_EMAIL),

        // The subscriber agreement.
        1082 => Refused(AlreadyDone, None, NOTHING_TO_DO),
        1083 | 1088 => Refused(Invalid, Some("agreement/signerName"), SIGNER),
        1086 | 1089 => Refused(Invalid, Some("agreement/signerPlace"), SIGNER),
        1087 | 1091 => Refused(Invalid, Some("agreement/signerIp"), SIGNER_IP),
        1084 => Refused(Invalid, Some("agreement"), ACCEPT),
        1085 | 1092 => Refused(Invalid, Some("agreement/accepted"), ACCEPT),

        // The order report.
        1108..=1128 => Refused(Invalid, None, REPORT),

        // Money.
        1138..=1141 => Refused(Funds, None, FUNDS),

        // The product and the subscription.
        1162 | 1195 | 1269 => Refused(Invalid, Some("productCode"), PRODUCT),
        1216 => Refused(Invalid, Some("validityYears"), "Choose a validity of 1, 2 or 3 years."),
        1217 | 1218 => Refused(Invalid, None, REPORT),

        // People of an EV order.
        1220..=1239 => Refused(Invalid, None, EV),

        _ => return None,
    })
}

/// Whether a refusal of this kind and code shows that an order was not booked. Only what the CA
/// checks before it books does: members of the order request, the account, its credit. What speaks
/// of an order's state, or of a member that an order request does not have, may speak of the very
/// order that was just booked; and `EMS-1141` says itself that the order can be paid later.
pub(super) fn is_before_booking(kind: RefusalKind, code: Option<u32>) -> bool {
    let is_of_another_request = matches!(
        code,
        Some(964 | 969..=971 | 984 | 1106..=1128 | 1158 | 1159 | 1166 | 1167 | 1213)
    );
    matches!(kind, RefusalKind::Invalid | RefusalKind::Funds)
        && !is_of_another_request
        && code != Some(1141)
}
