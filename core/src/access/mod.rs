//! Sign-in through Cloudflare Access: an assertion that Access has put on the request is verified,
//! and mapped to rights here.
//!
//! An assertion is a JWT (RFC 7519) signed with RS256 (RFC 7518 §3.3); its keys are at
//! `<team domain>/cdn-cgi/access/certs`
//! (<https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/>).
//! Pure: keys and the time come in as arguments.

mod assertion;
mod keys;
mod rules;
mod settings;
#[cfg(test)]
mod tests;

pub use self::{
    assertion::{Assertion, AssertionFault, Identity, MAX_ASSERTION, Who},
    keys::{KEYS_KEPT, KeyPicture, KeysFault, MAX_KEY_SET},
    rules::{RuleFault, Rules},
    settings::{AccessSettings, AccessSettingsFault, TeamDomain},
};
