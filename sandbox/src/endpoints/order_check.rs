//! What an order must be like (emSign API reference, A11.1, A11.2).

use super::{
    Call,
    order_organization::{agreement, organization, prevalidate},
    order_people::{requestor, technical_contact},
    order_request::{
        AdditionalInformation, CertificateInformation, OrderDetails, SubscriptionDetails,
    },
};
use crate::{
    csr,
    ledger::{Csr, DomainCheck, Order, order::CustomField},
    names::{self, Magic, NameFault},
    products::{self, Product, Rules},
    refusal::{self, Refusal},
    text::{self, Text},
    when::Unix,
};

/// More additional domains than this are refused.
const MOST_DOMAINS: usize = 250;

/// The order that the request amounts to, with no number yet.
pub(super) fn check(call: &Call<'_>, request: &OrderDetails) -> Result<Order, Refusal> {
    let product = products::by_code(request.product_code.as_str().trim());
    let product = product.ok_or(refusal::PRODUCT)?;
    let rules = products::ssl_rules(product.type_id).ok_or(refusal::PRODUCT)?;
    if !matches!(request.accounting_model.as_str(), "" | "1" | "2") {
        return Err(refusal::BAD_REQUEST);
    }
    flag(&request.save_and_hold).ok_or(refusal::BAD_REQUEST)?;
    // Mandatory by the vendor's table; an order without it was taken (KF-shape).
    if !request.email_notifications.is_blank() {
        flag(&request.email_notifications).ok_or(refusal::BAD_REQUEST)?;
    }
    if !request.auto_secure_www.is_blank() {
        flag(&request.auto_secure_www).ok_or(refusal::AUTO_SECURE_WWW)?;
    }
    let mut order = Order::new(String::new(), product, call.now);
    order.group_number = group_number(call, request, product)?;
    order.requestor = requestor(request.requestor_information.as_ref())?;
    order.validity_years = validity(request.subscription_details.as_ref())?;
    technical_contact(request.technical_point_of_contact.as_ref())?;
    let information = request
        .certificate_information
        .as_ref()
        .ok_or(refusal::CERTIFICATE_INFORMATION)?;
    let names = check_names(information, rules, &request.auto_secure_www)?;
    order.domain_name = names
        .first()
        .map(|name| name.name.clone())
        .unwrap_or_default();
    order.organization = organization(call, request, information, rules, &order.group_number)?;
    order.domains = prevalidate(call, names, &order, rules, request);
    order.agreement = agreement(call, request, &order)?;
    if let Some(pem) = request.csr.filled() {
        order.csr = check_csr(pem, &order.domain_name, call.now, refusal::CSR_NAME)?;
    }
    additional_information(request, &mut order)?;
    if let Some(magic) = names::magic(&order.domain_name) {
        match magic {
            Magic::Pending(rounds) => order.pending_rounds = rounds,
            Magic::Reject => order.to_be_rejected = true,
            Magic::RevokeRefused => order.revocation_refused = true,
            _ => {}
        }
    }
    Ok(order)
}

/// The order for a private certificate that the request amounts to, with no number yet. Its names
/// are the product's business: internal ones are what it is for. Without an agreement it was taken
/// (A5).
pub(super) fn check_private(call: &Call<'_>, request: &OrderDetails) -> Result<Order, Refusal> {
    let product = products::by_code(request.product_code.as_str().trim())
        .filter(|product| product.type_id == products::PRIVATE_PKI)
        .ok_or(refusal::PRODUCT)?;
    let information = request
        .certificate_information
        .as_ref()
        .ok_or(refusal::CERTIFICATE_INFORMATION)?;
    let main = information
        .domain_name
        .filled()
        .ok_or(refusal::DOMAIN_MISSING)?;
    let mut order = Order::new(String::new(), product, call.now);
    order.group_number = group_number(call, request, product)?;
    order.requestor = requestor(request.requestor_information.as_ref())?;
    order.validity_years = validity(request.subscription_details.as_ref())?;
    order.domain_name = main.to_ascii_lowercase();
    let more = information.additional_domains.split_at_commas();
    order.domains = std::iter::once(main)
        .chain(more)
        .map(|name| DomainCheck::new(&name.to_ascii_lowercase(), None))
        .collect();
    if let Some(pem) = request.csr.filled() {
        order.csr = check_csr(pem, &order.domain_name, call.now, refusal::CSR_NAME)?;
    }
    additional_information(request, &mut order)?;
    Ok(order)
}

/// `"0"` or `"1"`.
pub(super) fn flag(text: &Text) -> Option<bool> {
    match text.as_str() {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

fn group_number(
    call: &Call<'_>,
    request: &OrderDetails,
    product: &Product,
) -> Result<String, Refusal> {
    let group = match request.group_number.filled() {
        Some(number) => call.account.group(number),
        None => call.account.default_group(),
    };
    let group = group.ok_or(refusal::GROUP_UNKNOWN)?;
    if group
        .withheld_products
        .iter()
        .any(|code| code == product.code)
    {
        return Err(refusal::PRODUCT_NOT_IN_GROUP);
    }
    Ok(group.group_number.clone())
}

fn validity(subscription: Option<&SubscriptionDetails>) -> Result<u8, Refusal> {
    let Some(subscription) = subscription else {
        return Ok(1);
    };
    if !matches!(subscription.auto_renew.as_str(), "" | "0" | "1") {
        return Err(refusal::AUTO_RENEW);
    }
    if !matches!(subscription.renew_criteria.as_str(), "" | "30" | "60") {
        return Err(refusal::RENEW_CRITERIA);
    }
    match subscription.validity.as_str() {
        "" | "1" => Ok(1),
        "2" => Ok(2),
        "3" => Ok(3),
        _ => Err(refusal::VALIDITY),
    }
}

/// The names of the order (A11.2). Additional names are not checked for being names: the CA takes
/// addresses and URLs, and such an order can never finish.
fn check_names(
    information: &CertificateInformation,
    rules: Rules,
    auto_secure_www: &Text,
) -> Result<Vec<DomainCheck>, Refusal> {
    let main = information
        .domain_name
        .filled()
        .ok_or(refusal::DOMAIN_MISSING)?;
    let main = main.to_ascii_lowercase();
    names::check_first(&main).map_err(|fault| match fault {
        NameFault::NotDns => refusal::DOMAIN_INVALID,
        NameFault::PublicSuffix => refusal::PUBLIC_SUFFIX,
    })?;
    match (names::is_wildcard(&main), rules.wildcard) {
        (true, false) => return Err(refusal::WILDCARD_NOT_ALLOWED),
        (false, true) => return Err(refusal::WILDCARD_ONLY),
        _ => {}
    }
    let mut names = vec![DomainCheck::new(&main, None)];
    // The server's default is to add `www.`, except to wildcards (A11.1).
    if auto_secure_www.as_str() != "0" && !rules.wildcard && !main.starts_with("www.") {
        let mut www = DomainCheck::new(&format!("www.{main}"), None);
        www.follows = Some(main.clone());
        names.push(www);
    }
    let mut given = 0_usize;
    for name in information.additional_domains.split_at_commas() {
        given += 1;
        let name = name.to_ascii_lowercase();
        if names::is_wildcard(&name) && !rules.wildcard {
            return Err(refusal::ADDITIONAL_WILDCARD);
        }
        if name != main && !rules.additional_domains {
            return Err(refusal::DOMAINS_NOT_ALLOWED);
        }
        if !names.iter().any(|known| known.name == name) {
            names.push(DomainCheck::new(&name, None));
        }
    }
    if given == 0 && rules.additional_domains {
        return Err(refusal::DOMAINS_MISSING);
    }
    if names.len() > MOST_DOMAINS {
        return Err(refusal::DOMAINS_TOO_MANY);
    }
    Ok(names)
}

/// A CSR whose common name is the order's domain; the names in its extensions are ignored.
pub(super) fn check_csr(
    pem: &str,
    domain_name: &str,
    now: Unix,
    mismatch: Refusal,
) -> Result<Csr, Refusal> {
    let read = csr::read(pem)?;
    if !read.common_name.eq_ignore_ascii_case(domain_name) {
        return Err(mismatch);
    }
    Ok(Csr::Submitted {
        pem: read.pem,
        at: now,
    })
}

/// Documented as optional; live, orders without remarks are refused (A11.1).
fn additional_information(request: &OrderDetails, order: &mut Order) -> Result<(), Refusal> {
    let information = request
        .additional_information
        .as_ref()
        .ok_or(refusal::ADDITIONAL_INFORMATION)?;
    let remarks = information
        .remarks
        .filled()
        .ok_or(refusal::ADDITIONAL_INFORMATION)?;
    if remarks.chars().count() > text::MOST {
        return Err(refusal::TOO_LONG);
    }
    if !text::is_one_line(remarks) {
        return Err(refusal::REMARKS);
    }
    order.remarks = remarks.to_owned();
    order.tags = tags(information)?;
    order.custom_fields = information
        .custom_fields
        .iter()
        .flatten()
        .map(|field| CustomField {
            field_id: field.id.trimmed(),
            field_value: field.value.trimmed(),
        })
        .collect();
    Ok(())
}

/// Reporting tags, `Name:Value`: the vendor's table has a refusal for each way to go wrong.
fn tags(information: &AdditionalInformation) -> Result<Vec<String>, Refusal> {
    const MOST: usize = 30;
    let mut tags: Vec<String> = Vec::new();
    for tag in information.tags.0.iter().filter_map(Text::filled) {
        let (name, value) = tag.split_once(':').ok_or(refusal::TAG)?;
        let (name, value) = (name.trim(), value.trim());
        if value.is_empty() {
            return Err(refusal::TAG);
        }
        match name.chars().count() {
            0..3 => return Err(refusal::TAG_NAME_SHORT),
            3..=MOST => {}
            _ => return Err(refusal::TAG_NAME_LONG),
        }
        if value.chars().count() > MOST {
            return Err(refusal::TAG_VALUE_LONG);
        }
        if tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            return Err(refusal::TAG_TWICE);
        }
        tags.push(tag.to_owned());
    }
    Ok(tags)
}
