//! Who is calling: a bearer token, or an assertion of Cloudflare Access.

use certwright_api::tokens::SignIn;
use certwright_core::{
    access::{AccessSettings, Assertion, AssertionFault, Identity},
    permission::Role,
    time::Timestamp,
    token::{self, NAMED, TokenState, TokenText},
};
use http::{HeaderMap, header::AUTHORIZATION};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    access,
    caller::{ADMIN, Caller},
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{
        audit::UNKNOWN,
        tokens::{self, TokenRow},
    },
    usecase::tokens::holds,
};

/// The header in which Access passes its assertion on.
const ASSERTION: &str = "cf-access-jwt-assertion";

/// Longer than any text form of an IPv6 address (RFC 4291 §2.2).
const LONGEST_ADDRESS: usize = 45;

/// Why a caller is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turned {
    /// Neither a token nor an assertion.
    Missing,
    /// A token that is not known.
    Unknown,
    /// A token whose time is over.
    Expired,
    /// A token that was revoked.
    Revoked,
    /// An assertion that is not taken.
    Assertion(AssertionFault),
    /// An assertion that can't be verified, since the team's keys can't be had.
    KeysMissing,
    /// An assertion on a request that another site has made the browser send.
    Elsewhere,
    /// A token whose person has no longer the role that it was made with.
    PersonWithoutRole,
    /// Signed in, but no rule gives a role.
    NoRights,
    /// A role that does not do.
    Role,
    /// A scope that does not do.
    Scope,
}

impl Turned {
    /// Whether somebody has tried to sign in and could not, or has not tried at all.
    pub(super) fn is_failed_sign_in(self) -> bool {
        match self {
            Self::Missing
            | Self::Unknown
            | Self::Expired
            | Self::Revoked
            | Self::Assertion(_)
            | Self::Elsewhere => true,
            Self::KeysMissing
            | Self::PersonWithoutRole
            | Self::NoRights
            | Self::Role
            | Self::Scope => false,
        }
    }
}

impl Turned {
    /// Whether nothing is known of the caller but the address.
    pub(super) fn is_stranger(self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::Unknown
                | Self::Assertion(_)
                | Self::KeysMissing
                | Self::Elsewhere
        )
    }
}

/// Somebody who is signed in.
pub(super) struct SignedIn {
    pub(super) caller: Caller,
    pub(super) role: Role,
    pub(super) sign_in: SignIn,
    pub(super) expires_at: Option<Timestamp>,
}

/// Somebody who is not, as far as they are known.
pub(super) enum Stranger {
    Turned(Turned, Caller),
    Fault(Fault),
}

impl From<Fault> for Stranger {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A caller of whom nothing is known but the address.
pub(super) fn unknown(headers: &HeaderMap, actor: &str) -> Caller {
    Caller {
        address: address(headers),
        ..Caller::named(actor, None)
    }
}

/// Finds out who is calling. With a token as well as an assertion the token counts: it is what the
/// caller chose, the assertion is put on by what stands in between.
pub(super) async fn authenticate<P: Platform>(
    platform: &P,
    headers: &HeaderMap,
) -> Result<SignedIn, Stranger> {
    let caller = unknown(headers, UNKNOWN);
    if let Some(text) = bearer(headers) {
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        if hash.ct_eq(&platform.settings().admin_token_hash).into() {
            return Ok(administrator(caller));
        }
        return match TokenText::parse(text) {
            Some(text) => by_token(platform, &text, caller).await,
            None => Err(Stranger::Turned(Turned::Unknown, caller)),
        };
    }
    let assertion = headers.get(ASSERTION).map(|value| value.to_str());
    if assertion.is_some() && is_from_elsewhere(headers) {
        return Err(Stranger::Turned(Turned::Elsewhere, caller));
    }
    match (&platform.settings().access, assertion) {
        (Some(access), Some(Ok(text))) => by_assertion(platform, access, text, caller).await,
        (Some(_), Some(Err(_))) => {
            let turned = Turned::Assertion(AssertionFault::Malformed);
            Err(Stranger::Turned(turned, caller))
        }
        _ => Err(Stranger::Turned(Turned::Missing, caller)),
    }
}

/// The initial administrator, whose token is a secret of the deployment.
fn administrator(caller: Caller) -> SignedIn {
    SignedIn {
        caller: Caller {
            address: caller.address,
            ..Caller::named(ADMIN, Some(Role::Admin))
        },
        role: Role::Admin,
        sign_in: SignIn::AdminToken,
        expires_at: None,
    }
}

async fn by_token<P: Platform>(
    platform: &P,
    text: &TokenText,
    caller: Caller,
) -> Result<SignedIn, Stranger> {
    let (database, now) = (platform.database(), platform.now());
    let found = tokens::by_text(database, text).await;
    let Some(found) = found.map_err(Fault::from)? else {
        return Err(Stranger::Turned(Turned::Unknown, caller));
    };
    // A label never changes, so this is the same name for as long as the token is there.
    let caller = Caller {
        actor: format!("{} ({})", found.id, found.label),
        person: found.person.clone(),
        group: found.person_group.clone(),
        token: Some((found.id.clone(), found.expires_at())),
        role: Some(found.role),
        scope: found.credential_id.clone(),
        ..caller
    };
    let turned = |turned| {
        // Whoever is not signed in acts with no role.
        let caller = Caller {
            role: None,
            ..caller.clone()
        };
        Stranger::Turned(turned, caller)
    };
    match found.state(holds(platform, &found), now) {
        TokenState::Active => {}
        TokenState::Expired => return Err(turned(Turned::Expired)),
        TokenState::Revoked => return Err(turned(Turned::Revoked)),
        TokenState::Altered => {
            // Of such a row nothing is believed, not even its name.
            let caller = Caller {
                address: caller.address,
                ..Caller::named(UNKNOWN, None)
            };
            return Err(Stranger::Turned(Turned::Unknown, caller));
        }
    }
    if !person_has(platform, &found) {
        return Err(turned(Turned::PersonWithoutRole));
    }
    if token::is_use_noted(found.last_used_at(), now) {
        let note = vec![tokens::note_use(&found.id, now)];
        // Nobody is locked out for a note that can't be written.
        if database.batch(note).await.is_err() {
            platform.log("the use of a token could not be noted");
        }
    }
    Ok(SignedIn {
        caller,
        role: found.role,
        sign_in: SignIn::Token,
        expires_at: Some(found.expires_at()),
    })
}

/// Whether the person behind a token still has what the token may do. Who signs in through Access has
/// it by the rules as they are now; the administrator of `ADMIN_TOKEN` has everything.
fn person_has(platform: &impl Platform, token: &TokenRow) -> bool {
    // Only `ADMIN_TOKEN` makes tokens for others, and the tag says that it has.
    if token.person == ADMIN || token.person.starts_with(NAMED) {
        return true;
    }
    let group = token.person_group.as_deref();
    let identity = Identity::behind_token(&token.person, group, token.expires_at());
    let (Some(access), Some(identity)) = (&platform.settings().access, identity) else {
        return false;
    };
    let rights = access.rules.rights(&identity);
    rights.is_some_and(|rights| rights.include(&token.rights()).is_ok())
}

async fn by_assertion<P: Platform>(
    platform: &P,
    access: &AccessSettings,
    text: &str,
    caller: Caller,
) -> Result<SignedIn, Stranger> {
    let refused = |fault| Stranger::Turned(Turned::Assertion(fault), caller.clone());
    let assertion = Assertion::read(text, access, platform.now()).map_err(refused)?;
    let keys = access::keys(platform, &access.team, assertion.key_id()).await;
    if keys.is_empty() {
        return Err(Stranger::Turned(Turned::KeysMissing, caller));
    }
    let identity = assertion.verify(&keys).map_err(refused)?;
    let caller = Caller {
        address: caller.address,
        group: access.rules.group(&identity).map(str::to_owned),
        ..Caller::named(&identity.actor(), None)
    };
    let Some(rights) = access.rules.rights(&identity) else {
        return Err(Stranger::Turned(Turned::NoRights, caller));
    };
    Ok(SignedIn {
        caller: Caller {
            role: Some(rights.role),
            scope: rights.scope.clone(),
            ..caller
        },
        role: rights.role,
        sign_in: SignIn::Access,
        expires_at: Some(identity.expires_at),
    })
}

/// Whether another site has made the browser send the request. An assertion stands for a cookie,
/// which the browser sends along whoever asks for it (cross-site request forgery); a bearer token is
/// sent by nobody who does not know it.
///
/// Browsers tell in `Sec-Fetch-Site` (W3C Fetch Metadata §2.4), older ones in `Origin` (RFC 6454
/// §7); what sends neither is no browser.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text("host"),
        (None, None) => false,
    }
}

/// The network address of the caller, which the platform sets and no caller can.
pub(super) fn address(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("cf-connecting-ip")?.to_str().ok()?;
    (value.len() <= LONGEST_ADDRESS).then(|| value.to_owned())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
