//! One certificate: its names first, its chain, and taking it away.

mod key_files;

use certwright_api::certificates::CertificateView;
use certwright_api::endpoint::{Endpoint, op};
use certwright_core::certificate::Certificate;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_app;
use crate::browser::{self, clock};
use crate::parts::{
    Copyable, Expiry, Fact, Facts, HostName, KeyMark, May, Status, Tone, fetched, key_marks, show,
};
use crate::route::{Filter, Route};
use crate::text::t;

/// How often it is read again whether it was revoked, in milliseconds.
const FOLLOW_MS: u32 = 30_000;

#[derive(Clone, PartialEq)]
struct Look {
    certificate: CertificateView,
    pem: Pem,
}

/// The files, which never change.
#[derive(Clone, PartialEq)]
struct Pem {
    leaf: String,
    chain: String,
}

/// The screen.
#[component]
pub(crate) fn CertificatePage(id: String) -> impl IntoView {
    let known = StoredValue::new(None::<Pem>);
    let look = fetched(move |client| {
        let (id, known_pem) = (id.clone(), known.get_value());
        async move {
            let certificate = client
                .get(op::GetCertificate, &id, &Filter::default())
                .await?;
            let part = |name: &str| Filter::by("part", name);
            let pem = match known_pem {
                Some(pem) => pem,
                None => Pem {
                    leaf: client
                        .get(op::ExportCertificate, &id, &part("leaf"))
                        .await?,
                    chain: client
                        .get(op::ExportCertificate, &id, &part("chain"))
                        .await?,
                },
            };
            known.set_value(Some(pem.clone()));
            Ok(Look { certificate, pem })
        }
    });
    look.follow(FOLLOW_MS, |_| false);
    show(look, |look, _| content(look))
}

fn content(look: Signal<Look>) -> AnyView {
    // Nothing of a certificate changes but whether it was revoked.
    let Look {
        certificate,
        pem: Pem { leaf, chain },
    } = look.get_untracked();
    let is_revoked = Memo::new(move |_| look.with(|look| look.certificate.revoked_at.is_some()));
    let first = certificate.names.first().cloned().unwrap_or_default();
    use_app().set_heading(certificate.id.as_str(), &first);
    let revoked = move || {
        let is_revoked = is_revoked.get();
        is_revoked.then(|| view! { <Status tone=Tone::Bad text=t("certificate_revoked") /> })
    };
    let names = certificate.names.iter().map(|name| {
        view! { <li><HostName name=name.clone() /></li> }
    });
    let differences = certificate.differences.clone();
    let differs = (!differences.is_empty()).then(|| {
        let items = differences.into_iter().map(|text| view! { <li>{text}</li> });
        view! { <div class="note bad"><p>{t("compare_differs")}</p><ul>{items.collect_view()}</ul></div> }
    });
    let renews = Filter::by("renews", certificate.order_id.to_string());
    view! {
        <header class="page-head">
            <div>
                <p class="crumbs">
                    <a href=Route::Certificates(Filter::default()).href()>
                        {t("certificates_title")}
                    </a>
                </p>
                <h1><HostName name=first.clone() /></h1>
            </div>
            <div>{revoked} <Expiry at=certificate.not_after /></div>
        </header>
        {differs}
        <section aria-labelledby="names">
            <h2 id="names">{t("certificate_names")}</h2>
            <ul class="names">{names.collect_view()}</ul>
        </section>
        <Take name=first.clone() leaf=leaf.clone() chain=chain.clone() />
        <key_files::KeyFiles
            name=first
            leaf=leaf.clone()
            chain=chain.clone()
            print=certificate.key_fingerprint.clone()
        />
        <section aria-labelledby="facts">
            <h2 id="facts">{t("certificate_facts")}</h2>
            <Facts rows=facts(&certificate) />
        </section>
        <section aria-labelledby="chain">
            <h2 id="chain">{t("certificate_chain")}</h2>
            {chain_view(&leaf, &chain)}
        </section>
        <div class="actions">
            <May to=Endpoint::PlaceOrder>
                <a class="button quiet" href=Route::NewOrder(renews.clone()).href()>
                    {t("order_renew")}
                </a>
            </May>
            <a class="button quiet" href=Route::Order(certificate.order_id.to_string()).href()>
                {t("certificate_order")}
            </a>
        </div>
    }
    .into_any()
}

fn facts(certificate: &CertificateView) -> Vec<Fact> {
    let copied = |label: &'static str, text: &str| -> Fact {
        (
            label,
            view! { <Copyable label=t(label) text=text.to_owned() /> }.into_any(),
        )
    };
    let whole = |at| format!("{} · {}", clock::local(at), clock::utc(at)).into_any();
    let keys = key_marks();
    let print = certificate.key_fingerprint.clone();
    vec![
        ("certificate_expires", whole(certificate.not_after)),
        ("certificate_since", whole(certificate.not_before)),
        ("certificate_issuer", certificate.issuer.clone().into_any()),
        (
            "certificate_subject",
            certificate.subject.clone().into_any(),
        ),
        ("certificate_key", certificate.key.clone().into_any()),
        (
            "certificate_your_key",
            view! { <KeyMark keys print /> }.into_any(),
        ),
        copied("certificate_serial", &certificate.serial),
        copied("certificate_fingerprint", &certificate.fingerprint),
        copied("certificate_key_fingerprint", &certificate.key_fingerprint),
    ]
}

/// From the leaf to what it was issued by.
fn chain_view(leaf: &str, chain: &str) -> AnyView {
    let Ok(all) = Certificate::read_all(&format!("{leaf}{chain}")) else {
        return view! { <p>{t("certificate_chain_unread")}</p> }.into_any();
    };
    let one = |certificate: Certificate| {
        let name = certificate
            .common_name()
            .unwrap_or_else(|| certificate.subject())
            .to_owned();
        let issuer = certificate
            .issuer_common_name()
            .unwrap_or_else(|| certificate.issuer());
        let issuer = issuer.to_owned();
        view! {
            <li>
                <b>{name}</b>
                <br />
                <small>{t("certificate_issued_by")} " " {issuer}</small>
                " "
                <Expiry at=certificate.not_after() />
            </li>
        }
    };
    view! { <ol class="chain">{all.into_iter().map(one).collect_view()}</ol> }.into_any()
}

/// Copying and saving the certificate.
#[component]
fn Take(name: String, leaf: String, chain: String) -> impl IntoView {
    let app = use_app();
    let stem = StoredValue::new(file_stem(&name));
    let parts = [
        ("take_leaf", "pem", leaf.clone()),
        ("take_chain", "chain.pem", chain.clone()),
        ("take_full_chain", "fullchain.pem", format!("{leaf}{chain}")),
    ];
    let row = move |(label, ending, text): (&'static str, &'static str, String)| {
        let text = StoredValue::new(text);
        let copy = move |_| {
            spawn_local(async move {
                if browser::copy(&text.get_value(), false).await {
                    app.toasts.done(t("copied"));
                }
            });
        };
        let save = move |_| {
            let name = format!("{}.{ending}", stem.get_value());
            browser::save(&name, "application/x-pem-file", text.get_value().as_bytes());
        };
        view! {
            <li>
                <b>{t(label)}</b>
                <span class="actions">
                    <button class="quiet small" aria-label=format!("{}: {}", t("copy"), t(label)) on:click=copy>
                        {t("copy")}
                    </button>
                    <button class="quiet small" aria-label=format!("{}: {}", t("save"), t(label)) on:click=save>
                        {t("save")}
                    </button>
                </span>
            </li>
        }
    };
    view! {
        <section aria-labelledby="take">
            <h2 id="take">{t("take_title")}</h2>
            <ul class="take">{parts.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

/// A name for files of a certificate.
fn file_stem(name: &str) -> String {
    name.replace('*', "wildcard")
}
