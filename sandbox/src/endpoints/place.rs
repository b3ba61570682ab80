//! `GenerateOrderSSL`: orders and drafts of DV, OV and EV certificates (emSign API reference,
//! A11).

use serde::Serialize;

use super::{
    Call,
    order_request::{
        AgreementDetails, CertificateInformation, OrderDetails, PersonInfo, RequestorInformation,
        SubscriptionDetails,
    },
};
use crate::{
    behaviour::{FaultKind, FaultRule},
    csr,
    draws::token,
    envelope::Answer,
    ledger::{
        Agreement, Csr, DomainCheck, Order, OrganizationClaim, Requestor, order::CustomField,
    },
    names::{self, Magic, NameFault},
    products::{self, Product, Rules},
    refusal::{self, Refusal},
    text::Text,
    when::Unix,
};

/// More additional domains than this are refused.
const MOST_DOMAINS: usize = 250;
/// So many orders may be placed in so many seconds (A11.6).
const RATE: (usize, Unix) = (16, 10);

#[derive(Serialize)]
struct Placed<'a> {
    #[serde(rename = "requestNumber")]
    request_number: &'a str,
    #[serde(rename = "orderNumber")]
    order_number: &'a str,
    // Spelt so here, `trackingUrl` in `TrackOrder` (B12).
    #[serde(rename = "trackingURL")]
    tracking_url: String,
}

/// Places an order, or saves a draft of one.
pub(super) fn generate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: OrderDetails = call.section("orderDetails")?;
    limit_rate(call)?;
    let mut order = check(call, &request)?;
    let draft = flag(&request.save_and_hold).ok_or(refusal::BAD_REQUEST)?;
    if let Some(number) = request.request_number.filled() {
        order.request_number = existing_draft(call, number)?;
    } else {
        order.request_number = call.numbers.request();
    }
    let order_number = if draft {
        String::new()
    } else {
        call.numbers.order()
    };
    let placed = Placed {
        request_number: &order.request_number.clone(),
        order_number: &order_number,
        tracking_url: format!(
            "https://track.sandbox.example/PublicLink/publicLinkVerification.jsp?a={}",
            token(call.seed, "tracking", &order.request_number)
        ),
    };
    let answer = Answer::of("orderDetails", &placed)?;
    if !draft {
        call.account.placed.push_back(call.now);
        strike_magic(call, &order.domain_name);
    }
    enter(call, order, (!draft).then_some(order_number));
    Ok(answer)
}

/// Books the order: a new one at the end, a draft in its place.
fn enter(call: &mut Call<'_>, mut order: Order, order_number: Option<String>) {
    let request_number = order.request_number.clone();
    match call.account.orders.by_request_number_mut(&request_number) {
        Some(draft) => {
            *draft = order;
            if let Some(number) = order_number {
                call.account.orders.number_draft(&request_number, number);
            }
        }
        None => {
            order.order_number = order_number;
            call.account.orders.push(order);
        }
    }
}

fn existing_draft(call: &mut Call<'_>, number: &str) -> Result<String, Refusal> {
    let draft = call
        .account
        .orders
        .by_request_number_mut(number)
        .ok_or(refusal::REQUEST_INVALID)?;
    if draft.is_draft() && draft.outcome.is_none() {
        Ok(number.to_owned())
    } else {
        Err(refusal::NOT_A_DRAFT)
    }
}

/// Too many orders in quick succession get a refusal that looks like an inactive user's.
fn limit_rate(call: &mut Call<'_>) -> Result<(), Refusal> {
    let placed = &mut call.account.placed;
    while placed.front().is_some_and(|at| at + RATE.1 <= call.now) {
        placed.pop_front();
    }
    if call.behaviour.rate_limit && placed.len() >= RATE.0 {
        return Err(refusal::RATE_LIMIT);
    }
    Ok(())
}

/// Faults asked for by the first label of the name.
fn strike_magic(call: &mut Call<'_>, name: &str) {
    let kind = match names::magic(name) {
        Some(Magic::LostAnswer) => FaultKind::ReplyLostAfter,
        Some(Magic::Html) => FaultKind::HtmlPage,
        Some(Magic::Slow) => FaultKind::Slow,
        _ => return,
    };
    let seen = &mut call.behaviour.answers_lost;
    if kind == FaultKind::Slow || !seen.iter().any(|lost| lost == name) {
        if kind != FaultKind::Slow {
            seen.push(name.to_owned());
        }
        call.strikes.add(FaultRule::new("GenerateOrderSSL", kind));
    }
}

fn check(call: &Call<'_>, request: &OrderDetails) -> Result<Order, Refusal> {
    let product = products::by_code(request.product_code.as_str().trim());
    let product = product.ok_or(refusal::PRODUCT)?;
    let rules = products::ssl_rules(product.type_id).ok_or(refusal::PRODUCT)?;
    if !matches!(request.accounting_model.as_str(), "" | "1" | "2") {
        return Err(refusal::BAD_REQUEST);
    }
    flag(&request.save_and_hold).ok_or(refusal::BAD_REQUEST)?;
    flag(&request.email_notifications).ok_or(refusal::BAD_REQUEST)?;
    let mut order = Order::new(String::new(), product, call.now);
    order.group_number = group_number(call, request, product)?;
    order.requestor = requestor(request.requestor_information.as_ref())?;
    order.validity_years = validity(request.subscription_details.as_ref())?;
    if let Some(contact) = &request.technical_point_of_contact
        && (contact.poc_first_name.is_blank() || !contact.poc_email.as_str().contains('@'))
    {
        return Err(refusal::BAD_REQUEST);
    }
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

/// `"0"` or `"1"`.
fn flag(text: &Text) -> Option<bool> {
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

fn requestor(information: Option<&RequestorInformation>) -> Result<Requestor, Refusal> {
    let information = information.ok_or(refusal::REQUESTOR)?;
    let required = [
        &information.requestor_name,
        &information.requestor_isd_code,
        &information.requestor_mobile_number,
        &information.requestor_email,
    ];
    if required.iter().any(|member| member.is_blank())
        || !information.requestor_email.as_str().contains('@')
    {
        return Err(refusal::REQUESTOR);
    }
    // With or without the plus sign.
    let isd = information.requestor_isd_code.trimmed();
    let digits = isd.strip_prefix('+').unwrap_or(&isd);
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refusal::ISD_CODE);
    }
    Ok(Requestor {
        requestor_name: information.requestor_name.trimmed(),
        requestor_isd_code: format!("+{digits}"),
        requestor_mobile_number: information.requestor_mobile_number.trimmed(),
        requestor_email: information.requestor_email.trimmed(),
        requestor_designation: information.requestor_designation.trimmed(),
    })
}

fn validity(subscription: Option<&SubscriptionDetails>) -> Result<u8, Refusal> {
    let Some(subscription) = subscription else {
        return Ok(1);
    };
    if !matches!(subscription.auto_renew.as_str(), "" | "0" | "1")
        || !matches!(subscription.renew_criteria.as_str(), "" | "30" | "60")
    {
        return Err(refusal::SUBSCRIPTION);
    }
    match subscription.validity.as_str() {
        "" | "1" => Ok(1),
        "2" => Ok(2),
        "3" => Ok(3),
        _ => Err(refusal::SUBSCRIPTION),
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
        .ok_or(refusal::CERTIFICATE_INFORMATION)?;
    let main = main.to_ascii_lowercase();
    names::check(&main).map_err(|fault| match fault {
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
            return Err(refusal::WILDCARD_NOT_ALLOWED);
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

fn is_prevetted(request: &OrderDetails) -> Result<bool, Refusal> {
    let text = request
        .organization_details
        .as_ref()
        .map_or("", |details| details.pre_vetting.as_str());
    match text {
        "" | "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(refusal::BAD_REQUEST),
    }
}

/// The organization of the order (A11.3): one that is vetted already, or one to be vetted.
fn organization(
    call: &Call<'_>,
    request: &OrderDetails,
    information: &CertificateInformation,
    rules: Rules,
    group: &str,
) -> Result<Option<OrganizationClaim>, Refusal> {
    if rules.ev {
        let complete =
            |person: &Option<PersonInfo>| person.as_ref().is_some_and(PersonInfo::is_complete);
        if !complete(&request.contract_signer_info) {
            return Err(refusal::CONTRACT_SIGNER);
        }
        if !complete(&request.certificate_approver_info) {
            return Err(refusal::CERTIFICATE_APPROVER);
        }
    }
    if is_prevetted(request)? {
        return prevetted(call, request, rules, group);
    }
    if !rules.organization {
        return Ok(None);
    }
    let mut required = vec![
        &information.organization_name,
        &information.street_address1,
        &information.locality,
        &information.state,
        &information.country_code,
        &information.postal_code,
    ];
    if rules.ev {
        required.extend([
            &information.street_address2,
            &information.company_registration_number,
        ]);
    }
    let country = information.country_code.trimmed();
    if required.iter().any(|member| member.is_blank())
        || country.len() != 2
        || !country.bytes().all(|byte| byte.is_ascii_uppercase())
    {
        return Err(refusal::CERTIFICATE_INFORMATION);
    }
    let documents = request.documents_attached.as_deref().unwrap_or_default();
    if !documents
        .iter()
        .all(super::order_request::DocumentAttached::is_valid)
    {
        return Err(refusal::DOCUMENTS_INVALID);
    }
    Ok(Some(OrganizationClaim {
        number: None,
        name: information.organization_name.trimmed(),
        country,
        state: information.state.trimmed(),
        locality: information.locality.trimmed(),
        documents_at: (!documents.is_empty()).then_some(call.now),
        verified_at: None,
    }))
}

fn prevetted(
    call: &Call<'_>,
    request: &OrderDetails,
    rules: Rules,
    group: &str,
) -> Result<Option<OrganizationClaim>, Refusal> {
    let details = request
        .organization_details
        .as_ref()
        .ok_or(refusal::ORGANIZATION_MISSING)?;
    let number = match details.organization_number.filled() {
        Some(number) => number,
        // A DV order relies on a domain, not on an organization.
        None if !rules.organization => return Ok(None),
        None => return Err(refusal::ORGANIZATION_MISSING),
    };
    let organization = call
        .account
        .organization(number)
        .ok_or(refusal::ORGANIZATION_UNKNOWN)?;
    if !organization.groups.iter().any(|known| known == group) {
        return Err(refusal::ORGANIZATION_NOT_IN_GROUP);
    }
    if rules.organization && !organization.serves(rules.ev) {
        return Err(refusal::ORGANIZATION_UNUSABLE);
    }
    if details
        .prevetting_token
        .filled()
        .is_some_and(|given| given != organization.prevetting_token)
    {
        return Err(refusal::PREVETTING_TOKEN);
    }
    Ok(rules.organization.then(|| OrganizationClaim {
        number: Some(number.to_owned()),
        name: organization.organization_name.clone(),
        country: organization.country_code.clone(),
        state: organization.state_name.clone(),
        locality: organization.locality.clone(),
        documents_at: None,
        verified_at: Some(call.now),
    }))
}

/// Marks the names that need no challenge: those under a validated domain of the order's
/// organization, or, for DV, of any in the account (A9).
fn prevalidate(
    call: &Call<'_>,
    mut names: Vec<DomainCheck>,
    order: &Order,
    rules: Rules,
    request: &OrderDetails,
) -> Vec<DomainCheck> {
    let named = request
        .organization_details
        .as_ref()
        .filter(|details| details.pre_vetting.as_str() == "1")
        .and_then(|details| details.organization_number.filled());
    let vetted_with_order = order
        .organization
        .as_ref()
        .is_some_and(|organization| organization.number.is_none());
    if rules.organization && vetted_with_order {
        return names;
    }
    for name in &mut names {
        if call.account.is_prevalidated(&name.name, named, call.now) {
            name.verified_at = Some(call.now);
        }
    }
    names
}

/// The agreement (A11.1): signed with the order, signed already by a vetted organization, or left
/// open. The signer's address is not looked at here (A11.5).
fn agreement(
    call: &Call<'_>,
    request: &OrderDetails,
    order: &Order,
) -> Result<Option<Agreement>, Refusal> {
    let details = request.agreement_details.as_ref();
    match details.map_or("", |details| details.accept_agreement.as_str()) {
        "1" => details.map(|details| signed(details, call.now)).transpose(),
        "0" => Ok(None),
        "" if is_prevetted(request)? => {
            Ok(order.organization.as_ref().map(|organization| Agreement {
                signer_name: call.account.user.full_name.clone(),
                signer_place: organization.locality.clone(),
                signed_at: call.now,
            }))
        }
        "" => Err(refusal::AGREEMENT_MISSING),
        _ => Err(refusal::ACCEPT_INVALID),
    }
}

/// A signature with its mandatory members.
pub(super) fn signed(details: &AgreementDetails, now: Unix) -> Result<Agreement, Refusal> {
    let signer_name = details.signer_name.filled().ok_or(refusal::SIGNER_NAME)?;
    let signer_place = details.signer_place.filled().ok_or(refusal::SIGNER_PLACE)?;
    if details.signer_ip.is_blank() {
        return Err(refusal::SIGNER_IP);
    }
    Ok(Agreement {
        signer_name: signer_name.to_owned(),
        signer_place: signer_place.to_owned(),
        signed_at: now,
    })
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
    order.remarks = information
        .remarks
        .filled()
        .ok_or(refusal::ADDITIONAL_INFORMATION)?
        .to_owned();
    order.tags = information
        .tags
        .0
        .iter()
        .filter_map(Text::filled)
        .map(str::to_owned)
        .collect();
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
