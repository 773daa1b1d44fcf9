//! How far a new instance has come: from nothing to its first verified request.

use super::scene::if_there;
use super::views::first_steps::{FirstRequest, FirstSteps};
use crate::audit::Log;
use crate::clock::{Span, Timestamp};
use crate::error::Result;
use crate::http::in_force::InForce;
use crate::http::web::{Reply, Visit};
use crate::keys::{Filter, Giver, Key, Keys};
use crate::usage::{LastRefusal, Overall, Refused, Uses};

/// What the audit log calls the card that somebody closes: that it says so is how it is known.
const SUBJECT: &str = "first_steps";

/// A key that is older and in use was not made by somebody who still takes the first steps.
const NEW_WITHIN: Span = Span::days(1);

/// How far a new instance has come.
pub(super) struct Beginning {
    workspace: Option<String>,
    has_key: bool,
    product: Option<String>,
    request: Request,
}

enum Request {
    Awaited,
    Refused(LastRefusal),
    Verified { key: String, href: String, at: Timestamp },
}

impl Beginning {
    /// Nothing once somebody has closed the card, and where there is clearly nothing more to do: more
    /// than one secret is in use, or one for longer than a day.
    ///
    /// # Errors
    /// As the store's.
    pub(super) fn of(visit: &Visit<'_>, overall: &Overall<'_>) -> Result<Option<Self>> {
        let in_use = match overall.uses()? {
            Uses::Several => return Ok(None),
            Uses::None => None,
            Uses::OneKey(key, at) => Some((key, at)),
        };
        if (Log { store: &visit.app.store }).tells_of(SUBJECT)? {
            return Ok(None);
        }
        let in_force = InForce::of(visit.app);
        let keys = in_force.keys(visit.app, Giver::Operator);
        let Some((key, at)) = in_use else {
            let first = in_force.registry.products().next().map(|product| product.id.clone());
            return Self::awaiting(visit, &keys, first, overall.last_refusal()?).map(Some);
        };
        let key = if_there(keys.show(key, visit.now))?;
        let new = key.filter(|key| visit.now.minus(NEW_WITHIN) < key.created_at);
        Ok(new.map(|key| Self::verified(key, at)))
    }

    fn awaiting(
        visit: &Visit<'_>,
        keys: &Keys<'_>,
        first_product: Option<String>,
        refused: Option<LastRefusal>,
    ) -> Result<Self> {
        let newest = keys.list(&Filter::default(), 1, visit.now)?.pop();
        let has_key = newest.is_some();
        let (workspace, product) = match newest {
            Some(key) => (Some(key.workspace), Some(key.product)),
            None => (visit.workspaces().search("", (0, 1))?.pop().map(|it| it.slug), first_product),
        };
        let request = refused.map_or(Request::Awaited, Request::Refused);
        Ok(Self { workspace, has_key, product, request })
    }

    fn verified(key: Key, at: Timestamp) -> Self {
        let href = format!("/console/workspaces/{}/keys/{}", key.workspace, key.id);
        Self {
            workspace: Some(key.workspace),
            has_key: true,
            product: Some(key.product),
            request: Request::Verified { key: key.name, href, at },
        }
    }

    pub(super) fn steps<'s>(&'s self, form_token: &'s str) -> FirstSteps<'s> {
        FirstSteps {
            workspace: self.workspace.as_deref(),
            has_key: self.has_key,
            product: self.product.as_deref(),
            request: match &self.request {
                Request::Awaited => FirstRequest::Awaited,
                Request::Refused(LastRefusal { code, at, by: Refused::Known }) => {
                    FirstRequest::Refused { code, at: *at }
                }
                Request::Refused(LastRefusal { code, at, by: Refused::Stranger(from) }) => {
                    FirstRequest::Stranger { code, at: *at, from: from.as_deref() }
                }
                Request::Verified { key, href, at } => {
                    FirstRequest::Verified { key, href, at: *at }
                }
            },
            form_token,
        }
    }
}

/// Closes the card, for every operator and for good.
///
/// # Errors
/// As the store's.
pub fn close(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    let log = Log { store: &visit.app.store };
    log.add(&visit.actor()?, "first_steps.close", SUBJECT)?;
    Ok(Reply::see_other("/console"))
}
