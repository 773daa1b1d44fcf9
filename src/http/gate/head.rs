//! The head of a request: bytes in, lines out, or a refusal.
//!
//! The grammar is `httparse`'s. What it lets pass and two components could read differently is
//! refused here: a line that ends in a bare LF, two hosts, two lengths, a length beside chunks.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use actix_http::{Method, Uri};
use smallvec::SmallVec;

use crate::octets::Octets;
use crate::verify::HeaderLine;

/// The longest head. nginx takes 32 KiB from a client and adds a second copy of the target.
pub(super) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The most lines of a head: more of them is an attack, or a loop of proxies.
const LINES_MAX: usize = 100;

/// Most requests bring fewer lines; more of them cost an allocation.
const LINES_USUAL: usize = 32;

/// A request's head, as it stands in the buffer of its connection. It is filled in its place, since
/// it is large to move.
#[derive(Default)]
pub(super) struct Head<'b> {
    pub(super) method: &'b str,
    /// The path and query; whatever else the target had is dropped.
    pub(super) target: Cow<'b, str>,
    /// The header, its names in lower case.
    pub(super) lines: SmallVec<[HeaderLine<'b>; LINES_USUAL]>,
    /// Whether a body follows, as far as the head can say.
    pub(super) has_body: bool,
    /// What its sender wants to become of the connection.
    pub(super) after: After,
    /// How much of the buffer it takes.
    pub(super) bytes: usize,
}

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum After {
    /// It is kept, as is usual in HTTP/1.1.
    Keep,
    /// It is kept, and the answer says so, as HTTP/1.0 wants it.
    KeepAndSay,
    /// It is closed.
    #[default]
    Close,
}

/// A head that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadHead(&'static str);

impl From<httparse::Error> for BadHead {
    fn from(_: httparse::Error) -> Self {
        Self("it breaks the grammar")
    }
}

impl<'b> Head<'b> {
    /// Reads the head that `received` begins with; false while the rest of it is on its way.
    /// `names` keeps the lower-case names, and its room for the next head.
    ///
    /// # Errors
    /// [`BadHead`] where it can be no head any more, or could be read in two ways.
    pub(super) fn read(
        &mut self,
        received: &'b [u8],
        names: &'b mut String,
    ) -> Result<bool, BadHead> {
        let mut room = [const { MaybeUninit::uninit() }; LINES_MAX];
        let mut parsed = httparse::Request::new(&mut []);
        let httparse::Status::Complete(bytes) =
            parsed.parse_with_uninit_headers(received, &mut room)?
        else {
            return Ok(false);
        };
        let (Some(method), Some(target), Some(version)) =
            (parsed.method, parsed.path, parsed.version)
        else {
            return Err(BadHead("its first line is not whole"));
        };
        Method::from_bytes(method.as_bytes()).map_err(|_| BadHead("its method is no word"))?;
        check_line_ends(&received[..bytes], method, parsed.headers)?;
        (self.method, self.target, self.bytes) = (method, path_and_query(target)?, bytes);
        self.lines.extend(lower_case(parsed.headers, names));
        let said = Said::of(&self.lines)?;
        said.check(method, version)?;
        self.has_body = said.has_body() || method == "CONNECT";
        self.after = if self.has_body { After::Close } else { said.after(version) };
        Ok(true)
    }
}

/// Every line has to end in CR LF. `httparse` takes a bare LF, others go on reading the line.
fn check_line_ends(
    head: &[u8],
    method: &str,
    lines: &[httparse::Header<'_>],
) -> Result<(), BadHead> {
    let before = |part: &str| &head[..part.as_ptr().addr() - head.as_ptr().addr()];
    let is_good = before(method).chunks(2).all(|pair| pair == b"\r\n")
        && lines.iter().all(|line| before(line.name).ends_with(b"\r\n"))
        && head.ends_with(b"\r\n\r\n");
    is_good.then_some(()).ok_or(BadHead("a line ends in a bare LF"))
}

/// The lines with their names in lower case, which are kept in `names`.
fn lower_case<'b>(
    lines: &[httparse::Header<'b>],
    names: &'b mut String,
) -> impl Iterator<Item = HeaderLine<'b>> {
    names.clear();
    names.extend(lines.iter().map(|line| line.name));
    names.make_ascii_lowercase();
    let mut rest = names.as_str();
    lines.iter().map(move |line| {
        let (name, behind) = rest.split_at(line.name.len());
        rest = behind;
        (name, line.value)
    })
}

/// The path and query of a target: itself, nearly always. Of an absolute one the rest is dropped,
/// and so is a fragment.
fn path_and_query(target: &str) -> Result<Cow<'_, str>, BadHead> {
    const PLAIN: Octets = Octets::alphanumeric_and(b"/-._~%?=&");
    if target.starts_with('/') && PLAIN.has_all(target.as_bytes()) {
        return Ok(Cow::Borrowed(target));
    }
    let uri = Uri::try_from(target).map_err(|_| BadHead("its target is no URI"))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Ok(Cow::Owned(path.to_owned()))
}

/// What a head says about its message and its connection.
#[derive(Default)]
struct Said {
    has_host: bool,
    length: Option<u64>,
    is_chunked: bool,
    keeps: Option<bool>,
}

impl Said {
    fn of(lines: &[HeaderLine<'_>]) -> Result<Self, BadHead> {
        let mut said = Self::default();
        for (name, value) in lines {
            match *name {
                "host" if said.has_host => return Err(BadHead("two hosts")),
                "host" => said.has_host = true,
                "content-length" => said.set_length(value)?,
                "transfer-encoding" => said.set_encoding(value)?,
                "connection" => said.set_connection(value),
                _ => {}
            }
        }
        Ok(said)
    }

    fn set_length(&mut self, value: &[u8]) -> Result<(), BadHead> {
        let digits = std::str::from_utf8(value).ok();
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let length = digits.and_then(|text| text.parse().ok()).ok_or(BadHead("no length"))?;
        match self.length.replace(length) {
            None => Ok(()),
            Some(_) => Err(BadHead("two lengths")),
        }
    }

    fn set_encoding(&mut self, value: &[u8]) -> Result<(), BadHead> {
        if self.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
            return Err(BadHead("a transfer encoding other than chunked"));
        }
        self.is_chunked = true;
        Ok(())
    }

    /// `close` goes before `keep-alive`, wherever the two stand.
    fn set_connection(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if option.eq_ignore_ascii_case(b"close") {
                self.keeps = Some(false);
            } else if option.eq_ignore_ascii_case(b"keep-alive") {
                self.keeps = self.keeps.or(Some(true));
            }
        }
    }

    /// [RFC 9112 §3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2) and
    /// [§6.1](https://www.rfc-editor.org/rfc/rfc9112#section-6.1).
    fn check(&self, method: &str, version: u8) -> Result<(), BadHead> {
        let is_old = version == 0;
        if !is_old && !self.has_host {
            return Err(BadHead("no host"));
        }
        if self.is_chunked && (is_old || self.length.is_some()) {
            return Err(BadHead("chunks beside a length, or in HTTP/1.0"));
        }
        if is_old && method == "POST" && self.length.is_none() {
            return Err(BadHead("a body of unknown length"));
        }
        Ok(())
    }

    fn has_body(&self) -> bool {
        self.is_chunked || self.length.is_some_and(|length| length > 0)
    }

    fn after(&self, version: u8) -> After {
        match (self.keeps, version) {
            (Some(false), _) | (None, 0) => After::Close,
            (Some(true), 0) => After::KeepAndSay,
            (Some(true) | None, _) => After::Keep,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_codec::Decoder as _;
    use actix_http::HttpMessage as _;
    use actix_http::h1::{Codec, Message};
    use actix_http::header::HeaderValue;
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    fn read(head: &[u8]) -> Result<Option<(usize, bool, After)>, &'static str> {
        let (mut names, mut read) = (String::new(), Head::default());
        match read.read(head, &mut names) {
            Ok(is_whole) => Ok(is_whole.then_some((read.bytes, read.has_body, read.after))),
            Err(BadHead(reason)) => Err(reason),
        }
    }

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let head = b"GET /verify?x HTTP/1.1\r\nHost: a\r\nX-Api-Key:  k \r\n\r\nGET";
        let mut names = String::new();
        let mut read = Head::default();
        assert_eq!(read.read(head, &mut names), Ok(true));
        assert_eq!((read.method, read.target.as_ref()), ("GET", "/verify?x"));
        assert_eq!(read.lines.as_slice(), [("host", &b"a"[..]), ("x-api-key", b"k")]);
        assert_eq!(read.bytes, head.len() - 3);
        for end in 0..head.len() - 3 {
            let mut names = String::new();
            let mut part = Head::default();
            assert_eq!(part.read(&head[..end], &mut names), Ok(false), "{end}");
        }
    }

    #[test]
    fn of_a_target_the_path_and_query_count() {
        for (target, read) in [
            ("/verify", "/verify"),
            ("http://other.example/verify?x", "/verify?x"),
            ("http://other.example", "/"),
            ("/verify#x", "/verify"),
            ("/a|b", "/a|b"),
            ("*", "*"),
        ] {
            assert_eq!(path_and_query(target).unwrap(), read, "{target}");
        }
        assert!(path_and_query("/a b").is_err());
    }

    #[test]
    fn what_becomes_of_the_connection_is_said_or_usual() {
        for (version, line, after) in [
            ("1.1", "", After::Keep),
            ("1.1", "Connection: keep-alive\r\n", After::Keep),
            ("1.1", "Connection: x, Close\r\n", After::Close),
            ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", After::Close),
            ("1.1", "Content-Length: 0\r\n", After::Keep),
            ("1.1", "Content-Length: 5\r\n", After::Close),
            ("1.1", "Transfer-Encoding: Chunked\r\n", After::Close),
            ("1.0", "", After::Close),
            ("1.0", "Connection: Keep-Alive\r\n", After::KeepAndSay),
        ] {
            let head = format!("GET / HTTP/{version}\r\nHost: a\r\n{line}\r\n");
            let (_, _, found) = read(head.as_bytes()).unwrap().unwrap();
            assert_eq!(found, after, "{version} {line}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for lines in [
            "X: a\n",
            "X : a\r\n",
            "X: a\r\n b\r\n",
            "X: a\rb\r\n",
            "X: a\0b\r\n",
            ": a\r\n",
            "X\r\n",
            "Host: b\r\n",
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        ] {
            let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
            assert!(read(head.as_bytes()).is_err(), "{lines:?}");
        }
        for head in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
            "# / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert!(read(head.as_bytes()).is_err(), "{head:?}");
        }
        let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: a\r\n".repeat(LINES_MAX));
        assert!(read(many.as_bytes()).is_err());
    }

    /// Each part is usual more often than not, so that whole heads come of them.
    fn heads() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![
            8 => "[A-Za-z-]{1,12}: ?[ -~]{0,12}\r\n",
            2 => "(Host|Content-Length|Transfer-Encoding|Connection|Expect|Upgrade): ?\
                  ([0-9]{1,2}|chunked|close|keep-alive|100-continue|websocket|a)\r\n",
            1 => "[ -~\t]{0,16}(\r\n|\n|\r)",
        ];
        let first = prop_oneof![
            8 => "(GET|HEAD|POST|CONNECT) (/verify|/[!-~]{0,8}|http://a/[!-~]{0,8}) HTTP/1[.][01]\r\n",
            1 => "[!-~]{1,4} [!-~]{0,6} HTTP/1[.][0-2](\r\n|\n)",
        ];
        let end = prop_oneof![6 => "\r\n", 1 => "\n", 1 => ""];
        let usual = prop_oneof![4 => "Host: a\r\n", 1 => ""];
        let parts = (first, usual, prop::collection::vec(line, 0..5), end);
        parts.prop_map(|(first, usual, lines, end)| {
            [first, usual, lines.concat(), end].concat().into_bytes()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_bytes_are_read_without_a_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = read(&bytes);
        }
    }

    /// The demonstration's back end is served by actix's reader: what is taken here is taken there,
    /// and is the same.
    #[test]
    fn what_is_taken_is_what_another_reader_takes() {
        // The other reader keeps a clock, and so needs a runtime.
        actix_rt::System::new().block_on(async {
            let mut runner = TestRunner::new(ProptestConfig::with_cases(2_000));
            runner.run(&heads(), |head| is_taken_alike(&head)).unwrap();
        });
    }

    fn is_taken_alike(head: &[u8]) -> Result<(), TestCaseError> {
        let (mut names, mut ours) = (String::new(), Head::default());
        let Ok(true) = ours.read(head, &mut names) else { return Ok(()) };
        let decoded = Codec::default().decode(&mut head.into());
        let Ok(Some(Message::Item(theirs))) = decoded else {
            return Err(TestCaseError::fail(format!("{}", head.escape_ascii())));
        };
        prop_assert_eq!(theirs.method().as_str(), ours.method);
        let target = theirs.uri().path_and_query().map_or("/", |target| target.as_str());
        prop_assert_eq!(target, ours.target.as_ref());
        for (name, value) in &ours.lines {
            let same: Vec<_> = theirs.headers().get_all(*name).map(HeaderValue::as_bytes).collect();
            prop_assert!(same.contains(value), "{}", name);
        }
        Ok(())
    }
}
