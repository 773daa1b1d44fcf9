//! Renewing tokens ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6),
//! [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).

use zeroize::Zeroizing;

use super::actions::{Minted, Outcome, Tokens, end_reused, end_worn_out, hold_holder, issue};
use super::given::Given;
use super::table;
use super::token::REFRESH_PREFIX;
use crate::config::OAuth;
use crate::oauth::clients::{Client, GrantType};
use crate::oauth::grants::table as grants;
use crate::oauth::{Code, Error, Result, secret, target};
use crate::secret::SecretDigest;
use crate::store::Write;

/// Refresh tokens of one grant. Each is kept as long as the grant, so that any of them that comes
/// again is known; a grant that has worn out so many ends, and whoever gave it is asked again. An app
/// that renews every ten minutes gets there after four months.
const TOKENS_MAX: i64 = 20_000;

/// What a client sends with a refresh token.
pub struct Renewal<'a> {
    /// The token.
    pub token: &'a str,
    /// The scopes that the access token is to have, where not all.
    pub scope: Option<&'a str>,
    /// The resources that it names.
    pub resources: Vec<&'a str>,
}

impl Tokens<'_> {
    /// Renews an access token, and the refresh token with it.
    ///
    /// A refresh token is used once. Within `refresh_replay` the client that has used it gets the
    /// same answer again, since it may have lost it; later its coming again ends the grant.
    ///
    /// # Errors
    /// `UnauthorizedClient`, `InvalidGrant`, `InvalidScope`, `InvalidTarget`.
    pub fn refresh(&self, client: &Client, sent: &Renewal<'_>) -> Result<Given> {
        self.hold_client(client, GrantType::RefreshToken)?;
        let digest = secret::digest_of(sent.token, REFRESH_PREFIX).ok_or_else(Error::grant)?;
        let grant = self.store.read(|db| {
            let token = table::refresh(db, &digest)?.ok_or_else(Error::grant)?;
            grants::find(db, token.grant)?.ok_or_else(Error::grant)
        })?;
        if grant.client != client.id {
            return Err(Error::grant());
        }
        self.hold_resources(&grant, &sent.resources)?;
        let scopes = sent.scope.map(target::scopes).transpose()?;
        let open: Vec<String> = self.open_scopes(&grant).cloned().collect();
        let scopes = scopes.filter(|names| !names.is_empty()).unwrap_or(open.clone());
        if scopes.is_empty() || scopes.iter().any(|name| !open.contains(name)) {
            let said = "that is more than was given, or than applications may still have";
            return Err(Error::new(Code::InvalidScope, said));
        }
        let (client, settings) = (client.clone(), self.settings.clone());
        let token = Zeroizing::new(sent.token.to_owned());
        self.answer(move |tx| refresh(tx, &client, &token, scopes, &settings))
    }
}

fn refresh(
    tx: &Write<'_>,
    client: &Client,
    presented: &str,
    scopes: Vec<String>,
    settings: &OAuth,
) -> Result<Outcome> {
    let digest = SecretDigest::of(presented.as_bytes());
    let token = table::refresh(tx, &digest)?.ok_or_else(Error::grant)?;
    let grant = grants::find(tx, token.grant)?.ok_or_else(Error::grant)?;
    if grant.client != client.id || grant.ends_at <= tx.now {
        return Err(Error::grant());
    }
    hold_holder(tx, &grant)?;
    if let Some((used_at, successor)) = &token.used {
        let is_again = used_at.plus(settings.refresh_replay) > tx.now;
        let given = successor.as_deref().filter(|_| is_again);
        return match given.and_then(|sealed| Given::unseal(sealed, presented, grant.id)) {
            Some(given) => Ok(Outcome { answer: Ok(given), forgotten: Vec::new() }),
            None => end_reused(tx, &grant),
        };
    }
    if table::count_refresh(tx, grant.id)? >= TOKENS_MAX {
        return end_worn_out(tx, &grant);
    }
    let minted = Minted::new(true)?;
    let given = minted.given(&grant, scopes.clone(), settings, tx.now);
    let sealed = given.seal(presented, grant.id);
    let kept = sealed.as_deref().filter(|_| !settings.refresh_replay.is_zero());
    if !table::use_refresh(tx, &token, kept)? {
        return Err(Error::grant());
    }
    issue(tx, &grant, scopes, &minted, settings)
}
