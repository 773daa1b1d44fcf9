//! What an endpoint is: a path, the methods that it takes, and what answers each.

use std::cell::OnceCell;
use std::net::IpAddr;
use std::sync::Arc;

use actix_http::{HttpMessage as _, Method, Request, header};
use actix_rt::task::JoinHandle;

use super::answer::Answer;
use crate::app::App;
use crate::clock::Timestamp;
use crate::http::in_force::InForce;
use crate::http::web::PublicUrl;
use crate::oauth::clients::Clients;
use crate::oauth::tokens::Tokens;
use crate::oauth::{BadParameters, Parameters, Result};

/// Makes the answer to a client.
pub type Handler = fn(&Asked<'_>) -> Result<Answer>;

/// Answers a client without a look at the database, where memory has what it needs. It never waits.
pub(in crate::http) type Remembering = fn(&Asked<'_>) -> Option<Known>;

/// What comes of it.
pub(in crate::http) enum Known {
    /// The answer.
    Now(Answer),
    /// The answer to a change that was taken, when it is on the disk. It is a task of its own: what
    /// ends with the change is forgotten also where the client has gone away.
    Later(JoinHandle<Result<Answer>>),
}

/// One endpoint for programs.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Its path; `{client}` at its end stands for one segment.
    pub path: &'static str,
    /// The methods that it takes, and what answers each.
    pub methods: &'static [(Method, Handler)],
    /// Whether programs in a browser may call it from other sites (CORS). No cookie is ever read.
    pub is_open: bool,
    /// What answers before any of the methods' handlers, where memory has the answer.
    pub(super) known: Option<Remembering>,
}

/// An endpoint for programs.
pub(in crate::http) const fn endpoint(
    path: &'static str,
    methods: &'static [(Method, Handler)],
) -> Endpoint {
    Endpoint { path, methods, is_open: true, known: None }
}

impl Endpoint {
    /// The same, for programs on servers alone.
    pub(in crate::http) const fn closed(mut self) -> Self {
        self.is_open = false;
        self
    }

    /// The same, where answers are remembered.
    pub(in crate::http) const fn known(mut self, known: Remembering) -> Self {
        self.known = Some(known);
        self
    }

    /// The part of `path` that stands for the client, if the path is this one's.
    pub(super) fn matched<'p>(&self, path: &'p str) -> Option<&'p str> {
        match self.path.strip_suffix("{client}") {
            None => (path == self.path).then_some(""),
            Some(stem) => {
                path.strip_prefix(stem).filter(|client| !client.is_empty() && !client.contains('/'))
            }
        }
    }

    /// What answers a method.
    pub(super) fn handler(&self, method: &Method) -> Option<Handler> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.methods.iter().find(|(known, _)| known == method).map(|(_, handler)| *handler)
    }

    /// The methods as a header lists them.
    pub(super) fn allowed(&self) -> String {
        let names: Vec<&str> = self.methods.iter().map(|(method, _)| method.as_str()).collect();
        names.join(", ")
    }
}

/// What a handler is given.
pub struct Asked<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) public: &'a PublicUrl,
    pub(super) in_force: InForce,
    pub(super) now: Timestamp,
    /// Where the client is.
    pub(super) address: IpAddr,
    /// What of the request anything depends on.
    pub(super) sent: &'a Sent,
}

/// A request as it was read off the wire.
#[derive(Default)]
pub(super) struct Sent {
    /// The client that the path names.
    pub(super) client: String,
    pub(super) authorization: Option<String>,
    pub(super) media_type: String,
    pub(super) body: zeroize::Zeroizing<Vec<u8>>,
    /// What the body says, once somebody has asked.
    parameters: OnceCell<Result<Parameters, BadParameters>>,
}

impl Sent {
    pub(super) fn read(request: &Request, client: &str) -> Self {
        let one = |name| {
            let mut values = request.headers().get_all(name);
            let first = values.next().and_then(|value| value.to_str().ok());
            // One that stands twice may be read in two ways: the empty text proves nothing.
            if values.next().is_some() { Some("") } else { first }
        };
        let media_type = one(header::CONTENT_TYPE).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        Self {
            client: client.to_owned(),
            authorization: one(header::AUTHORIZATION).map(str::to_owned),
            media_type: media_type.to_owned(),
            body: zeroize::Zeroizing::default(),
            parameters: OnceCell::new(),
        }
    }

    pub(super) fn is_form(&self) -> bool {
        self.media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    pub(super) fn is_json(&self) -> bool {
        self.media_type.eq_ignore_ascii_case("application/json")
    }

    /// What the body says, a flat JSON object or else a form: read once, whoever asks and how often.
    ///
    /// # Errors
    /// As [`Parameters::of_json`] and [`Parameters::of_form`].
    pub(super) fn parameters(&self) -> Result<&Parameters, BadParameters> {
        let read = || {
            if self.is_json() { Parameters::of_json(&self.body) } else { once(&self.body) }
        };
        self.parameters.get_or_init(read).as_ref().map_err(|bad| *bad)
    }

    /// The token in `Authorization: Bearer`.
    pub(super) fn bearer(&self) -> Option<&str> {
        credentials(self.authorization.as_deref()?, "bearer")
    }
}

/// A form of which no parameter stands twice but those that may (RFC 8707 §2).
fn once(form: &[u8]) -> Result<Parameters, BadParameters> {
    let form = Parameters::of_form(form)?;
    form.expect_once(&["resource"])?;
    Ok(form)
}

/// What stands behind a scheme, whatever its case.
pub(super) fn credentials<'a>(authorization: &'a str, scheme: &str) -> Option<&'a str> {
    let (found, rest) = authorization.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

impl<'a> Asked<'a> {
    /// A request as it comes.
    pub(super) fn now(
        (app, public): (&'a Arc<App>, &'a PublicUrl),
        address: IpAddr,
        sent: &'a Sent,
    ) -> Self {
        let (in_force, now) = (InForce::of(app), app.clock.now());
        Self { app, public, in_force, now, address, sent }
    }

    /// The actions on clients.
    pub(super) fn clients(&self) -> Clients<'_> {
        self.in_force.clients(self.app)
    }

    /// The actions on tokens.
    pub(super) fn tokens<'s>(&'s self, settings: &'s crate::config::OAuth) -> Tokens<'s> {
        Tokens {
            store: &self.app.store,
            principals: &self.app.principals,
            registry: &self.in_force.registry,
            settings,
        }
    }
}
