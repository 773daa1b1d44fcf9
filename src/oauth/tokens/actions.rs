//! What a client does with what it holds: codes and refresh tokens become access tokens.

use super::given::Given;
use super::table;
use super::token::{
    ACCESS_PREFIX, AccessToken, CODE_PREFIX, Code as AuthCode, REFRESH_PREFIX, RefreshToken,
};
use crate::accounts::people::{self, Role};
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::config::OAuth;
use crate::oauth::clients::{Client, GrantType, table as clients};
use crate::oauth::grants::{self, Grant, table as grant_table};
use crate::oauth::{Code, Error, Result, change, secret, target};
use crate::principals::Principals;
use crate::registry::Registry;
use crate::secret::SecretDigest;
use crate::store::{Store, Write};

/// The actions on tokens.
pub struct Tokens<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals must be dropped when tokens end.
    pub principals: &'a Principals,
    /// The products, as they are in force.
    pub registry: &'a Registry,
    /// How long everything lives.
    pub settings: &'a OAuth,
}

/// What a client sends with a code.
pub struct Redemption<'a> {
    /// The code.
    pub code: &'a str,
    /// Where it says that the code was sent.
    pub redirect_uri: Option<&'a str>,
    /// What shows that it was the client that asked.
    pub verifier: Option<&'a str>,
    /// The resources that it names.
    pub resources: Vec<&'a str>,
}

/// What a client sends with a refresh token.
pub struct Renewal<'a> {
    /// The token.
    pub token: &'a str,
    /// The scopes that the access token is to have, where not all.
    pub scope: Option<&'a str>,
    /// The resources that it names.
    pub resources: Vec<&'a str>,
}

/// What a transaction leaves to do: an answer, and access tokens to be forgotten before it is given.
struct Outcome {
    answer: Result<Given>,
    forgotten: Vec<SecretDigest>,
}

impl Tokens<'_> {
    /// Redeems a code ([RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3),
    /// [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)).
    ///
    /// A redemption that fails consumes nothing. One that would succeed but for coming again ends
    /// what the code gave: somebody has a code who should not.
    ///
    /// # Errors
    /// `UnauthorizedClient`, `InvalidGrant`, `InvalidRequest`, `InvalidTarget`.
    pub fn redeem(&self, client: &Client, sent: &Redemption<'_>) -> Result<Given> {
        hold_grant_type(client, GrantType::AuthorizationCode)?;
        let digest = secret::digest_of(sent.code, CODE_PREFIX).ok_or_else(Error::grant)?;
        let (code, grant) = self.store.read(|db| {
            let code = table::code(db, &digest)?.ok_or_else(Error::grant)?;
            let grant = grant_table::find(db, code.grant)?.ok_or_else(Error::grant)?;
            Ok::<_, Error>((code, grant))
        })?;
        self.judge_redemption(client, (&code, &grant), sent)?;
        let (client, settings) = (client.clone(), self.settings.clone());
        self.answer(move |tx| redeem(tx, &client, &digest, &settings))
    }

    /// What of a redemption never changes: the code's own row is read again where it is used.
    fn judge_redemption(
        &self,
        client: &Client,
        (code, grant): (&AuthCode, &Grant),
        sent: &Redemption<'_>,
    ) -> Result<()> {
        if grant.client != client.id {
            return Err(Error::grant());
        }
        match (&code.challenge, sent.verifier) {
            (Some(challenge), Some(verifier)) if challenge.is_of(verifier) => {}
            (Some(_), _) => return Err(Error::grant()),
            (None, Some(_)) => {
                return Err(Error::request("code_verifier without a code_challenge before"));
            }
            (None, None) => {}
        }
        // Where there is no challenge, it must be named again that was named before.
        let is_needed = code.is_redirect_sent && code.challenge.is_none();
        let is_same = match sent.redirect_uri {
            Some(uri) => uri == code.redirect_uri,
            None => !is_needed,
        };
        if !is_same {
            return Err(Error::grant());
        }
        self.hold_resources(grant, &sent.resources)
    }

    /// Renews an access token, and the refresh token with it
    /// ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6),
    /// [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    ///
    /// A refresh token is used once. Within `refresh_replay` the client that has used it gets the
    /// same answer again, since it may have lost it; later its coming again ends the grant.
    ///
    /// # Errors
    /// `UnauthorizedClient`, `InvalidGrant`, `InvalidScope`, `InvalidTarget`.
    pub fn refresh(&self, client: &Client, sent: &Renewal<'_>) -> Result<Given> {
        hold_grant_type(client, GrantType::RefreshToken)?;
        let digest = secret::digest_of(sent.token, REFRESH_PREFIX).ok_or_else(Error::grant)?;
        let grant = self.store.read(|db| {
            let token = table::refresh(db, &digest)?.ok_or_else(Error::grant)?;
            grant_table::find(db, token.grant)?.ok_or_else(Error::grant)
        })?;
        if grant.client != client.id {
            return Err(Error::grant());
        }
        self.hold_resources(&grant, &sent.resources)?;
        let scopes = sent.scope.map(target::scopes).transpose()?;
        let scopes = scopes.filter(|names| !names.is_empty()).unwrap_or(grant.scopes.clone());
        if scopes.iter().any(|name| !grant.scopes.contains(name)) {
            return Err(Error::new(Code::InvalidScope, "that is more than was given"));
        }
        let (client, settings) = (client.clone(), self.settings.clone());
        let token = zeroize::Zeroizing::new(sent.token.to_owned());
        self.answer(move |tx| refresh(tx, &client, &token, scopes, &settings))
    }

    /// Gives a client a token for itself
    /// ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)): one that an operator or
    /// an admin has made for a workspace, with no more scopes than they have named.
    ///
    /// # Errors
    /// `UnauthorizedClient`, `InvalidScope`, `InvalidTarget`.
    pub fn serve_itself(
        &self,
        client: &Client,
        (resources, scope): (&[&str], Option<&str>),
    ) -> Result<Given> {
        hold_grant_type(client, GrantType::ClientCredentials)?;
        let workspace = client
            .workspace
            .clone()
            .filter(|_| client.origin.is_vouched() && client.is_confidential());
        let workspace = workspace.ok_or_else(|| {
            Error::new(Code::UnauthorizedClient, "this client acts for no workspace by itself")
        })?;
        let target = target::find(self.registry, client, (resources, scope))?;
        let is_beyond = |name: &String| !client.scopes.is_empty() && !client.scopes.contains(name);
        if target.scopes.iter().any(is_beyond) {
            return Err(Error::new(
                Code::InvalidScope,
                "that is more than the client was made for",
            ));
        }
        let restrictions = crate::keys::restrictions(&target.product, &[]).map_err(|_| {
            Error::new(
                Code::UnauthorizedClient,
                "a token of this API is bound to ids that somebody chooses: ask them for consent",
            )
        })?;
        let (client, settings) = (client.clone(), self.settings.clone());
        let may = (!client.scopes.is_empty()).then(|| client.scopes.clone());
        self.answer(move |tx| {
            let wanted = Grant {
                id: crate::id::GrantId::new(tx.now),
                client: client.id.clone(),
                workspace,
                product: target.product.id.clone(),
                resources: Vec::new(),
                holder: None,
                scopes: may.unwrap_or_else(|| target.scopes.clone()),
                restrictions,
                created_at: tx.now,
                ends_at: tx.now.plus(settings.access_token),
                last_token_at: None,
            };
            serve(tx, &client, wanted, target.scopes, &settings)
        })
    }

    /// Holds that the resources that a client names are the product's for which the grant is: those
    /// that it named before, where it did.
    fn hold_resources(&self, grant: &Grant, resources: &[&str]) -> Result<()> {
        for resource in resources {
            let found = self.registry.product_of_audience(resource);
            let is_its = found.is_some_and(|(product, audience)| {
                let is_named = || grant.resources.iter().any(|name| name == audience.as_str());
                product.id == grant.product && (grant.resources.is_empty() || is_named())
            });
            if !is_its {
                return Err(Error::new(Code::InvalidTarget, "that resource was not given"));
            }
        }
        Ok(())
    }

    /// Carries out a change, and has the access tokens that it ended forgotten before the answer.
    fn answer<F>(&self, carried_out: F) -> Result<Given>
    where
        F: FnOnce(&Write<'_>) -> Result<Outcome> + Send + 'static,
    {
        let outcome = change(self.store, carried_out)?;
        self.principals.forget(&outcome.forgotten);
        outcome.answer
    }
}

fn hold_grant_type(client: &Client, grant_type: GrantType) -> Result<()> {
    if client.may(grant_type) {
        return Ok(());
    }
    let said = "this client was not made for this grant_type";
    Err(Error::new(Code::UnauthorizedClient, said))
}

fn redeem(
    tx: &Write<'_>,
    client: &Client,
    digest: &SecretDigest,
    settings: &OAuth,
) -> Result<Outcome> {
    let code = table::code(tx, digest)?.ok_or_else(Error::grant)?;
    let grant = grant_table::find(tx, code.grant)?.ok_or_else(Error::grant)?;
    if code.redeemed_at.is_some() {
        return end_reused(tx, &grant);
    }
    hold_holder(tx, &grant)?;
    if !table::redeem(tx, &code)? {
        return Err(Error::grant());
    }
    let is_renewable = client.may(GrantType::RefreshToken);
    let life = if is_renewable { settings.refresh_token_max } else { settings.access_token };
    let grant = Grant { ends_at: tx.now.plus(life), ..grant };
    let (scopes, minted) = (grant.scopes.clone(), Minted::new(is_renewable)?);
    issue(tx, &grant, scopes, &minted, settings)
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
    let grant = grant_table::find(tx, token.grant)?.ok_or_else(Error::grant)?;
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
    let minted = Minted::new(true)?;
    let given = minted.given(&grant, scopes.clone(), settings, tx.now);
    let sealed = given.seal(presented, grant.id);
    let kept = sealed.as_deref().filter(|_| !settings.refresh_replay.is_zero());
    if !table::use_refresh(tx, &token, kept)? {
        return Err(Error::grant());
    }
    issue(tx, &grant, scopes, &minted, settings)
}

fn serve(
    tx: &Write<'_>,
    client: &Client,
    wanted: Grant,
    scopes: Vec<String>,
    settings: &OAuth,
) -> Result<Outcome> {
    // As it is now: it may have been removed or changed meanwhile.
    let unknown = || Error::new(Code::InvalidClient, "there is no such client");
    let is_same = |known: &Client| known.workspace.as_ref() == Some(&wanted.workspace);
    clients::find(tx, &client.id)?.filter(is_same).ok_or_else(unknown)?;
    let mut forgotten = Vec::new();
    let known = grant_table::of_service(tx, &client.id, (&wanted.workspace, &wanted.product))?;
    let grant = match known {
        Some(known) if known.ends_at > tx.now && covers(&known, &scopes, &wanted) => {
            Grant { ends_at: wanted.ends_at.max(known.ends_at), ..known }
        }
        known => {
            if let Some(known) = known {
                forgotten = grant_table::end(tx, known.id)?;
            }
            grant_table::insert(tx, &wanted)?;
            wanted
        }
    };
    let mut outcome = issue(tx, &grant, scopes, &Minted::new(false)?, settings)?;
    outcome.forgotten.extend(forgotten);
    Ok(outcome)
}

/// Whether what a service has is what it would be given now.
fn covers(known: &Grant, scopes: &[String], wanted: &Grant) -> bool {
    known.scopes == wanted.scopes
        && known.restrictions == wanted.restrictions
        && scopes.iter().all(|name| known.scopes.contains(name))
}

/// Whoever gave it must still be somebody who may.
fn hold_holder(tx: &Write<'_>, grant: &Grant) -> Result<()> {
    let Some(holder) = grant.holder else { return Ok(()) };
    let role = people::role(tx, holder, &grant.workspace)?;
    if role.is_some_and(|role| role >= Role::Developer) { Ok(()) } else { Err(Error::grant()) }
}

/// Somebody else has what should have been used up: whatever came of it ends, and the workspace sees
/// it in the log.
fn end_reused(tx: &Write<'_>, grant: &Grant) -> Result<Outcome> {
    let forgotten = grants::end(tx, &Actor::Instance, "grant.reuse", grant)?;
    Ok(Outcome { answer: Err(Error::grant()), forgotten })
}

/// Tokens that were made and are not given yet.
struct Minted {
    access: crate::secret::Secret,
    refresh: Option<crate::secret::Secret>,
}

impl Minted {
    fn new(is_renewable: bool) -> Result<Self> {
        let access = secret::mint(ACCESS_PREFIX)?;
        let refresh = is_renewable.then(|| secret::mint(REFRESH_PREFIX)).transpose()?;
        Ok(Self { access, refresh })
    }

    fn given(&self, grant: &Grant, scopes: Vec<String>, settings: &OAuth, now: Timestamp) -> Given {
        let refresh = self.refresh.as_ref().map(crate::secret::Secret::expose);
        let expires_at = now.plus(settings.access_token).min(grant.ends_at);
        Given::new(self.access.expose(), refresh, scopes, expires_at)
    }
}

/// Writes the tokens of a grant down.
fn issue(
    tx: &Write<'_>,
    grant: &Grant,
    scopes: Vec<String>,
    minted: &Minted,
    settings: &OAuth,
) -> Result<Outcome> {
    let given = minted.given(grant, scopes.clone(), settings, tx.now);
    if let Some(refresh) = &minted.refresh {
        let token = RefreshToken {
            digest: refresh.digest(),
            grant: grant.id,
            created_at: tx.now,
            expires_at: tx.now.plus(settings.refresh_token_idle).min(grant.ends_at),
            used: None,
        };
        table::insert_refresh(tx, &token)?;
    }
    let access = AccessToken {
        digest: minted.access.digest(),
        grant: grant.id,
        scopes,
        created_at: tx.now,
        expires_at: tx.now.plus(settings.access_token).min(grant.ends_at),
    };
    let forgotten = table::insert_access(tx, &access)?;
    grant_table::renew(tx, grant)?;
    clients::see(tx, &grant.client)?;
    Ok(Outcome { answer: Ok(given), forgotten })
}
