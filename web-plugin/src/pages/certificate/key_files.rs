//! Key and certificate together: PKCS#12 and PEM bundle, made here, after the key was shown to belong
//! to the certificate.

use certwright_core::certificate::Certificate;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::keys::export::{self, ExportFault, MAX_KEY_FILE};
use crate::keys::{KeyKind, StoredKey, protect, store, webcrypto};
use crate::parts::Field;
use crate::text::t;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Pkcs12,
    Bundle,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Export(#[from] ExportFault),
    #[error("This key doesn't belong to this certificate. Choose the key of its CSR.")]
    OtherKey,
    #[error("There is no key. Choose the key file first.")]
    NoKey,
}

/// The form that makes the files.
#[component]
pub(super) fn KeyFiles(
    name: String,
    leaf: String,
    chain: String,
    /// SHA-256 of the certificate's SubjectPublicKeyInfo, hex.
    print: String,
) -> impl IntoView {
    let stored = RwSignal::new(None::<StoredKey>);
    spawn_local(async move {
        let all = store::all().await.unwrap_or_default();
        let found = all
            .into_iter()
            .find(|key| key.fingerprint == print && !key.is_lost);
        let _ = stored.try_set(found);
    });
    let file = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let names = StoredValue::new((
        name.replace('*', "wildcard"),
        leaf.clone(),
        format!("{leaf}{chain}"),
    ));
    let make = move |form: Form| {
        error.set(None);
        is_busy.set(true);
        let kept = stored.get_untracked().and_then(|key| key.encrypted);
        let text = kept.unwrap_or_else(|| file.get_untracked());
        let (name, leaf, full_chain) = names.get_value();
        let passphrase = passphrase.get_untracked();
        spawn_local(async move {
            let made = files(form, &text, &passphrase, (&name, &leaf, &full_chain));
            match made.await {
                Ok((name, media_type, bytes)) => browser::save(&name, media_type, &bytes),
                Err(fault) => error.set(Some(fault.to_string())),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let pick = move |event: leptos::ev::Event| {
        let Some(picked) = browser::file::picked(&event) else {
            return;
        };
        spawn_local(async move {
            let Some(text) = browser::file::text(&picked, MAX_KEY_FILE).await else {
                return error.set(Some(ExportFault::TooLong.to_string()));
            };
            file.set(text);
        });
    };
    let is_kept_only = move || stored.get().is_some_and(|key| key.encrypted.is_none());
    let needs_file = move || stored.get().is_none();
    let says =
        move |name: &'static str| move || t(if is_busy.get() { "files_making" } else { name });
    view! {
        <section aria-labelledby="files">
            <h2 id="files">{t("files_title")}</h2>
            <p class="note" hidden=move || !is_kept_only()>{t("files_kept_key")}</p>
            <form
                hidden=is_kept_only
                on:submit=move |event| {
                    event.prevent_default();
                    make(Form::Pkcs12);
                }
            >
                <p>{move || t(if needs_file() { "files_lead_file" } else { "files_lead" })}</p>
                <div class="field" hidden=move || !needs_file()>
                    <label for="key-file">{t("files_key")}</label>
                    <input id="key-file" type="file" accept=".key,.pem,.p8" on:change=pick />
                </div>
                <Field
                    id="files-passphrase"
                    label=t("key_passphrase")
                    hint=t("files_passphrase_hint")
                    kind="password"
                    value=passphrase
                    error
                />
                <div class="actions">
                    <button disabled=is_busy>{says("files_pkcs12")}</button>
                    <button
                        type="button"
                        class="quiet"
                        disabled=is_busy
                        on:click=move |_| make(Form::Bundle)
                    >
                        {says("files_bundle")}
                    </button>
                </div>
            </form>
        </section>
    }
}

type File = (String, &'static str, Vec<u8>);

async fn files(
    form: Form,
    key: &str,
    passphrase: &str,
    (name, leaf, full_chain): (&str, &str, &str),
) -> Result<File, Fault> {
    if key.is_empty() {
        return Err(Fault::NoKey);
    }
    let plain = protect::open(key, passphrase).await?;
    let leaf = Certificate::read(leaf.as_bytes()).map_err(|_| ExportFault::Certificate)?;
    let kind = KeyKind::from_name(&leaf.key().algorithm().to_string()).ok_or(Fault::OtherKey)?;
    let handle = webcrypto::import_private(kind, &plain)
        .await
        .map_err(|_| Fault::OtherKey)?;
    let is_pair = webcrypto::is_pair(kind, &handle, leaf.key().spki_der()).await;
    if is_pair != Ok(true) {
        return Err(Fault::OtherKey);
    }
    Ok(match form {
        Form::Pkcs12 => {
            let bytes = protect::pkcs12(&plain, full_chain, name, passphrase).await?;
            (format!("{name}.p12"), "application/x-pkcs12", bytes)
        }
        Form::Bundle => {
            // A key that came in plain text does not leave that way.
            let encrypted = protect::key_file(&plain, passphrase).await?;
            let bundle = export::pem_bundle(&encrypted, full_chain);
            (
                format!("{name}.bundle.pem"),
                "application/x-pem-file",
                bundle.into_bytes(),
            )
        }
    })
}
