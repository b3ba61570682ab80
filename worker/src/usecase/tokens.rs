//! Tokens: made, listed, revoked.

use certwright_api::{
    page::Page,
    tokens::{CreateToken, CreatedToken, RevokeTokens, RevokedTokens, TokenView},
};
use certwright_core::{
    binding::Purpose,
    ids::{CredentialId, TokenId},
    token::{self, Rights, TokenFault, TokenText},
};

use super::credentials;
use crate::{
    binding,
    caller::{Caller, Within},
    database::Database,
    fault::{Conflict, Fault},
    paging::{Cursor, Paging},
    platform::{Platform, SealFault},
    random::Fresh,
    storage::{
        audit,
        tokens::{self, Rebound, TokenRow},
    },
};

/// Tokens that are bound anew in one statement.
const REBOUND: u32 = 500;

fn bind(platform: &impl Platform, row: &TokenRow) -> Result<String, SealFault> {
    let fields = row.bound_fields();
    binding::bind(
        platform,
        Purpose::Token,
        &fields.each_ref().map(String::as_str),
    )
}

/// Whether a row is what was stored here, by its tag.
pub fn holds(platform: &impl Platform, row: &TokenRow) -> bool {
    let fields = row.bound_fields();
    let fields = fields.each_ref().map(String::as_str);
    !row.bound.is_empty() && binding::holds(platform, Purpose::Token, &fields, &row.bound)
}

fn view(platform: &impl Platform, row: TokenRow) -> TokenView {
    let is_bound = holds(platform, &row);
    row.view(is_bound, platform.now())
}

/// Makes a token. Its text is in the answer and nowhere else. It ends no later than the caller's own,
/// and is revoked with it.
///
/// # Errors
/// [`Fault::Invalid`] naming the field, also when the token would have more rights than the caller;
/// [`Fault::NotFound`] for an account that does not exist; a conflict when the caller's own token was
/// revoked in this moment.
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
    let end = token::end(request.expires_in_days, now, caller.maker());
    let (expires_at, ends) = end.map_err(fault)?;
    if let Some(account) = &request.credential_id {
        credentials::find(platform, account).await?;
    }
    let person = match &request.person {
        None => caller.person.clone(),
        Some(name) if caller.is_admin_token() => token::person(name).map_err(fault)?,
        Some(_) => return Err(fault(TokenFault::PersonNamed)),
    };
    let text = TokenText::fresh(platform);
    let mut row = TokenRow {
        id: TokenId::fresh(platform),
        label,
        role: wanted.role,
        credential_id: wanted.scope,
        created_by: caller.actor.clone(),
        created_at: now.unix(),
        expires_at: expires_at.unix(),
        ends,
        last_used_at: None,
        revoked_at: None,
        revoked_with: None,
        hash: text.hash(),
        person,
        person_group: caller.group.clone(),
        parent_id: caller.token.as_ref().map(|(id, _)| id.clone()),
        bound: String::new(),
    };
    row.bound = bind(platform, &row)?;
    let account = row.credential_id.as_ref().map(CredentialId::as_str);
    let entry = audit::Entry {
        caller,
        action: "token.create",
        subject: row.id.as_str(),
        outcome: "done",
        detail: Some(format!(
            "{}, {} of {} until {expires_at}, for {}",
            row.label,
            row.role.name(),
            account.unwrap_or("all accounts"),
            row.person,
        )),
    };
    let statements = vec![
        tokens::insert(&row),
        audit::insert_if_token(platform, &entry),
    ];
    let changed = platform.database().batch(statements).await?;
    if changed.first().is_none_or(|rows| *rows == 0) {
        return Err(own_token_ended());
    }
    Ok(CreatedToken {
        secret: text.expose().to_owned(),
        token: row.view(true, now),
    })
}

fn own_token_ended() -> Fault {
    Fault::Conflict(Conflict {
        code: "own-token-ended",
        field: None,
        detail: "The token that you are signed in with was revoked or has expired.".to_owned(),
        remedy: Some("Sign in with another token.".to_owned()),
    })
}

fn fault(fault: TokenFault) -> Fault {
    let (field, code) = match fault {
        TokenFault::Label(fault) => ("label", fault.code()),
        TokenFault::Days => ("expiresInDays", "out-of-range"),
        TokenFault::Person => ("person", "length"),
        TokenFault::PersonNamed => ("person", "not-allowed"),
        TokenFault::Role => ("role", "more-than-own"),
        TokenFault::Scope => ("credentialId", "more-than-own"),
    };
    Fault::invalid(field, code, fault)
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
    let database = platform.database();
    let rows = tokens::page(database, within.account(), &after, paging.limit + 1).await?;
    let views = rows.into_iter().map(|row| view(platform, row)).collect();
    Ok(paging.page(views, |view: &TokenView| Cursor {
        number: view.created_at.unix(),
        text: view.id.to_string(),
    }))
}

/// Revokes a token and all that were made with it, from their next request on. One that is revoked
/// already stays as it is.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn revoke<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &TokenId,
) -> Result<TokenView, Fault> {
    let row = find(platform, id).await?;
    if row.revoked_at.is_some() {
        return Ok(view(platform, row));
    }
    let entry = audit::Entry {
        caller,
        action: "token.revoke",
        subject: id.as_str(),
        outcome: "done",
        detail: Some(row.label),
    };
    let statements = vec![
        tokens::revoke(id, platform.now()),
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    Ok(view(platform, find(platform, id).await?))
}

/// Revokes all tokens of a person, whoever made them and however far down.
///
/// # Errors
/// [`Fault::NotFound`] when the person has none that is valid.
pub async fn revoke_all<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &RevokeTokens,
) -> Result<RevokedTokens, Fault> {
    let person = request.person.trim();
    let revoke = tokens::revoke_all(person, platform.now());
    let changed = platform.database().batch(vec![revoke]).await?;
    let revoked = changed.first().copied().unwrap_or(0);
    if revoked == 0 {
        return Err(Fault::NotFound("person with valid tokens"));
    }
    let entry = audit::Entry {
        caller,
        action: "token.revoke",
        subject: person,
        outcome: "done",
        detail: Some(format!("all {revoked} tokens of this person")),
    };
    let statements = vec![audit::insert(platform, &entry)];
    platform.database().batch(statements).await?;
    Ok(RevokedTokens { revoked })
}

/// Binds all valid tokens to the current master key; how many. One whose tag does not hold stays as it
/// is: nothing makes it valid.
///
/// # Errors
/// [`Fault::Seal`] when the current master key is missing or malformed.
pub async fn rebind<P: Platform>(platform: &P) -> Result<u32, Fault> {
    let (current, now) = (platform.settings().master_key, platform.now());
    let (mut after, mut rebound) = (String::new(), 0);
    loop {
        let database = platform.database();
        let rows = tokens::bound_otherwise(database, current, &after, REBOUND, now).await?;
        let is_last = rows.len() < REBOUND as usize;
        if let Some(last) = rows.last() {
            after = last.id.to_string();
        }
        let mut tags = Vec::new();
        for row in rows.into_iter().filter(|row| holds(platform, row)) {
            tags.push(Rebound {
                after: bind(platform, &row)?,
                id: row.id,
                before: row.bound,
            });
        }
        if !tags.is_empty() {
            database.batch(vec![tokens::rebind(&tags)?]).await?;
            rebound += u32::try_from(tags.len()).unwrap_or(u32::MAX);
        }
        if is_last {
            return Ok(rebound);
        }
    }
}

async fn find<P: Platform>(platform: &P, id: &TokenId) -> Result<TokenRow, Fault> {
    let found = tokens::by_id(platform.database(), id).await?;
    found.ok_or(Fault::NotFound("token"))
}
