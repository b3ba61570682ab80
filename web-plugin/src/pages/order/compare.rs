//! What was requested against what was issued.

use certwright_api::certificates::CertificateView;
use certwright_api::csrs::CsrView;
use certwright_api::endpoint::op;
use certwright_api::orders::OrderView;
use leptos::prelude::*;

use crate::parts::{Empty, Expiry, Fetched, fetched, show};
use crate::route::{Filter, Route};
use crate::text::t;

#[derive(Clone)]
struct Sides {
    requested: Vec<String>,
    csr: Option<CsrView>,
    certificate: Option<CertificateView>,
}

/// The two side by side, names and keys.
#[component]
pub(super) fn Compare(order: OrderView) -> impl IntoView {
    let sides = fetched(move |client| {
        let order = order.clone();
        async move {
            let none = Filter::default();
            let csr = match &order.csr_id {
                Some(id) => Some(client.get(op::GetCsr, id.as_str(), &none).await?),
                None => None,
            };
            let certificate = match &order.certificate_id {
                Some(id) => Some(client.get(op::GetCertificate, id.as_str(), &none).await?),
                None => None,
            };
            let mut requested = vec![order.domain];
            requested.extend(order.additional_domains);
            Ok(Sides {
                requested,
                csr,
                certificate,
            })
        }
    });
    view! {
        <section aria-labelledby="compare">
            <h2 id="compare">{t("compare_title")}</h2>
            {show(sides, content)}
        </section>
    }
}

fn content(sides: Sides, _: Fetched<Sides>) -> AnyView {
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
    let href = Route::Certificate(certificate.id.to_string()).href();
    view! {
        {verdict}
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
                        <td>{names(&sides.requested)}</td>
                        <td>{names(&certificate.names)}</td>
                    </tr>
                    <tr>
                        <th scope="row">{t("compare_key")}</th>
                        <td>
                            {csr
                                .map(|csr| key(&csr.facts.key, &csr.facts.key_fingerprint).into_any())
                                .unwrap_or_else(|| t("compare_unknown").into_any())}
                        </td>
                        <td>{key(&certificate.key, &certificate.key_fingerprint)}</td>
                    </tr>
                    <tr>
                        <th scope="row">{t("certificate_expires")}</th>
                        <td></td>
                        <td><Expiry at=certificate.not_after /></td>
                    </tr>
                </tbody>
            </table>
        </div>
        <p><a href=href>{t("order_certificate")}</a></p>
    }
    .into_any()
}
