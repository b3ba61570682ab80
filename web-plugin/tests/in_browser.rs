//! Keys in a real browser: made by WebCrypto, kept in IndexedDB, taken out as files.

#![cfg(target_family = "wasm")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use certwright_core::csr::Csr;
use certwright_core::names::CertificateName;
use certwright_plugin::keys::create::{KeyMode, NewKey};
use certwright_plugin::keys::{KeyKind, StoredKey, Subject, backup, protect, store, webcrypto};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::CryptoKey;

wasm_bindgen_test_configure!(run_in_browser);

const PASSPHRASE: &str = "a passphrase of some length";

struct Created {
    key: StoredKey,
    csr: Csr,
}

async fn new(kind: KeyKind, mode: KeyMode, name: &str) -> NewKey {
    let names = [CertificateName::parse(name).unwrap()];
    let made = NewKey::make(kind, mode, &names, &Subject::default()).await;
    made.unwrap_or_else(|fault| panic!("{kind:?}: {fault}"))
}

async fn make(kind: KeyKind, mode: KeyMode, name: &str) -> Created {
    let made = new(kind, mode, name).await;
    Created {
        key: made.store(PASSPHRASE).await.unwrap(),
        csr: made.csr().clone(),
    }
}

async fn handle(created: &Created) -> CryptoKey {
    store::handle(&created.key.fingerprint)
        .await
        .expect("the key is in the store")
}

async fn signs_for(handle: &CryptoKey, kind: KeyKind, csr: &Csr) -> bool {
    webcrypto::is_pair(kind, handle, csr.key().spki_der())
        .await
        .unwrap()
}

#[wasm_bindgen_test]
async fn every_kind_of_key_is_made_kept_and_signs() {
    for kind in KeyKind::ALL {
        let created = make(kind, KeyMode::Kept, "kept.example").await;
        let handle = handle(&created).await;
        assert!(!handle.extractable(), "{kind:?} can be read");
        assert!(signs_for(&handle, kind, &created.csr).await);
        assert_eq!(created.key.encrypted, None);
        assert_eq!(created.key.exported_at, None);
        store::forget(&created.key.fingerprint).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_server_key_leaves_once_encrypted_and_stays_as_a_handle() {
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let created = make(kind, KeyMode::Server, "server.example").await;
        let stays = handle(&created).await;
        assert!(!stays.extractable(), "{kind:?} can be read");
        let file = created.key.encrypted.clone().unwrap();
        let plain = protect::open(&file, PASSPHRASE).await.unwrap();
        assert!(protect::open(&file, "another passphrase").await.is_err());
        let taken_out = webcrypto::import_private(kind, &plain).await.unwrap();
        assert!(signs_for(&taken_out, kind, &created.csr).await);
        store::forget(&created.key.fingerprint).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_short_passphrase_stores_nothing() {
    let before = store::all().await.unwrap().len();
    let made = new(KeyKind::P256, KeyMode::Server, "short.example").await;
    for refused in ["short", "a long passphrase \u{1f511}"] {
        assert!(made.store(refused).await.is_err());
    }
    assert_eq!(store::all().await.unwrap().len(), before);
}

#[wasm_bindgen_test]
async fn stored_again_the_file_opens_with_the_latest_passphrase_alone() {
    let made = new(KeyKind::P256, KeyMode::Server, "again.example").await;
    made.store(PASSPHRASE).await.unwrap();
    let other = "quite another passphrase";
    let key = made.store(other).await.unwrap();
    let kept = store::all().await.unwrap();
    let kept = kept.iter().filter(|one| one.fingerprint == key.fingerprint);
    assert_eq!(kept.collect::<Vec<_>>(), [&key]);
    let file = key.encrypted.clone().unwrap();
    assert!(protect::open(&file, other).await.is_ok());
    assert!(protect::open(&file, PASSPHRASE).await.is_err());
    store::forget(&key.fingerprint).await.unwrap();
}

#[wasm_bindgen_test]
async fn another_keys_handle_is_noticed() {
    let one = make(KeyKind::P256, KeyMode::Kept, "one.example").await;
    let other = make(KeyKind::P256, KeyMode::Kept, "other.example").await;
    assert!(!signs_for(&handle(&one).await, KeyKind::P256, &other.csr).await);
    for created in [one, other] {
        store::forget(&created.key.fingerprint).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_key_that_the_browser_cleared_is_missed() {
    let created = make(KeyKind::P256, KeyMode::Kept, "cleared.example").await;
    let print = created.key.fingerprint;
    clear_database().await;
    let found = store::all().await.unwrap();
    let missed = found.iter().find(|key| key.fingerprint == print).unwrap();
    assert!(missed.is_lost);
    store::forget(&print).await.unwrap();
    assert!(
        store::all()
            .await
            .unwrap()
            .iter()
            .all(|key| key.fingerprint != print)
    );
}

#[wasm_bindgen_test]
async fn a_backup_brings_back_what_may_leave() {
    let server = make(KeyKind::P256, KeyMode::Server, "backed-up.example").await;
    let kept = make(KeyKind::P256, KeyMode::Kept, "kept.example").await;
    let text = backup::write(&store::all().await.unwrap()).unwrap();
    for print in [&server.key.fingerprint, &kept.key.fingerprint] {
        store::forget(print).await.unwrap();
    }
    let back = backup::read(&text).unwrap();
    assert_eq!(back, std::slice::from_ref(&server.key));
    for key in &back {
        store::save(key, None).await.unwrap();
    }
    assert_eq!(store::all().await.unwrap(), back);
    assert!(store::handle(&server.key.fingerprint).await.is_none());
    store::forget(&server.key.fingerprint).await.unwrap();
}

/// What a browser does that runs out of space.
async fn clear_database() {
    let request = web_sys::window()
        .unwrap()
        .indexed_db()
        .unwrap()
        .unwrap()
        .delete_database("certwright")
        .unwrap();
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        request.set_onsuccess(Some(&resolve));
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
}
