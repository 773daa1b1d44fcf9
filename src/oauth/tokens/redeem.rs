//! Redeeming a code ([RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3),
//! [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)).

use super::actions::{Minted, Outcome, Tokens, end_reused, hold_holder, issue};
use super::given::Given;
use super::table;
use super::token::{CODE_PREFIX, Code};
use crate::config::OAuth;
use crate::oauth::clients::{Client, GrantType};
use crate::oauth::grants::{Grant, table as grants};
use crate::oauth::{Error, Result, secret};
use crate::secret::SecretDigest;
use crate::store::Write;

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

impl Tokens<'_> {
    /// Redeems a code.
    ///
    /// A redemption that fails consumes nothing. One that would succeed but for coming again ends
    /// what the code gave: somebody has a code who should not.
    ///
    /// # Errors
    /// `UnauthorizedClient`, `InvalidGrant`, `InvalidRequest`, `InvalidTarget`.
    pub fn redeem(&self, client: &Client, sent: &Redemption<'_>) -> Result<Given> {
        self.hold_client(client, GrantType::AuthorizationCode)?;
        let digest = secret::digest_of(sent.code, CODE_PREFIX).ok_or_else(Error::grant)?;
        let (code, grant) = self.store.read(|db| {
            let code = table::code(db, &digest)?.ok_or_else(Error::grant)?;
            let grant = grants::find(db, code.grant)?.ok_or_else(Error::grant)?;
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
        (code, grant): (&Code, &Grant),
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
}

fn redeem(
    tx: &Write<'_>,
    client: &Client,
    digest: &SecretDigest,
    settings: &OAuth,
) -> Result<Outcome> {
    let code = table::code(tx, digest)?.ok_or_else(Error::grant)?;
    let grant = grants::find(tx, code.grant)?.ok_or_else(Error::grant)?;
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
    grants::renew(tx, &grant)?;
    let (scopes, minted) = (grant.scopes.clone(), Minted::new(is_renewable)?);
    issue(tx, &grant, scopes, &minted, settings)
}
