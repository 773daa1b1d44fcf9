//! How a key's access ends and is renewed: rotate, revoke, restore.

use serde_json::json;

use super::actions::{Keys, Minted, mint, record, reread};
use super::key::{Key, State};
use super::room::Room;
use super::table;
use crate::audit::Actor;
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::registry::Product;
use crate::store::Write;

/// How long an old secret stays good when a rotation does not say.
pub const OVERLAP_DEFAULT: Span = Span::days(1);

/// The longest overlap: a rotation is meant to end.
pub const OVERLAP_MAX: Span = Span::days(90);

/// Characters of a reason that people give.
const REASON_CHARACTERS_MAX: usize = 500;

/// A key with a new secret beside its old one.
pub struct Rotated {
    /// The key and its new secret.
    pub minted: Minted,
    /// When the old secret ends.
    pub previous_expires_at: Timestamp,
}

impl Keys<'_> {
    /// Gives a key a second secret; the first stays good for `overlap`, and ends at once where
    /// that is zero.
    ///
    /// # Errors
    /// `Conflict` while an older secret lives (unless `overlap` is zero), and for a key that is
    /// revoked, expired or damaged; `Invalid` for an overlap over 90 days, and for a member's key with
    /// a scope that only operators give; `NotFound`.
    pub fn rotate(
        &self,
        actor: &Actor,
        id: KeyId,
        overlap: Span,
        now: Timestamp,
    ) -> Result<Rotated> {
        if overlap > OVERLAP_MAX {
            return Err(Error::invalid("the overlap is 90d at most"));
        }
        let known = self.known(id, now)?;
        let (product, key_type) = self.key_type(&known.product, &known.key_type)?;
        let (bounds, secret) = (self.giver.within(product), mint(key_type)?);
        let actor = actor.clone();
        self.change(id, move |tx, row, key| {
            bounds.check_renewal(&key)?;
            check_rotatable(&key, overlap)?;
            let previous_expires_at = tx.now.plus(overlap);
            end_secrets(tx, &key, previous_expires_at)?;
            table::insert_secret(tx, id, &secret)?;
            let detail =
                json!({ "last4": secret.last4(), "previous_expires_at": previous_expires_at });
            record(tx, &actor, "key.rotate", &row, detail)?;
            let minted = Minted { key: reread(tx, id)?, secret };
            Ok(Rotated { minted, previous_expires_at })
        })
    }

    /// Ends a rotation: the old secret ends now, and the key stays with its newest.
    ///
    /// # Errors
    /// `Conflict` when no old secret lives; `NotFound`.
    pub fn finish_rotation(&self, actor: &Actor, id: KeyId) -> Result<Key> {
        let actor = actor.clone();
        self.change(id, move |tx, row, key| {
            let ending = key.ending_secret().ok_or_else(|| {
                Error::conflict(format!(
                    "{id} has one secret alone: there is no rotation to finish"
                ))
            })?;
            table::end_secret(tx, id, &ending.digest, tx.now)?;
            let detail = json!({ "ended_last4": ending.last4 });
            record(tx, &actor, "key.rotate.finish", &row, detail)?;
            reread(tx, id)
        })
    }

    /// Revokes a key at once, whatever state its rows are in. Revoking a revoked key changes nothing
    /// and is no error.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn revoke(&self, actor: &Actor, id: KeyId, reason: Option<&str>) -> Result<Key> {
        let reason = checked_reason(reason)?;
        let actor = actor.clone();
        self.change_as_it_is(id, move |tx, mut row, soundness, key| {
            if key.state == State::Revoked {
                return Ok(key);
            }
            table::revoke(tx, &mut row, soundness, (&actor.to_string(), reason.as_deref()))?;
            record(tx, &actor, "key.revoke", &row, json!({ "reason": reason }))?;
            reread(tx, id)
        })
    }

    /// Undoes a revocation while the product allows it; the newest secret alone lives again.
    ///
    /// # Errors
    /// `Conflict` for a key that is not revoked, or was too long ago, and where its plan has no
    /// room for it; `Invalid` when its product or key type is gone, and as a rotation; `NotFound`.
    pub fn restore(
        &self,
        actor: &Actor,
        id: KeyId,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<Key> {
        let reason = checked_reason(reason)?;
        let known = self.known(id, now)?;
        let (product, _) = self.key_type(&known.product, &known.key_type)?;
        let (undo, room) = (undo(product), Room::of(product, self.plans));
        let bounds = self.giver.within(product);
        let actor = actor.clone();
        self.change(id, move |tx, mut row, key| {
            let Some(revoked_at) = row.revoked_at else {
                return Err(Error::conflict(format!("{id} is not revoked")));
            };
            bounds.check_renewal(&key)?;
            check_undo(&key, revoked_at, undo, tx.now)?;
            if let Some(ending) = key.ending_secret() {
                table::end_secret(tx, id, &ending.digest, tx.now)?;
            }
            room.check(tx, &row)?;
            (row.revoked_at, row.revoked_by, row.revoked_reason) = (None, None, None);
            table::update(tx, &row)?;
            record(tx, &actor, "key.restore", &row, json!({ "reason": reason }))?;
            reread(tx, id)
        })
    }
}

fn check_rotatable(key: &Key, overlap: Span) -> Result<()> {
    let id = key.id;
    match key.state {
        State::Active => {}
        State::Revoked => return Err(Error::conflict(format!("{id} is revoked"))),
        State::Expired => {
            return Err(Error::conflict(format!(
                "{id} has expired: `keystile key update {id} --expires 90d` first"
            )));
        }
        State::Damaged => return Err(Error::conflict(format!("{id} is damaged"))),
    }
    let end = key.ending_secret().and_then(|ending| ending.ends_at);
    match end {
        Some(end) if !overlap.is_zero() => Err(Error::conflict(format!(
            "an older secret of {id} is good until {end}: `keystile key rotate {id} --finish` ends \
             it now, `--overlap 0` ends all earlier ones"
        ))),
        _ => Ok(()),
    }
}

/// Lets every secret that would live longer end at `ends_at`.
fn end_secrets(tx: &Write<'_>, key: &Key, ends_at: Timestamp) -> Result<()> {
    let lives_longer = |end: Option<Timestamp>| end.is_none_or(|end| end > ends_at);
    for secret in key.secrets.iter().filter(|secret| lives_longer(secret.ends_at)) {
        table::end_secret(tx, key.id, &secret.digest, ends_at)?;
    }
    Ok(())
}

/// How long a product lets a revocation be undone, and its id for messages.
fn undo(product: &Product) -> (Span, String) {
    (product.undo, product.id.clone())
}

fn check_undo(
    key: &Key,
    revoked_at: Timestamp,
    (undo, product): (Span, String),
    now: Timestamp,
) -> Result<()> {
    let id = key.id;
    if undo.is_zero() {
        return Err(Error::conflict(format!("{product} lets no revocation be undone")));
    }
    if revoked_at.plus(undo) <= now {
        return Err(Error::conflict(format!(
            "{id} was revoked at {revoked_at}; {product} lets that be undone for {undo} only"
        )));
    }
    Ok(())
}

fn checked_reason(reason: Option<&str>) -> Result<Option<String>> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(None);
    };
    let is_good =
        reason.chars().count() <= REASON_CHARACTERS_MAX && !reason.chars().any(char::is_control);
    is_good.then(|| Some(reason.to_owned())).ok_or_else(|| {
        Error::invalid("the reason must have at most 500 characters, and no control characters")
    })
}
