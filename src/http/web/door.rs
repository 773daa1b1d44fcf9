//! What is judged of a request before anybody asks whose it is.

use super::call::Call;
use super::public_url::{self, PublicUrl};
use super::route::Verb;

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shut {
    /// It asks this machine by another of its names: it is sent to the right one.
    OtherName,
    /// It asks for another host.
    OtherHost,
    /// No page has any use for its method.
    Method,
    /// It would change something, and does not come from our own pages.
    OtherSite,
}

/// Judges host, method and origin.
///
/// Browsers say by `Sec-Fetch-Site` where a request began
/// ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)); those that do not, say it by `Origin`.
pub(super) fn judge(call: &Call, public: &PublicUrl) -> Result<(), Shut> {
    if !public.is_host(&call.host) {
        let is_ours = public_url::is_loopback(&call.host) && call.verb == Some(Verb::Get);
        return Err(if is_ours { Shut::OtherName } else { Shut::OtherHost });
    }
    match call.verb {
        None => Err(Shut::Method),
        Some(Verb::Get) => Ok(()),
        Some(Verb::Post) => {
            let is_own = match (&call.site, &call.origin) {
                (Some(site), _) => site == "same-origin",
                (None, Some(origin)) => public.is_origin(origin),
                (None, None) => false,
            };
            if is_own { Ok(()) } else { Err(Shut::OtherSite) }
        }
    }
}
