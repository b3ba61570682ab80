//! Key files and PKCS#12 files, judged by OpenSSL, and by Java's keytool where there is one.

#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use certwright_plugin::keys::export::{self, Encrypted, ExportFault, KeyFile, Pbes2};
use certwright_plugin::keys::pkcs12::{self, Contents, MacKey};
use p256::pkcs8::EncodePrivateKey;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Parameters;

const PASSPHRASES: [&str; 3] = [
    "a long passphrase",
    "Schlüssel für Köln",
    "日本語の鍵を守る長い合言葉",
];

/// Encrypts as WebCrypto does in the browser.
fn encrypted(plain: &[u8], passphrase: &str, rounds: u32) -> Encrypted {
    let (salt, iv) = ([7; 16], [9; 16]);
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(rounds, &salt, iv).unwrap();
    Encrypted {
        pbes2: Pbes2::new(rounds, salt, iv),
        ciphertext: EncryptionScheme::from(parameters)
            .encrypt(passphrase, plain)
            .unwrap(),
    }
}

fn key() -> Vec<u8> {
    let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    secret.to_pkcs8_der().unwrap().as_bytes().to_vec()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("certwright-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the program says, and whether it was content.
fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program)
        .args(arguments)
        // Where the bytes of an argument are text.
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("this test needs the openssl program");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// A certificate for the key, signed by itself.
fn certificate(folder: &Folder) -> String {
    let file = folder.write("plain.der", &key());
    let made = run(
        "openssl",
        &[
            "req",
            "-x509",
            "-key",
            &file,
            "-keyform",
            "DER",
            "-subj",
            "/CN=a.example",
            "-days",
            "9",
        ],
    );
    assert!(made.0, "{}", made.1);
    made.1
}

#[test]
fn openssl_opens_key_files_and_only_with_the_passphrase() {
    let folder = Folder::new("pkcs8");
    for (passphrase, rounds) in PASSPHRASES.iter().zip([export::ROUNDS, 1000, 1000]) {
        let pem = encrypted(&key(), passphrase, rounds).key_file().unwrap();
        let file = folder.write("key.pem", pem.as_bytes());
        let open = |passphrase: &str| {
            let pass = format!("pass:{passphrase}");
            run(
                "openssl",
                &["pkey", "-in", &file, "-passin", &pass, "-pubout"],
            )
        };
        let (is_good, text) = open(passphrase);
        assert!(is_good, "{passphrase}: {text}");
        assert!(!open("another passphrase").0);
        let (_, shape) = run("openssl", &["asn1parse", "-in", &file]);
        assert!(
            shape.contains("hmacWithSHA256") && shape.contains("aes-256-cbc"),
            "{shape}"
        );
    }
}

#[test]
fn openssl_opens_pkcs12_and_its_mac_is_no_cheaper_than_its_encryption() {
    let folder = Folder::new("pkcs12");
    let leaf = certificate(&folder);
    for (passphrase, rounds) in PASSPHRASES.into_iter().zip([pkcs12::ROUNDS, 1000, 1000]) {
        let contents = Contents::read(&leaf, "a.example").unwrap();
        let certificates = encrypted(&contents.certificates(), passphrase, rounds);
        let key = encrypted(&key(), passphrase, rounds);
        let safe = contents.authenticated_safe(&certificates, &key).unwrap();
        let mut derivation = MacKey::begin(passphrase, &[5; 16]);
        let mac = loop {
            if let Some(key) = derivation.step(10_007) {
                break key;
            }
        };
        let file = folder.write("key.p12", &pkcs12::file(&safe, &mac, &[5; 16]));
        let pass = format!("pass:{passphrase}");
        let (is_good, text) = run(
            "openssl",
            &["pkcs12", "-in", &file, "-passin", &pass, "-nodes", "-info"],
        );
        assert!(is_good, "{passphrase}: {text}");
        let told = |line: &str| {
            let line = text.lines().find(|one| one.starts_with(line)).unwrap();
            let number = line.split("Iteration ").nth(1).unwrap();
            number.split(',').next().unwrap().parse::<u32>().unwrap()
        };
        assert!(told("MAC:") >= told("Shrouded Keybag:"), "{text}");
        assert!(told("MAC:") >= told("PKCS7 Encrypted data:"), "{text}");
        assert!(text.contains("friendlyName: a.example"), "{text}");
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 1);
        assert!(text.contains("BEGIN PRIVATE KEY"));
        if passphrase.is_ascii() && has("keytool") {
            let (is_good, text) = run(
                "keytool",
                &["-list", "-v", "-keystore", &file, "-storepass", passphrase],
            );
            assert!(is_good && text.contains("PrivateKeyEntry"), "{text}");
        }
    }
}

fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder: PathBuf| Path::new(&folder).join(program).is_file())
}

#[test]
fn key_files_of_openssl_are_read() {
    let folder = Folder::new("foreign");
    let file = folder.write("plain.der", &key());
    let from = ["pkcs8", "-topk8", "-inform", "DER", "-in", file.as_str()];
    let made = |more: &[&str]| run("openssl", &[&from, more].concat()).1;
    let plain = KeyFile::read(&made(&["-nocrypt"])).unwrap();
    assert!(matches!(plain, KeyFile::Plain(der) if *der == key()));
    let pass = ["-passout", "pass:a long passphrase"];
    for (options, is_for_webcrypto) in [
        (&["-v2", "aes-256-cbc"][..], true),
        (&["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"], true),
        (&["-v2", "aes-192-cbc"], false),
        (&["-scrypt"], false),
    ] {
        let text = made(&[&pass, options].concat());
        let KeyFile::Encrypted(read) = KeyFile::read(&text).unwrap() else {
            unreachable!("{options:?}");
        };
        assert_eq!(read.pbes2().is_some(), is_for_webcrypto, "{options:?}");
        assert_eq!(*read.decrypt("a long passphrase").unwrap(), key());
        let wrong = read.decrypt("another passphrase");
        assert_eq!(wrong.unwrap_err(), ExportFault::PassphraseWrong);
    }
    let old = made(&[&pass, &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"][..]].concat());
    let KeyFile::Encrypted(old) = KeyFile::read(&old).unwrap() else {
        unreachable!("an encrypted key");
    };
    assert_eq!(old.pbes2().unwrap().hash, "SHA-1");
}
