//! A redirect URI that a request names is a registered one, but for the port of a loopback address.
//!
//! The input is two URIs with a line break between them: what is registered, and what is presented.

#![no_main]

use keystile::oauth::RedirectUri;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let Some((registered, presented)) = input.split_once('\n') else { return };
    let Ok(registered) = RedirectUri::parse(registered) else { return };
    let Some(requested) = registered.requested(presented) else { return };

    // What is used is what was presented, and could have been registered itself.
    assert_eq!(requested.as_str(), presented);
    assert_eq!(RedirectUri::parse(presented).as_ref(), Ok(&requested));
    if presented != registered.as_str() {
        assert!(registered.is_loopback() && requested.is_loopback());
        assert_eq!(without_port(presented), without_port(registered.as_str()));
    }
    let answer = requested.with([("code", "x y&z"), ("state", "\r\n#")]);
    assert!(answer.starts_with(presented));
    assert!(answer.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
});

/// Written apart from what it judges: everything but the digits that follow the host.
fn without_port(uri: &str) -> String {
    let behind_scheme = uri.find("://").expect("an http URI has it") + 3;
    let end = uri[behind_scheme..].find(['/', '?']).map_or(uri.len(), |end| behind_scheme + end);
    let authority = &uri[behind_scheme..end];
    let host_end = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    format!("{}{}", &uri[..behind_scheme + host_end], &uri[end..])
}
