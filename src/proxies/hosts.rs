//! Which requests of an address are a product's.
//!
//! Several products may share an address. nginx gives a request with an unknown host to whichever file
//! was included first, so a product that has hosts turns the others away itself. One that has none takes
//! all that is left: it is the address's default, and nginx refuses to load a second one.

use super::{Refused, Site, quote};

/// What nginx's hash tables hold by default, in buckets of 64 bytes. A longer host is written as a
/// pattern, which is in no table: the tables' sizes may be set but once in all of nginx's files.
const HASHED_BYTES_MAX: usize = 40;

/// Seconds after which a client may ask again for a host that is not served: somebody may mend it.
const RETRY_SECONDS: u32 = 60;

/// A product's hosts, and the address that it shares with others.
pub(super) struct Hosts<'s> {
    listen: &'s str,
    names: Vec<&'s str>,
}

impl<'s> Hosts<'s> {
    /// # Errors
    /// [`Refused`] for an address or a host that nginx would read as something else.
    pub(super) fn of(site: &'s Site) -> Result<Self, Refused> {
        let listen = quote::address("address", &site.listen)?;
        let mut names: Vec<&str> = Vec::new();
        for host in &site.hosts {
            let host = quote::host(host)?;
            if !names.contains(&host) {
                names.push(host);
            }
        }
        Ok(Self { listen, names })
    }

    /// The `listen` directive's value.
    pub(super) fn listen(&self) -> String {
        let Self { listen, names } = self;
        if names.is_empty() { format!("{listen} default_server") } else { (*listen).to_owned() }
    }

    /// The `server_name` directive's value.
    pub(super) fn server_names(&self) -> String {
        if self.names.is_empty() {
            return "_".to_owned();
        }
        self.names.iter().map(|name| word(name)).collect::<Vec<_>>().join(" ")
    }

    /// The comment above `listen`.
    pub(super) fn note(&self) -> &'static str {
        if self.names.is_empty() {
            "    # This product names no hosts, so it answers to all that no other server here claims. Two such
    # products on one address cannot be told apart, and nginx refuses the second: give them `hosts`, or
    # another --listen."
        } else {
            ""
        }
    }

    /// The lines that turn a foreign host away, before Keystile is asked.
    pub(super) fn check(&self) -> String {
        if self.names.is_empty() {
            return String::new();
        }
        let local = self.local_names().into_iter().filter(|name| !self.names.contains(name));
        let own = self.names.iter().copied().chain(local).map(escaped).collect::<Vec<_>>();
        format!(
            "\n    # nginx gives a request for an unknown host to the first server of an address, whoever that \
             is.\n    if ($host !~ \"^({})$\") {{ rewrite ^ /.keystile/elsewhere last; }}",
            own.join("|")
        )
    }

    /// The location that answers for a foreign host.
    pub(super) fn location(&self, cors: &str) -> String {
        if self.names.is_empty() {
            return String::new();
        }
        let cors = if cors.is_empty() { String::new() } else { format!("{cors}\n") };
        format!(
            "\n    location = /.keystile/elsewhere {{
        internal;
        auth_request off;
        types {{ }}
        default_type application/json;
        add_header Cache-Control no-store always;
        add_header Retry-After {RETRY_SECONDS} always;
        add_header X-Request-Id $request_id always;
{cors}        return 503 '{body}';
    }}",
            body = super::denial::body(
                "api_error",
                "unavailable",
                "No API is served at this host name.",
                Some(RETRY_SECONDS)
            )
        )
    }

    /// A loopback address is reached by its own name too, by somebody who tries it out.
    fn local_names(&self) -> Vec<&'s str> {
        match self.listen.rsplit_once(':') {
            Some((name @ ("127.0.0.1" | "[::1]"), _)) => vec![name, "localhost"],
            Some(("localhost", _)) => vec!["localhost", "127.0.0.1", "[::1]"],
            _ => Vec::new(),
        }
    }
}

/// A host where nginx looks for one: as it is, or as a pattern where it is too long for that.
fn word(name: &str) -> String {
    if name.len() <= HASHED_BYTES_MAX {
        name.to_owned()
    } else {
        format!("\"~^{}$\"", escaped(name))
    }
}

/// A host in a pattern. Its alphabet has three characters that mean something there.
fn escaped(name: &str) -> String {
    name.replace('.', r"\.").replace('[', r"\[").replace(']', r"\]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts<'s>(listen: &'s str, names: &[&'s str]) -> Hosts<'s> {
        Hosts { listen, names: names.to_vec() }
    }

    #[test]
    fn a_product_without_hosts_is_the_default_of_its_address() {
        let hosts = hosts("10.0.0.1:80", &[]);

        assert_eq!(
            (hosts.listen().as_str(), hosts.server_names().as_str()),
            ("10.0.0.1:80 default_server", "_")
        );
        assert_eq!(hosts.check(), "");
    }

    #[test]
    fn a_product_with_hosts_turns_others_away() {
        let hosts = hosts("10.0.0.1:80", &["a.example", "b.example"]);

        assert_eq!(
            (hosts.listen().as_str(), hosts.server_names().as_str()),
            ("10.0.0.1:80", "a.example b.example")
        );
        assert!(hosts.check().contains(r#"if ($host !~ "^(a\.example|b\.example)$")"#));
    }

    #[test]
    fn a_loopback_address_is_reached_by_its_name() {
        assert!(hosts("[::1]:80", &["a.example"]).check().contains(r"|\[::1\]|localhost)$"));
        assert_eq!(hosts("[::1]:80", &["localhost"]).check().matches("localhost").count(), 1);
    }

    #[test]
    fn a_long_host_is_a_pattern() {
        let name = format!("{}.example", "h".repeat(60));

        assert!(hosts("[::1]:80", &[&name]).server_names().ends_with(r#"h\.example$""#));
    }
}
