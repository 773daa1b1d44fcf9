//! The head of a request: bytes in, lines out, or a refusal.
//!
//! The grammar is `httparse`'s. What it lets pass and two components could read differently is
//! refused here: a line that ends in a bare LF, two hosts, two lengths, a length beside chunks.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use actix_http::Uri;
use smallvec::SmallVec;

use crate::verify::HeaderLine;

/// The longest head. nginx takes 32 KiB from a client and adds a second copy of the target.
pub(super) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The most lines of a head: more of them is an attack, or a loop of proxies.
const LINES_MAX: usize = 100;

/// Most requests bring fewer lines; more of them cost an allocation.
const LINES_USUAL: usize = 32;

/// A request's head, as it stands in the buffer of its connection.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// It is kept, as is usual in HTTP/1.1.
    Keep,
    /// It is kept, and the answer says so, as HTTP/1.0 wants it.
    KeepAndSay,
    /// It is closed.
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
    /// Reads the head that `received` begins with; `None` while the rest of it is on its way.
    /// `names` keeps the lower-case names, and its room for the next head.
    ///
    /// # Errors
    /// [`BadHead`] where it can be no head any more, or could be read in two ways.
    pub(super) fn read(received: &'b [u8], names: &'b mut String) -> Result<Option<Self>, BadHead> {
        let mut room = [const { MaybeUninit::uninit() }; LINES_MAX];
        let mut parsed = httparse::Request::new(&mut []);
        let httparse::Status::Complete(bytes) =
            parsed.parse_with_uninit_headers(received, &mut room)?
        else {
            return Ok(None);
        };
        let (Some(method), Some(target), Some(version)) =
            (parsed.method, parsed.path, parsed.version)
        else {
            return Err(BadHead("its first line is not whole"));
        };
        check_line_ends(&received[..bytes], method, parsed.headers)?;
        let lines = lower_case(parsed.headers, names);
        let said = Said::of(&lines)?;
        said.check(method, version)?;
        let has_body = said.has_body() || method == "CONNECT";
        let after = if has_body { After::Close } else { said.after(version) };
        let target = path_and_query(target)?;
        Ok(Some(Self { method, target, lines, has_body, after, bytes }))
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
) -> SmallVec<[HeaderLine<'b>; LINES_USUAL]> {
    names.clear();
    names.extend(lines.iter().map(|line| line.name));
    names.make_ascii_lowercase();
    let mut rest = names.as_str();
    let lines = lines.iter().map(|line| {
        let (name, behind) = rest.split_at(line.name.len());
        rest = behind;
        (name, line.value)
    });
    lines.collect()
}

/// The path and query of a target: itself, nearly always. Of an absolute one the rest is dropped,
/// and so is a fragment.
fn path_and_query(target: &str) -> Result<Cow<'_, str>, BadHead> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?=&".contains(&byte);
    if target.starts_with('/') && target.bytes().all(is_plain) {
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
