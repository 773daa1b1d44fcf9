//! Cookies: the session's, and the theme's.

use super::public_url::PublicUrl;
use crate::http::ui::layout::Theme;
use crate::secret::Token;

/// How long a browser keeps the theme: a year.
const THEME_SECONDS: u32 = 31_536_000;

/// The names of our cookies. Only by TLS may they have the prefix `__Host-`, which keeps other hosts
/// and paths from setting them ([RFC 6265bis §4.1.3.2](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2)).
fn name(noun: Noun, public: &PublicUrl) -> String {
    let name = match noun {
        Noun::Session => "keystile",
        Noun::Theme => "keystile-theme",
    };
    if public.is_https() { format!("__Host-{name}") } else { name.to_owned() }
}

#[derive(Clone, Copy)]
enum Noun {
    Session,
    Theme,
}

fn set(noun: Noun, value: &str, seconds: Option<u32>, public: &PublicUrl) -> String {
    let secure = if public.is_https() { "; Secure" } else { "" };
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", name(noun, public))
}

fn find<'c>(cookies: &'c str, noun: Noun, public: &PublicUrl) -> Option<&'c str> {
    let name = name(noun, public);
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Gives a browser its session; it forgets it when it is closed.
pub(in crate::http) fn set_session(token: &Token, public: &PublicUrl) -> String {
    set(Noun::Session, token.expose(), None, public)
}

/// Takes the session away.
pub(in crate::http) fn unset_session(public: &PublicUrl) -> String {
    set(Noun::Session, "", Some(0), public)
}

/// The session that a browser says it has.
pub(in crate::http) fn session(cookies: &str, public: &PublicUrl) -> Option<Token> {
    find(cookies, Noun::Session, public).and_then(Token::presented)
}

/// Has a browser remember the theme.
pub(in crate::http) fn set_theme(theme: Theme, public: &PublicUrl) -> String {
    set(Noun::Theme, theme.name(), Some(THEME_SECONDS), public)
}

/// The theme that a browser remembers.
pub(in crate::http) fn theme(cookies: &str, public: &PublicUrl) -> Theme {
    find(cookies, Noun::Theme, public).and_then(Theme::of_name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_tls_a_cookie_is_bound_to_its_host() {
        let (public, token) = (PublicUrl::new("https://keys.example"), Token::mint().unwrap());
        let set = set_session(&token, &public);
        let expected =
            format!("__Host-keystile={}; Path=/; HttpOnly; SameSite=Lax; Secure", token.expose());
        assert_eq!(set, expected);
        let cookies = format!("a=b; keystile=x; __Host-keystile={}", token.expose());
        assert!(session(&cookies, &public).is_some());
        assert!(session("keystile=x", &public).is_none());
    }

    #[test]
    fn on_loopback_without_tls_a_cookie_has_no_prefix() {
        let public = PublicUrl::new("http://127.0.0.1:8700");
        let set = set_theme(Theme::Dark, &public);
        assert!(set.starts_with("keystile-theme=dark; ") && !set.contains("Secure"), "{set}");
        assert_eq!(theme("keystile-theme=dark", &public), Theme::Dark);
        assert_eq!(theme("keystile-theme=neon", &public), Theme::System);
    }
}
