//! An answer, written once: status line, header and body in one buffer that its connection keeps.

use actix_http::StatusCode;
use serde::Serialize;

use super::head::After;
use super::{date, json};
use crate::clock::Timestamp;
use crate::id::KeyId;

/// Answers are seldom longer; a longer one costs an allocation, once for its connection.
const REPLY_BYTES_USUAL: usize = 1_024;

/// The answer to one request.
pub(super) struct Reply {
    bytes: Vec<u8>,
    /// Its body, until it is ended.
    body: Vec<u8>,
    /// What becomes of the connection after it.
    pub(super) after: After,
    /// Whether only the head was asked for.
    is_head_only: bool,
    /// Whether a value could not be said: then nothing of the answer is.
    is_broken: bool,
}

impl Reply {
    /// An empty one.
    pub(super) fn new() -> Self {
        let bytes = Vec::with_capacity(REPLY_BYTES_USUAL);
        let (body, after) = (Vec::new(), After::Close);
        Self { bytes, body, after, is_head_only: false, is_broken: false }
    }

    /// Whose answer the next one is.
    pub(super) fn answers(&mut self, method: &str, after: After) {
        self.bytes.clear();
        self.after = after;
        self.is_head_only = method == "HEAD";
    }

    /// Begins an answer; what was begun before is dropped.
    pub(super) fn begin(&mut self, status: StatusCode, now: Timestamp) {
        self.bytes.clear();
        self.body.clear();
        self.is_broken = false;
        self.put(b"HTTP/1.1 ");
        self.put(status.as_str().as_bytes());
        self.put(b" ");
        self.put(status.canonical_reason().unwrap_or_default().as_bytes());
        self.put(b"\r\ndate: ");
        self.put(&date::shown(now));
        self.put(b"\r\n");
    }

    /// Adds a line. A value that no header can hold breaks the whole answer, so that a part of it
    /// is never taken for all.
    pub(super) fn line(&mut self, name: &str, value: &str) {
        self.is_broken |= !is_field_value(value.as_bytes());
        self.put(name.as_bytes());
        self.put(b": ");
        self.put(value.as_bytes());
        self.put(b"\r\n");
    }

    /// Adds lines that were written before; `None`, where they could not be, breaks the answer.
    pub(super) fn lines(&mut self, lines: Option<&str>) {
        self.is_broken |= lines.is_none();
        self.put(lines.unwrap_or_default().as_bytes());
    }

    /// Adds words of ours: a part of a line, or lines.
    pub(super) fn text(&mut self, text: &'static str) -> &mut Self {
        self.put(text.as_bytes());
        self
    }

    /// Adds an id that was written out.
    pub(super) fn id(&mut self, id: &[u8; KeyId::TEXT_BYTES]) -> &mut Self {
        self.put(id);
        self
    }

    /// Adds a number in decimal digits.
    pub(super) fn number(&mut self, number: u32) -> &mut Self {
        self.put(itoa::Buffer::new().format(number).as_bytes());
        self
    }

    /// Gives it a body, as one line of visible ASCII, and answers how long that is; what it had is
    /// replaced.
    pub(super) fn json(&mut self, value: &impl Serialize) -> usize {
        json::write(&mut self.body, value);
        self.body.len()
    }

    /// Adds a line that says what the body does.
    pub(super) fn line_of_body(&mut self, name: &str) {
        self.put(name.as_bytes());
        self.put(b": ");
        self.bytes.extend_from_slice(&self.body);
        self.put(b"\r\n");
    }

    /// Ends the answer. One that is broken becomes a 500, which no proxy lets pass.
    pub(super) fn end(&mut self) {
        if self.is_broken {
            self.bytes.clear();
            self.body.clear();
            self.put(b"HTTP/1.1 500 Internal Server Error\r\ncache-control: no-store\r\n");
        }
        match self.after {
            After::Keep => {}
            After::KeepAndSay => self.put(b"connection: keep-alive\r\n"),
            After::Close => self.put(b"connection: close\r\n"),
        }
        let body_bytes = u32::try_from(self.body.len()).unwrap_or(u32::MAX);
        self.text("content-length: ").number(body_bytes).text("\r\n\r\n");
        if !self.is_head_only {
            self.bytes.extend_from_slice(&self.body);
        }
    }

    /// What is to be sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// `field-value` of [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5). Every byte
/// is looked at, so that many are at once.
fn is_field_value(value: &[u8]) -> bool {
    let is_bad = |byte: &u8| *byte < b' ' || *byte == 0x7f;
    value.iter().fold(0, |bad, byte| bad | u8::from(is_bad(byte))) == 0
}
