//! Where people reach this instance.

/// `public_url`, taken apart once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    url: String,
    host: String,
}

impl PublicUrl {
    /// From the setting, which is `https://HOST`, or `http://HOST` on loopback.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let url = url.trim_end_matches('/').to_ascii_lowercase();
        let host = url.split_once("://").map_or("", |(_, host)| host);
        let default_port = if url.starts_with("https://") { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).unwrap_or(host).to_owned();
        Self { url, host }
    }

    /// As text, without a slash at its end: every link that leaves this instance begins with it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether people come by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Whether a `Host` is this one's.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        let default_port = if self.is_https() { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).unwrap_or(host);
        host.eq_ignore_ascii_case(&self.host)
    }

    /// Whether an `Origin` is this one's.
    #[must_use]
    pub fn is_origin(&self, origin: &str) -> bool {
        let scheme = if self.is_https() { "https://" } else { "http://" };
        origin.strip_prefix(scheme).is_some_and(|host| self.is_host(host))
    }
}

/// Whether a `Host` names this machine itself, by any port.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => host.split(':').next().unwrap_or(host),
    };
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
}

/// Bytes of a path to come back to.
const LOCAL_PATH_BYTES_MAX: usize = 1_024;

/// The path of ours that somebody wants to come back to; the first page where it could be read as
/// another host's.
#[must_use]
pub fn local_path(path: &str) -> &str {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= LOCAL_PATH_BYTES_MAX
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { path } else { "/console" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_ours_with_or_without_the_default_port() {
        let public = PublicUrl::new("https://Keys.example");
        assert!(public.is_host("keys.example") && public.is_host("KEYS.example:443"));
        assert!(!public.is_host("keys.example:80") && !public.is_host("keys.example.evil"));
        assert!(public.is_origin("https://keys.example"));
        assert!(!public.is_origin("http://keys.example") && !public.is_origin("null"));
        assert!(PublicUrl::new("http://127.0.0.1:8700").is_host("127.0.0.1:8700"));
    }

    #[test]
    fn nobody_is_sent_on_to_another_host() {
        assert_eq!(local_path("/console/account?a=b"), "/console/account?a=b");
        for other in ["", "//evil", "https://evil", "/\\evil", "/a\tb", "/\n/evil", "evil", "/é"] {
            assert_eq!(local_path(other), "/console", "{other:?}");
        }
    }

    #[test]
    fn loopback_has_more_than_one_name() {
        for name in ["localhost:1", "127.0.0.1", "[::1]:8700", "LOCALHOST", "127.9.9.9"] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["", "example.com", "localhost.example.com", "10.0.0.1", "[::2]"] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
