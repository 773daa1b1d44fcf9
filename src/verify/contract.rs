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

/// What a contract header says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Uri,
    Method,
    Host,
    Proto,
    Address,
    RequestId,
}

const FIELDS: usize = Field::RequestId as usize + 1;

/// One dialect's contract headers.
pub(super) struct Contract {
    /// The name of each field's header; empty where the dialect has none.
    names: [&'static str; FIELDS],
    foreign: &'static [&'static str],
}

const NGINX: Contract = Contract {
    names: [
        "x-original-uri",
        "x-original-method",
        "x-original-host",
        "x-original-proto",
        "x-real-ip",
        "x-request-id",
    ],
    foreign: &["x-forwarded-uri", "x-forwarded-method"],
};

const FORWARDED: Contract = Contract {
    names: [
        "x-forwarded-uri",
        "x-forwarded-method",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-for",
        "x-request-id",
    ],
    foreign: &["x-original-uri", "x-original-method"],
};

const ENVOY: Contract = Contract {
    names: ["", "", "host", "x-forwarded-proto", "x-forwarded-for", "x-request-id"],
    foreign: &["x-original-uri", "x-original-method", "x-forwarded-uri", "x-forwarded-method"],
};

impl Contract {
    /// The name of a field's header; `None` where the question itself says it.
    pub(super) fn name(&self, field: Field) -> Option<&'static str> {
        Some(self.names[field as usize]).filter(|name| !name.is_empty())
    }
}

impl Dialect {
    pub(super) fn contract(self) -> &'static Contract {
        match self {
            Self::Nginx => &NGINX,
            Self::Forwarded => &FORWARDED,
            Self::Envoy => &ENVOY,
        }
    }
}

/// The contract's fields as a question brought them, each once.
pub(super) struct Brought<'a>([Option<&'a [u8]>; FIELDS]);

impl<'a> Brought<'a> {
    /// Reads every line once. Whatever is no field of the contract must not be forbidden either.
    pub(super) fn read(headers: Headers<'a>, contract: &Contract) -> Result<Self, Refusal> {
        let mut brought = Self([None; FIELDS]);
        for (name, value) in headers.iter() {
            let Some(place) = contract.names.iter().position(|known| *known == name) else {
                refuse_forbidden(name, contract)?;
                continue;
            };
            if brought.0[place].replace(value).is_some() {
                return Err(Refusal::invalid(format!("{name} stands more than once")));
            }
        }
        Ok(brought)
    }

    /// What a field's header says; an empty one counts as absent.
    pub(super) fn get(&self, field: Field) -> Option<&'a [u8]> {
        self.0[field as usize].filter(|value| !value.is_empty())
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
    fn each_field_has_the_header_of_its_own() {
        let fields = [
            (Field::Uri, &["-uri"][..]),
            (Field::Method, &["-method"]),
            (Field::Host, &["host"]),
            (Field::Proto, &["-proto"]),
            (Field::Address, &["-ip", "-for"]),
            (Field::RequestId, &["x-request-id"]),
        ];
        for (field, ends) in fields {
            let mut names = [NGINX, FORWARDED, ENVOY].into_iter().filter_map(|it| it.name(field));
            assert!(names.all(|name| ends.iter().any(|end| name.ends_with(end))), "{field:?}");
        }
    }

    #[test]
    fn whatever_is_forbidden_begins_with_an_x() {
        let foreign = [NGINX, FORWARDED, ENVOY].into_iter().flat_map(|it| it.foreign.iter());
        assert!(OVERRIDE_HEADERS.iter().chain(foreign).all(|name| name.starts_with('x')));
    }
}
