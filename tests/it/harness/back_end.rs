//! A back end that knows no keys: it records what reached it, and answers as it is asked to.

use std::io::{self, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::http::{read_body, read_head};

/// The header by which a test asks for a status other than 200.
pub(crate) const ANSWER_WITH: &str = "X-Answer-With";

/// A request as it reached the back end; header names are in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The value of a header that may stand once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.iter().filter(|(known, _)| known == name);
        let first = lines.next();
        assert!(lines.next().is_none(), "{name} reached the back end twice: {self:?}");
        first.map(|(_, value)| value.as_str())
    }
}

/// The back end; its threads end with the test process.
pub(crate) struct BackEnd {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl BackEnd {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let record = Arc::clone(&received);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let record = Arc::clone(&record);
                // A connection that breaks is the proxy's doing: the next one is served all the same.
                std::thread::spawn(move || serve(&connection, &record));
            }
        });
        Self { address, received }
    }

    /// What has reached it since this was last asked.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The one request that has reached it since this was last asked.
    pub(crate) fn take_one(&self) -> Received {
        let mut all = self.take();
        assert_eq!(all.len(), 1, "one request should have reached the back end: {all:?}");
        all.remove(0)
    }
}

fn serve(connection: &TcpStream, record: &Mutex<Vec<Received>>) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let (first, headers) = read_head(&mut reader)?;
        let mut body = Vec::new();
        read_body(&mut reader, &headers, &mut body)?;
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let received = Received { method, target, headers, body };
        let answer = answer_to(&received);
        record.lock().unwrap_or_else(PoisonError::into_inner).push(received);
        (&*connection).write_all(answer.as_bytes())?;
    }
}

fn answer_to(request: &Received) -> String {
    let wanted = ANSWER_WITH.to_ascii_lowercase();
    let status = request.header(&wanted).unwrap_or("200");
    let body = format!("{{\"back_end\":{status}}}");
    let length = body.len();
    let body = if request.method == "HEAD" { "" } else { &body };
    format!(
        "HTTP/1.1 {status} Back End\r\nContent-Type: application/vnd.back-end+json\r\n\
         Content-Length: {length}\r\nWWW-Authenticate: BackEnd\r\nRetry-After: 7\r\n\
         RateLimit: back-end\r\n\r\n{body}"
    )
}
