//! Variables and secrets of the deployment.

use certwright_core::{
    access::AccessSettings, credential::Environment, origin::ExtensionOrigins,
    seal::MasterKeyVersion,
};
use certwright_emsign::hosts::Bases;
use sha2::{Digest, Sha256};
use worker::Env;

use crate::{clock, platform::Settings};

/// How far a development system's clock is ahead.
const CLOCK_AHEAD: &str = "DEVELOPMENT_CLOCK_AHEAD";

/// Reads the settings. What is missing or malformed stops every request with a line in the log
/// that names it: a deployment that is half configured must not half work.
pub(super) fn read(env: &Env) -> worker::Result<Settings> {
    let token = env.secret("ADMIN_TOKEN")?.to_string();
    if token.len() < 32 {
        return Err(malformed("ADMIN_TOKEN", "is at least 32 characters"));
    }
    let license_public_key = optional(env, "LICENSE_PUBLIC_KEY")
        .map(|key| {
            let bytes = data_encoding::BASE64.decode(key.as_bytes()).ok();
            bytes
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| malformed("LICENSE_PUBLIC_KEY", "is 32 bytes of base64"))
        })
        .transpose()?;
    let master_key = MasterKeyVersion::current(optional(env, "MASTER_KEY_CURRENT").as_deref())
        .map_err(|fault| malformed("MASTER_KEY_CURRENT", &fault.to_string()))?;
    let extension_origins = optional(env, "EXTENSION_ORIGINS")
        .map(|text| {
            ExtensionOrigins::parse(&text)
                .map_err(|fault| malformed("EXTENSION_ORIGINS", &fault.to_string()))
        })
        .transpose()?
        .unwrap_or_default();
    let ca = Bases::configured(|name| optional(env, name))
        .map_err(|(name, refused)| malformed(name, &refused.to_string()))?;
    let is_development = ca.of(Environment::Development).is_some();
    let clock_ahead = optional(env, CLOCK_AHEAD);
    let clock_ahead = clock::ahead(clock_ahead.as_deref(), is_development)
        .map_err(|rule| malformed(CLOCK_AHEAD, rule))?;
    let access = AccessSettings::read(
        optional(env, "ACCESS_TEAM_DOMAIN").as_deref(),
        optional(env, "ACCESS_AUD").as_deref(),
        optional(env, "ACCESS_ROLES").as_deref(),
    )
    .map_err(|fault| worker::Error::RustError(format!("{fault}; set it and deploy again")))?;
    Ok(Settings {
        access,
        clock_ahead,
        admin_token_hash: Sha256::digest(token.as_bytes()).into(),
        license_public_key,
        master_key,
        requests_per_minute: number(env, "REQUESTS_PER_MINUTE")?,
        failed_sign_ins_per_minute: number(env, "FAILED_SIGN_INS_PER_MINUTE")?,
        extension_origins,
        shows_costs: is_development,
        ca,
    })
}

/// A whole number that may be absent.
fn number(env: &Env, name: &str) -> worker::Result<Option<u32>> {
    optional(env, name)
        .map(|text| {
            text.parse()
                .map_err(|_| malformed(name, "is a whole number"))
        })
        .transpose()
}

/// A variable that may be absent or empty.
fn optional(env: &Env, name: &str) -> Option<String> {
    let value = env.var(name).ok()?.to_string().trim().to_owned();
    (!value.is_empty()).then_some(value)
}

fn malformed(name: &str, rule: &str) -> worker::Error {
    worker::Error::RustError(format!(
        "the setting {name} {rule}; set it and deploy again"
    ))
}
