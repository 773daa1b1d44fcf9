//! The headers of a printed configuration: what Keystile's answer says, what of it the back end sees,
//! and what it must not see.

use std::fmt::{Arguments, Write as _};

use super::{Refused, quote};

/// What `X-Keystile-…` says of every caller, beside the product's resources.
const IDENTITY: [&str; 9] =
    ["subject", "key", "client", "owner", "workspace", "product", "plan", "environment", "scopes"];

/// What else an answer holds: the variable's ending, and where nginx finds it.
const ANSWER: [(&str, &str); 11] = [
    ("asked", "upstream_status"),
    ("status", "upstream_http_x_keystile_status"),
    ("code", "upstream_http_x_keystile_code"),
    ("body", "upstream_http_x_keystile_body"),
    ("retry", "upstream_http_retry_after"),
    ("challenge", "upstream_http_www_authenticate"),
    ("policy", "upstream_http_ratelimit_policy"),
    ("rate", "upstream_http_ratelimit"),
    ("limit", "upstream_http_x_ratelimit_limit"),
    ("left", "upstream_http_x_ratelimit_remaining"),
    ("reset", "upstream_http_x_ratelimit_reset"),
];

/// Words from Keystile to nginx and back that are none of the back end's business.
const PRIVATE: [&str; 7] = [
    "x-original-uri",
    "x-original-method",
    "x-original-host",
    "x-original-proto",
    "x-keystile-status",
    "x-keystile-code",
    "x-keystile-body",
];

/// Headers that the configuration writes itself: a credential cannot stand in one of them.
const TAKEN: [&str; 10] = [
    "host",
    "connection",
    "upgrade",
    "content-length",
    "transfer-encoding",
    "x-real-ip",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

/// Resources' names, none of which is a header of Keystile's own.
pub(super) fn resources(names: &[String]) -> Result<Vec<&str>, Refused> {
    names
        .iter()
        .map(|name| match quote::resource(name)? {
            name if IDENTITY.contains(&name) || ["status", "code", "body"].contains(&name) => {
                Err(Refused::new("resource", name, "Keystile has a header of that name"))
            }
            name => Ok(name),
        })
        .collect()
}

/// `auth_request_set`, once for each thing that an answer says.
pub(super) fn answer(resources: &[&str]) -> String {
    let mut lines = Lines::default();
    for name in IDENTITY {
        lines.push(format_args!(
            "auth_request_set $keystile_{name} $upstream_http_x_keystile_{name};"
        ));
    }
    for name in resources {
        lines.push(format_args!(
            "auth_request_set $keystile_ids_{name} $upstream_http_x_keystile_{name};"
        ));
    }
    for (name, source) in ANSWER {
        lines.push(format_args!("auth_request_set $keystile_{name} ${source};"));
    }
    lines.0
}

/// Who asks, for the back end.
pub(super) fn identity(resources: &[&str]) -> String {
    let mut lines = Lines::default();
    for name in IDENTITY {
        let header = title_case(name);
        lines.push(format_args!("proxy_set_header X-Keystile-{header} $keystile_{name};"));
    }
    for name in resources {
        let header = title_case(name);
        lines.push(format_args!("proxy_set_header X-Keystile-{header} $keystile_ids_{name};"));
    }
    lines.0
}

/// What is taken away on the way to the back end: credentials, and words between nginx and Keystile.
pub(super) fn stripped(credentials: &[String]) -> Result<String, Refused> {
    let mut lines = Lines::default();
    let mut seen: Vec<&str> = Vec::new();
    for name in credentials {
        let name = quote::header(name)?;
        if TAKEN.contains(&name) || PRIVATE.contains(&name) || name.starts_with("x-keystile-") {
            return Err(Refused::new("header", name, "the configuration writes it itself"));
        }
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    for name in seen.into_iter().chain(PRIVATE) {
        lines.push(format_args!("proxy_set_header {} \"\";", title_case(name)));
    }
    Ok(lines.0)
}

/// `store_id` and `store-id` are `Store-Id`.
fn title_case(name: &str) -> String {
    let words = name.split(['_', '-']).map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

/// Lines of a server block.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push(&mut self, line: Arguments<'_>) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        write!(self.0, "    {line}").expect("a string takes any text");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_header_is_overwritten_for_every_resource() {
        let lines = identity(&["store_id"]);

        assert!(lines.contains("proxy_set_header X-Keystile-Subject $keystile_subject;"));
        assert!(lines.contains("proxy_set_header X-Keystile-Store-Id $keystile_ids_store_id;"));
        assert_eq!(lines.lines().count(), IDENTITY.len() + 1);
    }

    #[test]
    fn a_credential_is_stripped_once() {
        let names = ["authorization", "x-api-key", "authorization"].map(str::to_owned);
        let lines = stripped(&names).unwrap();

        assert_eq!(lines.matches("proxy_set_header Authorization \"\";").count(), 1);
        assert_eq!(lines.matches("proxy_set_header X-Api-Key \"\";").count(), 1);
    }

    #[test]
    fn a_header_that_is_written_already_is_no_place_for_a_key() {
        for name in ["x-real-ip", "x-original-uri", "x-keystile-subject", "host"] {
            assert!(stripped(&[name.to_owned()]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_resource_cannot_take_the_place_of_an_identity() {
        for name in ["subject", "scopes", "body"] {
            assert!(resources(&[name.to_owned()]).is_err(), "{name}");
        }
    }

    #[test]
    fn names_of_variables_fit_into_nginx_s_hash() {
        // A bucket of 64 bytes holds a pointer, a length and 46 bytes of name.
        let name = format!("keystile_ids_{}", "r".repeat(32));

        assert!(name.len() <= 46);
    }
}
