//! What was requested against what was issued.

use certwright_api::certificates::CertificateView;
use certwright_api::csrs::CsrView;
use certwright_api::endpoint::op;
use certwright_api::orders::OrderView;
use certwright_core::{
    certificate::left_out,
    ids::{CertificateId, CsrId},
};
use leptos::prelude::*;

use crate::parts::{Empty, Expiry, fetched, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// What of an order is compared.
#[derive(Clone, PartialEq)]
struct Wanted {
    names: Vec<String>,
    csr: Option<CsrId>,
    certificate: Option<CertificateId>,
}

impl Wanted {
    fn of(order: &OrderView) -> Self {
        let names = std::iter::once(&order.domain).chain(&order.additional_domains);
        Self {
            names: names.cloned().collect(),
            csr: order.csr_id.clone(),
            certificate: order.certificate_id.clone(),
        }
    }
}

#[derive(Clone, PartialEq)]
struct Sides {
    requested: Vec<String>,
    csr: Option<CsrView>,
    certificate: Option<CertificateView>,
}

/// The two side by side, names and keys.
#[component]
pub(super) fn Compare(order: Signal<OrderView>) -> impl IntoView {
    // Read again only when there is something else to compare.
    let wanted = Memo::new(move |_| order.with(Wanted::of));
    let sides = fetched(move |client| {
        let wanted = wanted.get();
        async move {
            let none = Filter::default();
            let csr = match &wanted.csr {
                Some(id) => Some(client.get(op::GetCsr, id.as_str(), &none).await?),
                None => None,
            };
            let certificate = match &wanted.certificate {
                Some(id) => Some(client.get(op::GetCertificate, id.as_str(), &none).await?),
                None => None,
            };
            Ok(Sides {
                requested: wanted.names,
                csr,
                certificate,
            })
        }
    });
    view! {
        <section aria-labelledby="compare">
            <h2 id="compare">{t("compare_title")}</h2>
            {show(sides, |sides, _| (move || content(sides.get())).into_any())}
        </section>
    }
}

fn content(sides: Sides) -> AnyView {
    let names = |all: &[String]| {
        let names = all
            .iter()
            .map(|name| view! { <li><code>{name.clone()}</code></li> });
        view! { <ul class="plain">{names.collect_view()}</ul> }
    };
    let csr = sides.csr.as_ref();
    let key = |key: &str, print: &str| {
        view! { {key.to_owned()}<br /><code class="print">{print.to_owned()}</code> }
    };
    let Some(certificate) = sides.certificate else {
        return view! {
            <dl class="facts">
                <div><dt>{t("compare_names")}</dt><dd>{names(&sides.requested)}</dd></div>
                {csr
                    .map(|csr| {
                        view! {
                            <div>
                                <dt>{t("compare_key")}</dt>
                                <dd>{key(&csr.facts.key, &csr.facts.key_fingerprint)}</dd>
                            </div>
                        }
                    })}
            </dl>
            <Empty text=t("compare_not_yet") />
        }
        .into_any();
    };
    let differences = certificate.differences.clone();
    let verdict = if differences.is_empty() {
        view! { <p class="note good">{t("compare_same")}</p> }.into_any()
    } else {
        let items = differences
            .into_iter()
            .map(|text| view! { <li>{text}</li> })
            .collect_view();
        view! { <div class="note bad"><p>{t("compare_differs")}</p><ul>{items}</ul></div> }
            .into_any()
    };
    let csr_names = csr.map(|csr| {
        let facts = &csr.facts;
        facts
            .names
            .iter()
            .chain(&facts.other_names)
            .cloned()
            .collect::<Vec<_>>()
    });
    let csr_names = csr_names.unwrap_or_default();
    let missing = left_out(&csr_names, &certificate.names).join(", ");
    let missing = (!missing.is_empty()).then(|| {
        let text = t_with("compare_left_out", &[("names", &missing)]);
        view! { <p class="note waiting">{text}</p> }
    });
    let href = Route::Certificate(certificate.id.to_string()).href();
    view! {
        {verdict} {missing}
        <div class="table" role="group" aria-label=t("compare_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{t("compare_requested")}</th>
                        <th scope="col">{t("compare_issued")}</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">{t("compare_names")}</th>
                        <td data-label=t("compare_requested")>{names(&sides.requested)}</td>
                        <td data-label=t("compare_issued")>{names(&certificate.names)}</td>
                    </tr>
                    {(!csr_names.is_empty())
                        .then(|| {
                            view! {
                                <tr>
                                    <th scope="row">{t("compare_csr_names")}</th>
                                    <td data-label=t("compare_requested")>{names(&csr_names)}</td>
                                    <td></td>
                                </tr>
                            }
                        })}
                    <tr>
                        <th scope="row">{t("compare_key")}</th>
                        <td data-label=t("compare_requested")>
                            {csr
                                .map(|csr| key(&csr.facts.key, &csr.facts.key_fingerprint).into_any())
                                .unwrap_or_else(|| t("compare_unknown").into_any())}
                        </td>
                        <td data-label=t("compare_issued")>{key(&certificate.key, &certificate.key_fingerprint)}</td>
                    </tr>
                    <tr>
                        <th scope="row">{t("certificate_expires")}</th>
                        <td></td>
                        <td data-label=t("compare_issued")><Expiry at=certificate.not_after /></td>
                    </tr>
                </tbody>
            </table>
        </div>
        <p><a href=href>{t("order_certificate")}</a></p>
    }
    .into_any()
}
