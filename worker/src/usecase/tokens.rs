//! Tokens: made, listed, revoked.

use certwright_api::{
    page::Page,
    tokens::{CreateToken, CreatedToken, TokenView},
};
use certwright_core::{
    ids::{CredentialId, TokenId},
    token::{self, Rights, TokenFault, TokenState, TokenText},
};

use super::credentials;
use crate::{
    caller::{Caller, Within},
    database::Database,
    fault::{Fault, explained},
    paging::{Cursor, Paging},
    platform::Platform,
    random::Fresh,
    storage::{audit, tokens},
};

/// Makes a token. Its text is in the answer and nowhere else.
///
/// # Errors
/// [`Fault::Invalid`] naming the field, also when the token would have more rights than the caller;
/// [`Fault::NotFound`] for an account that does not exist.
pub async fn create<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &CreateToken,
) -> Result<CreatedToken, Fault> {
    let now = platform.now();
    let wanted = Rights {
        role: request.role,
        scope: request.credential_id.clone(),
    };
    let own = caller.rights().ok_or_else(|| fault(TokenFault::Role))?;
    own.include(&wanted).map_err(fault)?;
    let label = token::label(&request.label).map_err(fault)?;
    let expires_at = token::end(request.expires_in_days, now).map_err(fault)?;
    if let Some(account) = &request.credential_id {
        credentials::find(platform, account).await?;
    }
    let text = TokenText::fresh(platform);
    let view = TokenView {
        id: TokenId::fresh(platform),
        label,
        role: wanted.role,
        credential_id: wanted.scope,
        state: TokenState::Active,
        created_by: caller.actor.clone(),
        created_at: now,
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let account = view.credential_id.as_ref().map(CredentialId::as_str);
    let entry = audit::Entry {
        caller,
        action: "token.create",
        subject: view.id.as_str(),
        outcome: "done",
        detail: Some(format!(
            "{}, {} of {} until {expires_at}",
            view.label,
            view.role.name(),
            account.unwrap_or("all accounts"),
        )),
    };
    let statements = vec![
        tokens::insert(&view, &text),
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    Ok(CreatedToken {
        secret: text.expose().to_owned(),
        token: view,
    })
}

fn fault(fault: TokenFault) -> Fault {
    let (field, code) = match fault {
        TokenFault::Label => ("label", "length"),
        TokenFault::Days => ("expiresInDays", "out-of-range"),
        TokenFault::Role => ("role", "more-than-own"),
        TokenFault::Scope => ("credentialId", "more-than-own"),
    };
    Fault::Invalid(vec![explained(field, code, fault)])
}

/// A page of tokens, the newest first. A caller who is bounded to an account sees those that are
/// for it alone.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn list<P: Platform>(
    platform: &P,
    within: &Within,
    paging: &Paging,
) -> Result<Page<TokenView>, Fault> {
    let after = paging.after.clone().unwrap_or_else(Cursor::newest);
    let (database, now) = (platform.database(), platform.now());
    let rows = tokens::page(database, within.account(), &after, paging.limit + 1, now).await?;
    Ok(paging.page(rows, |view| Cursor {
        number: view.created_at.unix(),
        text: view.id.to_string(),
    }))
}

/// Revokes a token, from its next request on. One that is revoked already stays as it is.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn revoke<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &TokenId,
) -> Result<TokenView, Fault> {
    let view = find(platform, id).await?;
    if view.revoked_at.is_some() {
        return Ok(view);
    }
    let entry = audit::Entry {
        caller,
        action: "token.revoke",
        subject: id.as_str(),
        outcome: "done",
        detail: Some(view.label),
    };
    let statements = vec![
        tokens::revoke(id, platform.now()),
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    find(platform, id).await
}

async fn find<P: Platform>(platform: &P, id: &TokenId) -> Result<TokenView, Fault> {
    tokens::by_id(platform.database(), id, platform.now())
        .await?
        .ok_or(Fault::NotFound("token"))
}
