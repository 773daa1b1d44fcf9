//! Whatever may pass is a fixed point of nginx's own normalisation: nginx chooses its locations on
//! the normalised path, and Keystile judges the raw one, so the two must be one path.
//!
//! The model of nginx here is held against the real one, target by target.

use keystile::verify::Path;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::asked::Asked;
use crate::harness::{Client, Nginx};

/// Targets that the model alone is asked about.
const CASES: u32 = 4_096;

/// Targets that the real nginx is asked about, too.
const CASES_THROUGH_NGINX: usize = 2_000;

/// Of those, so many at least are good: a property of nothing would hold, too.
const GOOD_MIN: usize = 500;

/// Where nginx's parser of a path stands: `ngx_http_parse_complex_uri`, with `merge_slashes on`.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Usual,
    Slash,
    Dot,
    DotDot,
}

/// What nginx makes of a target, as its `$uri` has it; `None` where it answers 400.
fn nginx_uri(target: &[u8]) -> Option<Vec<u8>> {
    if target.first() != Some(&b'/') || target.iter().any(|byte| *byte <= 0x20 || *byte == 0x7f) {
        return None;
    }
    normalised(target)
}

/// The path alone: slashes merged, dots resolved, decoded once.
fn normalised(path: &[u8]) -> Option<Vec<u8>> {
    let (mut uri, mut state, mut rest) = (Vec::new(), State::Usual, path);
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'?' | b'#' => break,
            b'%' => {
                let (byte, tail) = decoded(rest)?;
                rest = tail;
                match byte {
                    0 => return None,
                    // Decoded, these three begin nothing any more.
                    b'%' | b'#' | b'?' => {
                        uri.push(byte);
                        state = State::Usual;
                    }
                    _ => state = step(state, byte, &mut uri)?,
                }
            }
            byte => state = step(state, *byte, &mut uri)?,
        }
    }
    end(state, &mut uri)?;
    Some(uri)
}

/// One byte more, raw or decoded: a decoded slash is a slash, a decoded dot a dot.
fn step(state: State, byte: u8, uri: &mut Vec<u8>) -> Option<State> {
    Some(match (state, byte) {
        (State::Usual, b'/') => {
            uri.push(byte);
            State::Slash
        }
        (State::Slash, b'/') => State::Slash,
        (State::Slash, b'.') => {
            uri.push(byte);
            State::Dot
        }
        (State::Dot, b'.') => {
            uri.push(byte);
            State::DotDot
        }
        (State::Dot | State::DotDot, b'/') => {
            end(state, uri)?;
            State::Slash
        }
        _ => {
            uri.push(byte);
            State::Usual
        }
    })
}

/// Resolves the dots that a segment has turned out to be; `None` above the root.
fn end(state: State, uri: &mut Vec<u8>) -> Option<()> {
    match state {
        State::Usual | State::Slash => {}
        State::Dot => {
            uri.pop();
        }
        State::DotDot => {
            uri.truncate(uri.len() - 3);
            let parent = uri.iter().rposition(|byte| *byte == b'/')?;
            uri.truncate(parent + 1);
        }
    }
    Some(())
}

fn decoded(digits: &[u8]) -> Option<(u8, &[u8])> {
    let (pair, rest) = digits.split_first_chunk::<2>()?;
    let pair = std::str::from_utf8(pair).ok().filter(|it| !it.starts_with('+'))?;
    Some((u8::from_str_radix(pair, 16).ok()?, rest))
}

/// The path of a target that may pass, as Keystile reads it; `None` where it is ambiguous.
fn judged(target: &[u8]) -> Option<Vec<u8>> {
    let path = Path::read(target).ok()?;
    let raw = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let mut text = format!("/{}", path.segments().join("/"));
    if raw.len() > 1 && raw.ends_with(b"/") {
        text.push('/');
    }
    Some(text.into_bytes())
}

/// Holds that nginx sees the very path that was judged, and would not change it any more.
fn holds(target: &[u8], uri: Option<&[u8]>) -> Result<(), String> {
    let Some(judged) = judged(target) else { return Ok(()) };
    let shown = target.escape_ascii();
    let Some(uri) = uri else { return Err(format!("{shown} passes, and nginx refuses it")) };
    if uri != judged {
        let (judged, uri) = (judged.escape_ascii(), uri.escape_ascii());
        return Err(format!("{shown} is judged as {judged}, and nginx sees {uri}"));
    }
    let again = normalised(&judged);
    let is_fixed = again.as_deref() == Some(&judged);
    is_fixed.then_some(()).ok_or_else(|| format!("{shown} is no fixed point: {again:?}"))
}

/// What targets are put together from: all that anybody has ever read in two ways, and good parts.
const PIECES: [&str; 50] = [
    "/", "/", "/", "/", "//", ".", "..", "...", "/.", "/..", "/./", "/../", "%2e", "%2E", "%2e%2e",
    ".%2e", "%2f", "%2F", "%5c", "\\", "%25", "%252e", "%252f", "%00", "%0a", "%0d", "%20", "%7f",
    "%3f", "%3F", "%23", "%3b", ";", ";x=1", "?", "?a=/../b", "#", "%", "%4", "%zz", "%c0%ae",
    "%C3%A9", "%ff", "é", "+", "a", "b1", "st_1", "~x", "a:b@c",
];

fn targets() -> impl Strategy<Value = Vec<u8>> {
    let piece = proptest::sample::select(&PIECES[..]);
    let nasty = proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat());
    let plain = "(/[a-z0-9._~-]{1,6}|/%[2-7][0-9a-fA-F][a-z]){1,4}/?";
    let tail = proptest::option::of("[?][a-z=&/.%]{0,6}");
    let plain = (plain, tail).prop_map(|(path, query)| path + &query.unwrap_or_default());
    let text = prop_oneof![nasty.prop_map(|rest| format!("/{rest}")), plain];
    let bytes = proptest::collection::vec(any::<u8>(), 0..12);
    prop_oneof![8 => text.prop_map(String::into_bytes), 1 => bytes]
}

proptest! {
    #![proptest_config(Config { cases: CASES, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_may_pass_is_a_fixed_point_of_the_models_normalisation(target in targets()) {
        let held = holds(&target, nginx_uri(&target).as_deref());
        prop_assert!(held.is_ok(), "{}", held.unwrap_err());
    }
}

/// What the real nginx makes of a target; `None` where it answers 400.
fn real_uri(client: &Client, target: &[u8]) -> Option<Vec<u8>> {
    let answer = client.send(&Asked::of("", "n.example", "GET", target).itself());
    if answer.status == 400 {
        return None;
    }
    assert_eq!(answer.status, 200, "{}: {answer:?}", target.escape_ascii());
    Some(answer.body)
}

#[test]
fn whatever_may_pass_is_a_fixed_point_of_the_real_nginxs_normalisation() {
    let nginx = Nginx::with_server(|listen| {
        format!("server {{ listen {listen}; location / {{ return 200 \"$uri\"; }} }}\n")
    });
    let client = nginx.client();
    // The same targets in every run.
    let mut runner = TestRunner::deterministic();
    let strategy = targets();
    let (mut good, mut failures) = (0, Vec::new());
    for _ in 0..CASES_THROUGH_NGINX {
        let target = strategy.new_tree(&mut runner).unwrap().current();
        // A blank or line's end within would make another request line of it.
        if target.first() != Some(&b'/') || target.iter().any(u8::is_ascii_whitespace) {
            continue;
        }
        let uri = real_uri(&client, &target);
        let model = nginx_uri(&target);
        if uri != model {
            let shown =
                |uri: &Option<Vec<u8>>| uri.as_ref().map(|it| it.escape_ascii().to_string());
            let (real, model) = (shown(&uri), shown(&model));
            failures.push(format!("{}: nginx {real:?}, model {model:?}", target.escape_ascii()));
        }
        failures.extend(holds(&target, uri.as_deref()).err());
        good += usize::from(judged(&target).is_some());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(good >= GOOD_MIN, "only {good} were good");
}
