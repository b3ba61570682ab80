//! Lists as CSV (RFC 4180), a page at a time: the first page has the names of the columns, and each
//! names the next one in a `Link` header (RFC 8288), so that the pages follow each other in a file.

use certwright_api::{
    certificates::CertificateView, operation::TextPage, orders::OrderView, page::Page,
};

/// Orders as CSV.
pub(super) fn orders(page: &Page<OrderView>, uri: &http::Uri) -> TextPage {
    let columns = [
        "id",
        "caOrderNumber",
        "domain",
        "additionalDomains",
        "state",
        "productCode",
        "groupNumber",
        "organization",
        "orderedAt",
        "expiresAt",
        "credentialId",
        "certificateId",
    ];
    let rows = page.items.iter().map(|order| {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            order.id.to_string(),
            order
                .ca_order_number
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            order.domain.clone(),
            order.additional_domains.join(" "),
            order.status.state.clone(),
            order.product_code.clone(),
            optional(&order.group_number),
            optional(&order.organization_name),
            order.ordered_at.to_string(),
            order
                .expires_at
                .map(|at| at.to_string())
                .unwrap_or_default(),
            order.credential_id.to_string(),
            order
                .certificate_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ]
    });
    sheet(&columns, rows, page.next_cursor.as_deref(), uri)
}

/// The inventory as CSV.
pub(super) fn certificates(page: &Page<CertificateView>, uri: &http::Uri) -> TextPage {
    let columns = [
        "id",
        "names",
        "subject",
        "issuer",
        "serial",
        "notBefore",
        "notAfter",
        "key",
        "keyFingerprint",
        "fingerprint",
        "revokedAt",
        "orderId",
        "credentialId",
    ];
    let rows = page.items.iter().map(|certificate| {
        [
            certificate.id.to_string(),
            certificate.names.join(" "),
            certificate.subject.clone(),
            certificate.issuer.clone(),
            certificate.serial.clone(),
            certificate.not_before.to_string(),
            certificate.not_after.to_string(),
            certificate.key.clone(),
            certificate.key_fingerprint.clone(),
            certificate.fingerprint.clone(),
            certificate
                .revoked_at
                .map(|at| at.to_string())
                .unwrap_or_default(),
            certificate.order_id.to_string(),
            certificate.credential_id.to_string(),
        ]
    });
    sheet(&columns, rows, page.next_cursor.as_deref(), uri)
}

fn sheet<const N: usize>(
    columns: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    next: Option<&str>,
    uri: &http::Uri,
) -> TextPage {
    let given = uri.query().unwrap_or("");
    let others = given
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let others: Vec<&str> = others.collect();
    let mut text = String::new();
    if !given.split('&').any(|pair| pair.starts_with("cursor=")) {
        line(&mut text, columns.iter().copied());
    }
    for row in rows {
        line(&mut text, row.iter().map(String::as_str));
    }
    let next = next.map(|cursor| {
        let mut query = others.join("&");
        if !query.is_empty() {
            query.push('&');
        }
        format!("{}?{query}cursor={cursor}", uri.path())
    });
    TextPage { text, next }
}

fn line<'f>(text: &mut String, fields: impl Iterator<Item = &'f str>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&quoted(field));
    }
    text.push_str("\r\n");
}

/// A field, quoted where RFC 4180 asks for it. What a spreadsheet would take for a formula gets an
/// apostrophe in front (OWASP, CSV injection).
fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if is_formula {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_and_formulas_are_not_run() {
        assert_eq!(quoted("www.whitlock.example"), "www.whitlock.example");
        assert_eq!(quoted("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("*.whitlock.example"), "*.whitlock.example");
    }
}
