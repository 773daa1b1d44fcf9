//! HTTP/1.1 by hand: requests that are sent byte by byte as they are given, and answers as they came.

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take; only a server that hangs needs it.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Where a server listens.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A request, written as it is given: nothing is added, escaped or corrected.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: Vec<u8>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, target: impl AsRef<[u8]>) -> Self {
        let (method, target) = (method.to_owned(), target.as_ref().to_vec());
        Self { method, target, headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a line; the same name again is a second line.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.header("Content-Length", body.len().to_string())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} ", self.method).into_bytes();
        bytes.extend_from_slice(&self.target);
        bytes.extend_from_slice(b" HTTP/1.1\r\n");
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// An answer as it came; header names are in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header that may stand once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.iter().filter(|(known, _)| known == name);
        let first = lines.next();
        assert!(lines.next().is_none(), "{name} stands more than once: {self:?}");
        first.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        let read = serde_json::from_slice(&self.body);
        read.unwrap_or_else(|error| panic!("no JSON ({error}): {self:?} {}", self.text()))
    }
}

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// A client of one server; it keeps its connection as long as the server does.
pub(crate) struct Client {
    address: Address,
    kept: RefCell<Option<BufReader<Box<dyn Stream>>>>,
    opened: Cell<u32>,
}

impl Client {
    pub(crate) fn of(address: Address) -> Self {
        Self { address, kept: RefCell::new(None), opened: Cell::new(0) }
    }

    /// Sends a request and reads its answer.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        let kept = self.kept.borrow_mut().take();
        // A connection that was kept may have been closed meanwhile; a new one has no excuse.
        let again = kept.and_then(|connection| self.exchange(connection, request).ok());
        again.unwrap_or_else(|| {
            let connection = self.connect().expect("the server listens");
            let answered = self.exchange(connection, request);
            answered.unwrap_or_else(|error| panic!("no answer to {request:?}: {error}"))
        })
    }

    /// The same on a connection of its own; `None` where the server goes away before it has answered.
    pub(crate) fn try_send(&self, request: &Request) -> Option<Answer> {
        let connection = self.connect().ok()?;
        self.exchange(connection, request).ok()
    }

    /// How many connections it has needed: more than one where the server has closed one.
    pub(crate) fn connections_opened(&self) -> u32 {
        self.opened.get()
    }

    /// Whether anybody listens.
    pub(crate) fn is_heard(&self) -> bool {
        self.connect().is_ok()
    }

    fn connect(&self) -> io::Result<BufReader<Box<dyn Stream>>> {
        let stream: Box<dyn Stream> = match &self.address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_read_timeout(Some(ANSWER_WITHIN))?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Address::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(ANSWER_WITHIN))?;
                Box::new(stream)
            }
        };
        self.opened.set(self.opened.get() + 1);
        Ok(BufReader::new(stream))
    }

    fn exchange(
        &self,
        mut connection: BufReader<Box<dyn Stream>>,
        request: &Request,
    ) -> io::Result<Answer> {
        // A server may refuse a head before it has read all of it: its answer counts.
        let written = connection.get_mut().write_all(&request.bytes());
        let (answer, is_kept) = match read_answer(&mut connection, request.method == "HEAD") {
            Err(error) => return Err(written.err().unwrap_or(error)),
            Ok(read) => read,
        };
        if is_kept {
            *self.kept.borrow_mut() = Some(connection);
        }
        Ok(answer)
    }
}

/// Reads one answer, and whether the connection may be used again.
fn read_answer(from: &mut impl io::BufRead, is_head: bool) -> io::Result<(Answer, bool)> {
    let (first, headers) = read_head(from)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status line: {first:?}")))?;
    let mut answer = Answer { status, headers, body: Vec::new() };
    let is_closed = answer.header("connection") == Some("close");
    if is_head || matches!(status, 204 | 304) {
        return Ok((answer, !is_closed));
    }
    let is_delimited = read_body(from, &answer.headers, &mut answer.body)?;
    if !is_delimited {
        from.read_to_end(&mut answer.body)?;
    }
    Ok((answer, is_delimited && !is_closed))
}

/// The first line and the headers of a message, names in lower case.
pub(crate) fn read_head(
    from: &mut impl io::BufRead,
) -> io::Result<(String, Vec<(String, String)>)> {
    let first = read_line(from)?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from)?;
        if line.is_empty() {
            return Ok((first, headers));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| io::Error::other(line.clone()))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// The body of a message whose headers say how long it is; false where they do not.
pub(crate) fn read_body(
    from: &mut impl io::BufRead,
    headers: &[(String, String)],
    body: &mut Vec<u8>,
) -> io::Result<bool> {
    let find = |name: &str| headers.iter().find(|(known, _)| known == name);
    if find("transfer-encoding").is_some() {
        loop {
            let size = usize::from_str_radix(&read_line(from)?, 16).map_err(io::Error::other)?;
            read_exactly(from, size, body)?;
            read_line(from)?;
            if size == 0 {
                return Ok(true);
            }
        }
    }
    let Some((_, length)) = find("content-length") else { return Ok(false) };
    read_exactly(from, length.parse().map_err(io::Error::other)?, body)?;
    Ok(true)
}

fn read_exactly(from: &mut impl io::BufRead, size: usize, body: &mut Vec<u8>) -> io::Result<()> {
    let start = body.len();
    body.resize(start + size, 0);
    from.read_exact(&mut body[start..])
}

/// A line without its end; bytes beyond ASCII are shown as they can be.
fn read_line(from: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    if from.read_until(b'\n', &mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = String::from_utf8_lossy(&line);
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
