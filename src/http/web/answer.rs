//! From a request to its answer: each step may turn it away, and none is skipped.

use std::panic::{AssertUnwindSafe, catch_unwind};

use subtle::ConstantTimeEq as _;

use super::call::Call;
use super::door::{self, Shut};
use super::errors;
use super::form::FORM_TOKEN;
use super::public_url::PublicUrl;
use super::reply::Reply;
use super::route::{self, Found, Route, Verb, Who};
use super::visit::{Holder, Visit};
use super::{body::Unread, cookie};
use crate::accounts::setup::Setup;
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::http::console::views::error::Trouble;
use crate::http::ui::assets;

/// Where somebody signs in.
const SIGN_IN: &str = "/console/sign-in";

/// Where the first operator is made.
const SETUP: &str = "/console/setup";

/// Why somebody does not get what they asked for.
enum Stop {
    /// They get something else.
    Other(Reply),
    /// They are told why.
    Trouble(Trouble, &'static str),
    /// An action has failed.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble, "")
    }
}

/// Answers a request.
pub(super) fn answer(
    (app, public): (&App, &PublicUrl),
    routes: &'static [Route],
    call: &Call,
    request_id: &str,
) -> Reply {
    let (now, holder) = (app.clock.now(), None);
    let params = route::Params::new();
    let mut visit = Visit { app, public, now, request_id, call, params, holder };
    // A panic ends the page, and nothing else: what it changed was either committed whole or not.
    let made = catch_unwind(AssertUnwindSafe(|| admitted(&mut visit, routes)));
    let Ok(made) = made else {
        tracing::error!(
            request_id,
            path = visit.call.logged_path(),
            "a page failed by a fault of ours"
        );
        return errors::page(&visit, Trouble::Internal, "");
    };
    let reply = match made {
        Ok(reply) | Err(Stop::Other(reply)) => reply,
        Err(Stop::Trouble(trouble, said)) => errors::page(&visit, trouble, said),
        Err(Stop::Failed(error)) => {
            if error.kind() == ErrorKind::Internal {
                tracing::error!(request_id, %error, path = visit.call.logged_path(), "a page failed");
            }
            visit.error(&error)
        }
    };
    if is_for_app(call) { reply.for_opener() } else { reply }
}

/// Whether somebody is here for an app, which may have opened a window for it: on the app's own pages,
/// and signing in on the way there.
fn is_for_app(call: &Call) -> bool {
    let is_its = |path: &str| path.starts_with("/oauth/");
    let next = || call.query("next").or_else(|| call.form.one("next").ok().map(str::to_owned));
    is_its(&call.path) || call.path == SIGN_IN && next().is_some_and(|next| is_its(&next))
}

fn admitted(visit: &mut Visit<'_>, routes: &'static [Route]) -> Result<Reply, Stop> {
    let call = visit.call;
    // Before anything is judged: the page that turns somebody away has its looks too.
    if call.verb == Some(Verb::Get)
        && let Some(asset) = assets::at(&call.path)
    {
        return Ok(Reply::asset(asset));
    }
    door::judge(call, visit.public).map_err(|shut| turned_away(visit, shut))?;
    let verb = call.verb.ok_or(Trouble::MethodNotAllowed)?;
    hold_set_up(visit, verb)?;
    visit.holder = holder(visit)?;
    let (route, params) = match route::find(routes, verb, &call.path) {
        Found::Here(route, params) => (route, params),
        Found::OtherVerb => return Err(Trouble::MethodNotAllowed.into()),
        Found::Nothing => return Err(Trouble::NotFound.into()),
    };
    visit.params = params;
    judge(visit, route)?;
    if verb == Verb::Post {
        judge_form(visit)?;
    }
    Ok((route.handler)(visit)?)
}

fn turned_away(visit: &Visit<'_>, shut: Shut) -> Stop {
    match shut {
        Shut::OtherName => {
            let target = format!("{}{}", visit.public.as_str(), visit.call.target());
            Stop::Other(Reply::see_other(&target))
        }
        Shut::OtherHost => Trouble::OtherHost.into(),
        Shut::Method => Trouble::MethodNotAllowed.into(),
        Shut::OtherSite => Trouble::Forbidden.into(),
    }
}

/// Until there is anybody, there is the setup alone.
fn hold_set_up(visit: &Visit<'_>, verb: Verb) -> Result<(), Stop> {
    let setup = Setup { store: &visit.app.store, hasher: &visit.app.hasher };
    if visit.call.path == SETUP || !setup.is_needed()? {
        return Ok(());
    }
    Err(match verb {
        Verb::Get => Stop::Other(Reply::see_other(SETUP)),
        Verb::Post => Trouble::NotFound.into(),
    })
}

/// Whoever the session's cookie is.
fn holder(visit: &Visit<'_>) -> Result<Option<Holder>> {
    let Some(token) = cookie::session(&visit.call.cookies, visit.public) else { return Ok(None) };
    let found = visit.sessions().find(&token, visit.now)?;
    let form_token = token.derived("form");
    Ok(found.map(|(session, user)| Holder { user, session, form_token }))
}

/// Whether they may.
fn judge(visit: &Visit<'_>, route: &Route) -> Result<(), Stop> {
    if route.who == Who::Anyone {
        return Ok(());
    }
    let Some(holder) = &visit.holder else {
        return Err(match route.verb {
            Verb::Get => Stop::Other(Reply::see_other(&sign_in_and_come_back(visit))),
            Verb::Post => Trouble::FormExpired.into(),
        });
    };
    match route.who {
        Who::Anyone | Who::SignedIn => Ok(()),
        Who::Operator if holder.user.is_operator => Ok(()),
        Who::Operator => Err(Trouble::NotFound.into()),
        Who::Member(least) => match holder.user.role_in(visit.param("workspace")) {
            None => Err(Trouble::NotFound.into()),
            Some(role) if role < least => Err(Stop::Trouble(
                Trouble::Forbidden,
                "Your role in this workspace does not reach that far: ask one of its owners.",
            )),
            Some(_) => Ok(()),
        },
    }
}

fn sign_in_and_come_back(visit: &Visit<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", &visit.call.target());
    format!("{SIGN_IN}?{}", query.finish())
}

/// Whether the form arrived, and was made for this session.
fn judge_form(visit: &Visit<'_>) -> Result<(), Stop> {
    match visit.call.unread {
        None => {}
        Some(Unread::TooLong) => return Err(Trouble::TooLarge.into()),
        Some(Unread::CutOff) => return Err(Trouble::CutOff.into()),
        Some(Unread::NoForm) => {
            return Err(Stop::Trouble(Trouble::BadRequest, "What was sent is not a form."));
        }
    }
    let Some(holder) = &visit.holder else { return Ok(()) };
    let sent = visit.call.form.one(FORM_TOKEN)?;
    if bool::from(sent.as_bytes().ct_eq(holder.form_token.as_bytes())) {
        Ok(())
    } else {
        Err(Trouble::FormExpired.into())
    }
}
