//! The CA's error codes (emSign API reference, A17): what each means for us, which member of *our*
//! order request is at fault, and what a person can do.
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
pub(super) const LOOK_UP: &str = "Certwright does not know this refusal; look the order up in the emSign portal, or ask emSign's support with the code and message.";

const REPORT: &str = "This is a misunderstanding between Certwright and emSign, not yours; report it with the code and message.";
const CLOCK: &str = "emSign does not accept the time of the call; check the clock of the system that runs Certwright.";
const KEY: &str = "Generate a new access key in the emSign portal (Integration, REST APIs) and store it in the account's settings.";
const NUMBER: &str = "Compare the account number with the one that the emSign portal shows under Integration, REST APIs.";
const USER: &str = "An emSign account administrator has to reactivate the user or the account in the emSign portal.";
const FOLLOW: &str = "Check the order's status and follow what it says.";
const WAIT: &str = "emSign is still working on the order; try again in a few minutes.";
const CSR: &str =
    "Make a new CSR (RSA 2048, 3072 or 4096, ECDSA P-256 or P-384) and place the order with it.";
const REMARK: &str = "Write a remark; emSign does not take this without one.";
const REASON: &str = "Choose one of key compromise, affiliation changed, superseded, cessation of operation, privilege withdrawn.";
const ORGANIZATION: &str = "Sync the organizations and choose one that is listed for the group.";
const ORGANIZATION_OR_GROUP: &str =
    "Sync groups and organizations, and choose a group and an organization that belong together.";
const SIGNER: &str =
    "Give the name and place of whoever accepts the subscriber agreement, and a public IP address.";
const FUNDS: &str =
    "Add credit to the emSign account or the group, or have its limits raised; then order again.";
const ACCESS: &str = "An emSign account administrator has to give the account's user access to the group or organization.";
const DNS_CHECK: &str = "Check that the record or file is published exactly as shown and visible from the internet, then verify again.";
const CAA: &str =
    "Allow emSign in the domain's CAA record (RFC 8659), or remove the record, then verify again.";
const DCV: &str =
    "Get the domain's challenge anew and choose one of the methods and addresses shown.";
const PRODUCT: &str = "Sync the products and choose one that is listed for the group; codes differ from account to account.";
const ADDITIONAL: &str =
    "Change the additional names to what the product takes: number, kind and spelling.";
const EV: &str = "emSign wants a contract signer and a certificate approver; complete the order in the emSign portal.";

/// The meaning of `EMS-<code>`, if it is known.
#[rustfmt::skip]
pub(super) fn by_code(code: u32) -> Option<Meaning> {
    use Meaning::{Credential, OutcomeUnknown, Refused};
    use RefusalKind::{AlreadyDone, Funds, Invalid, Other, UnknownOrder, WrongState};

    Some(match code {
        // The envelope.
        901 | 902 => Refused(Invalid, None, REPORT),
        908 | 909 => Refused(Invalid, None, REPORT),
        // Our transaction ids are random, so a used one can only be our own: an earlier copy of
        // this very call got through, and what became of it is not said here.
        947 => OutcomeUnknown("the transaction id was used before, so an earlier copy of the call arrived"),
        910 | 1133 => Refused(Invalid, None, CLOCK),
        911 | 1131 => Refused(Invalid, None, REPORT),

        // Account and key.
        913 => Credential("accountNumber", NUMBER),
        1065 | 1066 => Credential("accessKey", KEY),
        1154..=1156 | 1200 => Credential("accountNumber", USER),

        // Trouble of the CA's own.
        937 | 939 | 976 => OutcomeUnknown("something went wrong at the CA"),

        // Blocks of the order.
        915 => Refused(Invalid, None, LOOK_UP),
        916 => Refused(Invalid, Some("requestor"), "Give the requestor's name, e-mail address and phone number."),
        917 => Refused(Invalid, Some("domain"), "Give the name that the certificate is for."),
        918 => Refused(Invalid, Some("remarks"), "Write remarks; emSign does not take an order without them."),
        919 => Refused(Invalid, Some("validityYears"), "Choose a validity of 1, 2 or 3 years."),
        920 => Refused(Invalid, Some("agreement"), SIGNER),
        921 => Refused(Invalid, Some("requestor/isdCode"), "Give the country calling code of the requestor's phone, such as 1 or 91."),

        // Finding the order.
        942 => Refused(Invalid, None, REPORT),
        943 => Refused(UnknownOrder, None, "Compare the order number with the emSign portal; the order may belong to another account."),
        1197 => Refused(UnknownOrder, None, "The order belongs to another emSign account; use that account."),
        1004 | 1005 | 1039 | 1040 => Refused(Invalid, None, FOLLOW),

        // The order's state.
        946 => Refused(WrongState, None, WAIT),
        956 => Refused(WrongState, None, "emSign does not offer this for the order yet; try again shortly."),
        962 | 966 | 986 | 987 => Refused(WrongState, None, FOLLOW),
        982 => Refused(WrongState, None, "The order has run out; place a new one."),
        985 => Refused(AlreadyDone, None, "Nothing: the order was cancelled before."),
        1042 => Refused(WrongState, None, FOLLOW),
        1103 => Refused(WrongState, None, "Show control of the order's domains first."),
        1104 => Refused(WrongState, Some("csr"), "Submit the order's CSR first."),

        // Remarks and reasons.
        964 | 971 | 984 => Refused(Invalid, Some("remark"), REMARK),
        969 | 970 => Refused(Invalid, Some("reason"), REASON),
        972 => Refused(AlreadyDone, None, "Nothing: revocation was asked for before; check the order's status."),
        973 => Refused(AlreadyDone, None, "Nothing: the certificate is revoked."),
        990 => Refused(Other, None, LOOK_UP),

        // The CSR.
        952 | 1052 | 1006 => Refused(Invalid, Some("csr"), CSR),
        1053 => Refused(Invalid, Some("csr"), "emSign does not take a key of this size; make a CSR with RSA 2048, 3072 or 4096, or ECDSA P-256 or P-384."),
        1054 => Refused(Invalid, Some("csr"), "emSign does not take this key or signature algorithm; make a CSR with RSA or ECDSA and SHA-256."),
        1068 => Refused(AlreadyDone, Some("csr"), "Nothing: the order has a CSR."),
        1069 => Refused(Invalid, Some("csr"), "This product takes no ECC keys; make a CSR with an RSA key."),
        1098 => Refused(Invalid, Some("csr"), "Use the CSR whose key belongs to the order."),
        1099 => Refused(Other, None, LOOK_UP),
        1056 | 1164 => Refused(Invalid, Some("csr"), "Make a CSR whose common name is the order's first name."),

        // Names.
        1057 => Refused(Invalid, Some("domain"), "Give a full domain name such as www.example.com."),
        1058 => Refused(Invalid, Some("domain"), "This product takes no wildcard; name the host itself, or choose a wildcard product."),
        1059 => Refused(Invalid, Some("domain"), "This product takes only a wildcard such as *.example.com."),
        1060 => Refused(Invalid, Some("domain"), "No certificate can be had for a public suffix; name a domain under it."),
        1170 => Refused(Invalid, Some("domain"), "Choose a group that may order for this domain, or have the domain allowed in the emSign portal."),
        1171..=1179 => Refused(Invalid, Some("additionalDomains"), ADDITIONAL),

        // Organization and group.
        1073 | 1135 => Refused(Invalid, Some("organizationNumber"), ORGANIZATION),
        1134 | 1136 | 1137 => Refused(Invalid, None, ORGANIZATION_OR_GROUP),
        1161 => Refused(Invalid, Some("organizationNumber"), ORGANIZATION),
        1075 => Refused(Invalid, Some("organizationNumber"), "The organization's pre-vetting token is no longer good; sync the organizations and order again."),
        1142 | 1143 => Refused(Other, None, ACCESS),

        // Domain control.
        1079 => Refused(WrongState, None, CAA),
        1080 => Refused(AlreadyDone, None, "Nothing: the domain is verified."),
        1076..=1078 => Refused(WrongState, None, DNS_CHECK),
        1157..=1159 | 1166 | 1167 => Refused(Invalid, None, DCV),

        // The subscriber agreement.
        1082 => Refused(AlreadyDone, None, "Nothing: the agreement is accepted."),
        1091 => Refused(Invalid, Some("agreement/signerIp"), "Give the public IP address of whoever accepts the agreement."),
        1083..=1090 | 1092 => Refused(Invalid, Some("agreement"), SIGNER),

        // The order report.
        1108..=1128 => Refused(Invalid, None, REPORT),

        // Money.
        1138..=1141 => Refused(Funds, None, FUNDS),

        // The product.
        1162 | 1195 | 1269 => Refused(Invalid, Some("productCode"), PRODUCT),

        // Consent token and subscription.
        1214..=1218 => Refused(Invalid, None, LOOK_UP),

        // People of an EV order.
        1220..=1239 => Refused(Invalid, None, EV),

        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A17, row by row.
    pub(super) const KNOWN: &[u32] = &[
        901, 902, 908, 909, 947, 910, 1133, 911, 1131, 913, 915, 916, 917, 918, 919, 920, 921, 937,
        939, 976, 942, 943, 946, 952, 1052, 1053, 1054, 1006, 1068, 1069, 1098, 956, 962, 966, 986,
        987, 964, 971, 984, 969, 970, 972, 973, 990, 982, 985, 1004, 1005, 1039, 1040, 1042, 1056,
        1164, 1057, 1058, 1059, 1060, 1065, 1066, 1073, 1135, 1134, 1136, 1137, 1075, 1076, 1077,
        1078, 1079, 1080, 1082, 1083, 1084, 1085, 1086, 1087, 1088, 1089, 1090, 1091, 1092, 1099,
        1103, 1104, 1108, 1109, 1110, 1111, 1112, 1113, 1114, 1115, 1116, 1117, 1118, 1119, 1120,
        1121, 1122, 1123, 1124, 1125, 1126, 1127, 1128, 1138, 1139, 1140, 1141, 1142, 1143, 1154,
        1155, 1156, 1157, 1158, 1159, 1166, 1167, 1161, 1170, 1162, 1195, 1197, 1200, 1171, 1172,
        1173, 1174, 1175, 1176, 1177, 1178, 1179, 1214, 1215, 1216, 1217, 1218, 1220, 1229, 1239,
        1269,
    ];

    #[test]
    fn every_code_of_the_reference_has_a_meaning_with_a_sentence() {
        for &code in KNOWN {
            let Some(meaning) = by_code(code) else {
                panic!("EMS-{code} has no meaning")
            };
            match meaning {
                Meaning::Refused(_, _, remedy) | Meaning::Credential(_, remedy) => {
                    assert!(
                        remedy.ends_with('.') && remedy.len() > 20,
                        "EMS-{code}: {remedy}"
                    );
                }
                Meaning::OutcomeUnknown(what) => assert!(!what.is_empty()),
            }
        }
    }

    #[test]
    fn other_codes_have_none() {
        for code in [0, 900, 999, 1000, 1081, 1129, 1180, 1219, 1240, 9999] {
            assert!(by_code(code).is_none(), "EMS-{code}");
        }
    }
}
