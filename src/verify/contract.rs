//! The contract headers: what each proxy sends to describe a client's request.
//!
//! Each dialect has its own headers; those of another are refused rather than ignored, since they
//! are how a client would make two components see two requests.

use super::headers::is_read_as;
use super::{Headers, Refusal};
use crate::registry::OVERRIDE_HEADERS;

/// How a proxy puts its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// nginx's `auth_request`, and `HAProxy`'s Lua: `X-Original-…`.
    Nginx,
    /// Caddy's and Traefik's forward auth: `X-Forwarded-…`.
    Forwarded,
    /// Envoy's HTTP `ext_authz`: the question is shaped like the request itself.
    Envoy,
}

/// The names of one dialect's contract headers.
pub(super) struct Contract {
    pub(super) uri: Option<&'static str>,
    pub(super) method: Option<&'static str>,
    pub(super) host: &'static str,
    proto: &'static str,
    address: &'static str,
    foreign: &'static [&'static str],
}

const NGINX: Contract = Contract {
    uri: Some("x-original-uri"),
    method: Some("x-original-method"),
    host: "x-original-host",
    proto: "x-original-proto",
    address: "x-real-ip",
    foreign: &["x-forwarded-uri", "x-forwarded-method"],
};

const FORWARDED: Contract = Contract {
    uri: Some("x-forwarded-uri"),
    method: Some("x-forwarded-method"),
    host: "x-forwarded-host",
    proto: "x-forwarded-proto",
    address: "x-forwarded-for",
    foreign: &["x-original-uri", "x-original-method"],
};

const ENVOY: Contract = Contract {
    uri: None,
    method: None,
    host: "host",
    proto: "x-forwarded-proto",
    address: "x-forwarded-for",
    foreign: &["x-original-uri", "x-original-method", "x-forwarded-uri", "x-forwarded-method"],
};

impl Dialect {
    pub(super) fn contract(self) -> &'static Contract {
        match self {
            Self::Nginx => &NGINX,
            Self::Forwarded => &FORWARDED,
            Self::Envoy => &ENVOY,
        }
    }
}

/// The contract's fields as a question brought them, each once; an empty one counts as absent.
#[derive(Default)]
pub(super) struct Brought<'a> {
    pub(super) uri: Option<&'a [u8]>,
    pub(super) method: Option<&'a [u8]>,
    pub(super) host: Option<&'a [u8]>,
    pub(super) proto: Option<&'a [u8]>,
    pub(super) address: Option<&'a [u8]>,
    pub(super) request_id: Option<&'a [u8]>,
}

impl<'a> Brought<'a> {
    /// Reads every line once. Whatever is no field of the contract must not be forbidden either.
    pub(super) fn read(headers: Headers<'a>, contract: &Contract) -> Result<Self, Refusal> {
        let mut brought = Self::default();
        for (name, value) in headers.iter() {
            let Some(field) = brought.field(name, contract) else {
                refuse_forbidden(name, contract)?;
                continue;
            };
            if field.replace(value).is_some() {
                return Err(Refusal::invalid(format!("{name} stands more than once")));
            }
        }
        for field in brought.fields() {
            *field = field.filter(|value| !value.is_empty());
        }
        Ok(brought)
    }

    fn field(&mut self, name: &str, contract: &Contract) -> Option<&mut Option<&'a [u8]>> {
        let Contract { uri, method, host, proto, address, .. } = contract;
        let names =
            [*uri, *method, Some(*host), Some(*proto), Some(*address), Some("x-request-id")];
        let place = names.iter().position(|known| *known == Some(name))?;
        self.fields().into_iter().nth(place)
    }

    /// In the order of the contract's names.
    fn fields(&mut self) -> [&mut Option<&'a [u8]>; 6] {
        let Self { uri, method, host, proto, address, request_id } = self;
        [uri, method, host, proto, address, request_id]
    }
}

fn refuse_forbidden(name: &str, contract: &Contract) -> Result<(), Refusal> {
    // Whatever is forbidden begins so, and most names do not.
    if !name.starts_with('x') {
        return Ok(());
    }
    if is_ours(name) {
        return Err(Refusal::invalid("headers that begin with X-Keystile- are the gate's own"));
    }
    if OVERRIDE_HEADERS.iter().any(|known| is_read_as(name, known)) {
        return Err(Refusal::invalid(format!("{name} would override the method or path")));
    }
    if contract.foreign.contains(&name) {
        return Err(Refusal::invalid(format!("{name} belongs to another proxy's dialect")));
    }
    Ok(())
}

/// Whether a name is `x-keystile-…`, or is read as that by some back end.
fn is_ours(name: &str) -> bool {
    const OURS: &str = "x-keystile-";
    name.get(..OURS.len()).is_some_and(|start| is_read_as(start, OURS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_forbidden_begins_with_an_x() {
        let foreign = [NGINX, FORWARDED, ENVOY].into_iter().flat_map(|it| it.foreign.iter());
        assert!(OVERRIDE_HEADERS.iter().chain(foreign).all(|name| name.starts_with('x')));
    }
}
