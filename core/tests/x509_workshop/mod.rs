//! A place where OpenSSL makes keys, requests and certificates for a test.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "shared by several tests, each of which uses a part; a test fails by panicking"
)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use certwright_core::names::CertificateName;

/// A folder for one test, gone when the test is.
pub struct Workshop(PathBuf);

impl Workshop {
    /// `None`, and a loud line, where there is no OpenSSL.
    pub fn open() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let version = Command::new("openssl").arg("version").output();
        if !version.is_ok_and(|output| output.status.success()) {
            eprintln!("SKIPPED: openssl is not on the PATH, so nothing was checked against it");
            return None;
        }
        let unique = format!(
            "certwright-x509-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(unique);
        std::fs::create_dir_all(&folder).unwrap();
        // A configuration of our own: the machine's may add extensions.
        let config = "[req]\ndistinguished_name=dn\nattributes=attributes\n[dn]\n[attributes]\n";
        std::fs::write(folder.join("plain.cnf"), config).unwrap();
        Some(Self(folder))
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn try_openssl(&self, arguments: &[&str]) -> Output {
        Command::new("openssl")
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs OpenSSL in the folder; it has to succeed.
    pub fn openssl(&self, arguments: &[&str]) {
        let output = self.try_openssl(arguments);
        assert!(
            output.status.success(),
            "openssl {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A request for a new key; `options` go to `openssl req`.
    pub fn request(&self, key: &[&str], options: &[&str]) -> Vec<u8> {
        let mut arguments = vec!["req", "-new", "-config", "plain.cnf", "-nodes"];
        arguments.extend(["-keyout", "key.pem", "-out", "csr.pem", "-utf8"]);
        arguments.extend(key);
        arguments.extend(options);
        self.openssl(&arguments);
        self.read("csr.pem")
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all::<&Path>(&self.0);
    }
}

/// Options for a P-256 key.
pub const P256: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
/// Options for a P-384 key.
pub const P384: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
/// Options for a P-521 key.
pub const P521: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"];
/// Options for an RSA key of 2048 bits.
pub const RSA_2048: &[&str] = &["-newkey", "rsa:2048"];
/// The subject most requests here have.
pub const WWW: &[&str] = &["-subj", "/CN=www.example.com"];

/// A name that is known to be good.
pub fn name(text: &str) -> CertificateName {
    CertificateName::parse(text).unwrap()
}
