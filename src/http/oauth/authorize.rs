//! `/oauth/authorize`: an app sends somebody here to ask them for something
//! ([RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)). What it asks for is judged
//! and kept, and they are sent on to the page that shows it.

use actix_http::StatusCode;

use crate::error::{Error as Fault, Result};
use crate::http::console::views::consent::{self, RefusedView};
use crate::http::in_force::InForce;
use crate::http::web::{Reply, Visit};
use crate::oauth::clients::{Client, ClientId};
use crate::oauth::requests::{Asker, Requests};
use crate::oauth::{Attempt, Code, Error, Parameters, RedirectUri};

/// Requests from one place in a minute: each is kept.
const REQUESTS_PER_MINUTE: u32 = 120;

/// Judges what an app asks for.
///
/// # Errors
/// What is wrong with a request whose answer may go nowhere: whoever sits before the browser sees it.
pub fn begin(visit: &Visit<'_>) -> Result<Reply> {
    let limit = (REQUESTS_PER_MINUTE, visit.now);
    let attempts = &visit.app.attempts;
    attempts.count(Attempt::Request, visit.address(), limit).map_err(for_people)?;
    let in_force = InForce::of(visit.app);
    let parameters = Parameters::of_form(visit.raw_query().as_bytes());
    let parameters = parameters.map_err(|error| Fault::invalid(error.to_string()))?;
    let client = client(visit, &parameters)?;
    let asker = Asker::find(client, &parameters).map_err(for_people)?;
    match asker.judge(&parameters, &in_force.registry) {
        Ok(request) => {
            let place = visit.visitor().place().to_string();
            let token = requests(visit).keep(request, &place)?;
            Ok(Reply::see_other(&format!("/oauth/consent/{}", token.expose())))
        }
        Err(error) if error.fault().is_some() => Err(for_people(error)),
        Err(error) => {
            let state = parameters.one("state").ok().flatten();
            Ok(refused(visit, &asker, state, &error))
        }
    }
}

fn client(visit: &Visit<'_>, parameters: &Parameters) -> Result<Client> {
    let unknown = || Fault::invalid("client_id is missing, or no client's");
    let id = parameters.one("client_id").map_err(|error| Fault::invalid(error.to_string()))?;
    let id = id.and_then(|id| id.parse::<ClientId>().ok()).ok_or_else(unknown)?;
    if id.document().is_some() {
        return described(visit, &id);
    }
    InForce::of(visit.app).clients(visit.app).find(&id)?.ok_or_else(unknown)
}

/// A client that is known by the document at its id. What that says is kept with the other clients, so
/// that what it gets can be shown and ended.
fn described(visit: &Visit<'_>, id: &ClientId) -> Result<Client> {
    let (app, settings) = (visit.app, &visit.app.live.get().oauth);
    let in_force = InForce::of(app);
    let clients = in_force.clients(app);
    let said = if let Some(said) = app.documents.known(id, settings, visit.now) {
        if let Some(client) = clients.find(id)? {
            return Ok(client);
        }
        said
    } else {
        let limit = (settings.registrations_per_minute, visit.now);
        let (attempt, address) = (Attempt::Registration, visit.address());
        app.attempts.count(attempt, address, limit).map_err(for_people)?;
        app.documents.fetch(id, settings, visit.now).map_err(for_people)?
    };
    clients.put_document(id, said, visit.address().to_string()).map_err(for_people)
}

/// A refusal goes to the app by itself where somebody answers for the app. Anybody can register an
/// app, and an address with it: nobody is sent there without having seen where it leads
/// ([RFC 9700 §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2)).
fn refused(visit: &Visit<'_>, asker: &Asker, state: Option<&str>, error: &Error) -> Reply {
    let target = answer(visit, &asker.redirect_uri, (error.code(), error.description()), state);
    if asker.client.origin.is_vouched() {
        return Reply::see_other(&target);
    }
    let view = RefusedView {
        app: &asker.client.name,
        said: error.description(),
        place: asker.redirect_uri.place(),
        target: &target,
    };
    visit.page(consent::REFUSED, consent::refused(&view)).status(StatusCode::BAD_REQUEST)
}

/// Where an error is sent: with the state as it came, and with the issuer, so that no other server's
/// answer passes for ours ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).
pub(super) fn answer(
    visit: &Visit<'_>,
    redirect_uri: &RedirectUri,
    (code, description): (Code, &str),
    state: Option<&str>,
) -> String {
    let error = [("error", code.as_str()), ("error_description", description)];
    let state = state.map(|state| ("state", state));
    redirect_uri.with(error.into_iter().chain(state).chain([("iss", visit.public.as_str())]))
}

pub(super) fn requests<'a>(visit: &'a Visit<'_>) -> Requests<'a> {
    Requests { store: &visit.app.store, principals: &visit.app.principals }
}

/// An error of the protocol as a page says it.
fn for_people(error: Error) -> Fault {
    match error.refusal_or_fault() {
        Err(fault) => fault,
        Ok(refusal) if refusal.code() == Code::SlowDown => Fault::too_many(refusal.description()),
        Ok(refusal) => Fault::invalid(refusal.description()),
    }
}
