//! The labels of the fields that a problem document names: what the screen calls them, instead of the
//! API's names.

use crate::text::t;

/// What the screen calls this field of a request; nothing for one that no screen has.
pub(crate) fn label_of(field: &str) -> Option<String> {
    // `requestor/email` and `additionalDomains/3` are about what their first or last name says.
    let mut names = field.trim_start_matches('/').split('/');
    let first = names.next().unwrap_or_default();
    let last = names.next_back().unwrap_or(first);
    let key = match (first, last) {
        ("domain", _) => "order_domain",
        ("additionalDomains", _) => "order_more_names",
        ("productCode", _) => "order_product",
        ("groupNumber", _) => "order_group",
        ("organizationNumber", _) => "order_organization",
        ("csr", _) => "stage_csr",
        ("csrId", _) => "source_stored_label",
        ("remarks", _) => "order_remarks",
        ("agreement", "signerPlace") => "order_place",
        ("label", _) => "account_label",
        ("accountNumber", _) => "account_number",
        ("accessKey", _) => "account_access_key",
        ("environment", _) => "account_environment",
        ("credentialId", _) => "access_account",
        ("license", _) => "license_text",
        ("person", _) => "access_person",
        ("role", _) => "access_role",
        ("expiresInDays", _) => "access_days",
        ("remark", _) => "remark",
        ("reason", _) => "approval_reason",
        ("emailAddress", _) => "dcv_address",
        ("method", _) => "dcv_method",
        ("issuer", _) => "filter_issuer",
        _ => return None,
    };
    Some(t(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_by_their_labels() {
        for (field, key) in [
            ("accountNumber", "account_number"),
            ("/accountNumber", "account_number"),
            ("additionalDomains/3", "order_more_names"),
            ("agreement/signerPlace", "order_place"),
        ] {
            // Without installed strings a key stands for its text.
            assert_eq!(label_of(field).as_deref(), Some(key), "{field}");
        }
        assert_eq!(label_of("cursor"), None);
    }
}
