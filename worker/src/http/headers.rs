//! What every reply tells the browser: to keep nothing, guess nothing, embed nothing.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Names and values.
///
/// Replies are data, not pages, so the policy forbids everything. A page of another origin can't act
/// for a person: it knows no token, and an assertion of Access, which the browser adds by itself,
/// counts on requests of our own pages only (`authenticate.rs`). These headers are for a reply that is
/// opened or embedded by itself.
const ALWAYS: [(&str, &str); 7] = [
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
    ),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// Adds them.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}
