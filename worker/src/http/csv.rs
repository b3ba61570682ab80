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

/// Without it Excel takes the file for one in the code page of the machine. It stands at the beginning
/// of the first page alone, since the pages are put together.
const BYTE_ORDER_MARK: char = '\u{feff}';

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
        text.push(BYTE_ORDER_MARK);
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

/// What a program may take for the end of a cell, whatever RFC 4180 says: it depends on the country
/// that a machine is set to.
const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\r', '\n'];

/// A field, quoted where a program may split it. What a spreadsheet would take for a formula, at the
/// beginning or behind anything that a program may split at, gets an apostrophe in front (OWASP, CSV
/// injection).
fn quoted(field: &str) -> String {
    let is_formula = |cell: &str| {
        let cell = cell.trim_start_matches([' ', '"', '\'', '\u{a0}', '\u{feff}', '\u{200b}']);
        // The second row are the same signs in full width, which some programs take as well.
        cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    };
    let is_split = field.contains(SEPARATORS) || field.contains('"');
    let mut text = String::with_capacity(field.len());
    for cell in field.split_inclusive(SEPARATORS) {
        if is_formula(cell) {
            text.push('\'');
        }
        text.push_str(cell);
    }
    // Programs drop these, and then see what stands behind them.
    if field.starts_with(['\t', '\r', '\n']) {
        text.insert(0, '\'');
    }
    if is_split {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
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
        assert_eq!(quoted("+1"), "'+1");
        assert_eq!(quoted("\t=1"), "\"'\t'=1\"");
        assert_eq!(quoted("CN=a, O=b"), "\"CN=a, O=b\"");
        for separator in [",", ";", "\t", "|", "\n", "\r\n"] {
            for cell in ["=1+1", "@SUM(A1)", " =1", "\"=1", "-1", "+1", "＝1"] {
                let shown = quoted(&format!("Whitlock{separator}{cell}"));
                let inner = shown.trim_matches('"');
                let split: Vec<&str> = inner.split(separator).collect();
                assert!(
                    shown.starts_with('"') && split[1].starts_with('\''),
                    "{shown:?}"
                );
            }
        }
    }
}
