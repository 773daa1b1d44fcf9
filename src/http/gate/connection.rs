//! One connection of a proxy: heads in, answers out, in their order.
//!
//! A connection holds one request at a time, and a request is answered from its head alone. After
//! one that announces a body, or that is no request, the connection is closed: what follows could
//! be read in two ways.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use super::head::{After, BadHead, HEAD_BYTES_MAX, Head};
use super::idle::Watched;
use super::reply::Reply;
use super::serve::{self, Served};
use super::{Worker, verify};
use crate::principals::Presented;
use crate::verify::Lookup;

/// How long a proxy may take to send a head, from its first byte on.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// How long a proxy may take to accept an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// What is read of a connection that is to be closed, so that no reset overtakes its last answer.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES_MAX: usize = 256 * 1024;

/// Room for one usual head, or a few that come together.
const ROOM_BYTES: usize = 4 * 1024;

/// Serves a connection until its end.
pub(in crate::http) async fn serve_connection<S>(
    worker: &Worker,
    stream: S,
    peer: Option<SocketAddr>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let received = Vec::with_capacity(ROOM_BYTES);
    let (names, reply) = (String::new(), Reply::new());
    let watched = worker.connections.add();
    let mut connection = Connection { worker, watched, stream, peer, received, names, reply };
    loop {
        let is_open = match connection.answer_next().await {
            Next::Answered => true,
            Next::Missing if connection.received.is_empty() => connection.wait().await,
            Next::Missing => connection.receive_rest().await,
            Next::Closed => false,
        };
        if !is_open {
            return;
        }
    }
}

struct Connection<'w, S> {
    worker: &'w Worker,
    watched: Watched<'w>,
    stream: S,
    peer: Option<SocketAddr>,
    /// What has come and is not yet answered.
    received: Vec<u8>,
    /// Room for the names of a head.
    names: String,
    reply: Reply,
}

/// How far judging what was received has come. A head is read again after a look-up, so that nothing
/// large is held while one waits.
enum Judged {
    /// An answer is written to a request that takes so many bytes.
    Ready { bytes: usize, has_body: bool },
    /// A look-up is needed.
    Cold(Presented),
    /// The request has not come, or not whole.
    Missing,
}

/// What has become of the next request.
enum Next {
    /// It is answered, and the connection goes on.
    Answered,
    /// It has not come, or not whole.
    Missing,
    /// The connection is over.
    Closed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// Answers the request that was received, if it is whole.
    async fn answer_next(&mut self) -> Next {
        let mut lookup = Lookup::Warm;
        let (mut look_ups, mut waits_since) = (0, None);
        let has_body = loop {
            match self.judge(lookup) {
                Ok(Judged::Ready { bytes, has_body }) => {
                    if let Some(since) = waits_since {
                        self.worker.gate.ledger.slowest.note(since, self.worker.gate.clock.now());
                    }
                    self.received.drain(..bytes);
                    break has_body;
                }
                Ok(Judged::Cold(presented)) => {
                    look_ups += 1;
                    waits_since.get_or_insert_with(|| self.worker.gate.clock.now());
                    lookup =
                        Lookup::Done(verify::look_up(&self.worker.gate, presented, look_ups).await);
                }
                Ok(Judged::Missing) => return Next::Missing,
                Err(bad) => return self.refuse(bad).await,
            }
        };
        let is_sent = self.send().await;
        match self.reply.after {
            After::Keep | After::KeepAndSay if is_sent => return Next::Answered,
            After::Close if is_sent && has_body => self.linger().await,
            _ => {}
        }
        Next::Closed
    }

    /// Writes the answer to the request that was received, if it is whole.
    fn judge(&mut self, lookup: Lookup) -> Result<Judged, BadHead> {
        let Self { worker, peer, received, names, reply, .. } = self;
        if received.is_empty() {
            return Ok(Judged::Missing);
        }
        let mut head = Head::default();
        if !head.read(received, names)? {
            return Ok(Judged::Missing);
        }
        reply.answers(head.method, head.after);
        Ok(match serve::contained(worker, *peer, &head, lookup, reply) {
            Served::Answered => Judged::Ready { bytes: head.bytes, has_body: head.has_body },
            Served::Cold(presented) => Judged::Cold(presented),
        })
    }

    /// Waits for the first bytes of a request; false where none come any more.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            biased;
            read = self.stream.read_buf(&mut self.received) => matches!(read, Ok(1..)),
            () = self.watched.is_over() => false,
        }
    }

    /// Receives the rest of a head of which a part has come; false where it does not come in time,
    /// or is too long.
    async fn receive_rest(&mut self) -> bool {
        let refusal = match timeout(HEAD_WITHIN, self.receive_whole()).await {
            Ok(Ok(())) => return true,
            Ok(Err(Gone)) => return false,
            Ok(Err(TooLong)) => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Err(_) => StatusCode::REQUEST_TIMEOUT,
        };
        self.close_with(refusal).await;
        false
    }

    async fn receive_whole(&mut self) -> Result<(), NoHead> {
        while matches!(Head::default().read(&self.received, &mut self.names), Ok(false)) {
            if self.received.len() >= HEAD_BYTES_MAX {
                return Err(TooLong);
            }
            self.received.reserve(ROOM_BYTES);
            if !matches!(self.stream.read_buf(&mut self.received).await, Ok(1..)) {
                return Err(Gone);
            }
        }
        Ok(())
    }

    async fn refuse(&mut self, bad: BadHead) -> Next {
        tracing::debug!(peer = ?self.peer, %bad, "a head is refused");
        self.close_with(StatusCode::BAD_REQUEST).await;
        Next::Closed
    }

    /// The last answer, to something that is no request.
    async fn close_with(&mut self, status: StatusCode) {
        self.reply.answers("", After::Close);
        self.reply.begin(status, self.worker.gate.clock.now());
        self.reply.end();
        if self.send().await {
            self.linger().await;
        }
    }

    /// Sends the answer; false where nobody takes it.
    async fn send(&mut self) -> bool {
        let mut sending = pin!(self.stream.write_all(self.reply.bytes()));
        // Nearly always it is taken at once, and then no timer is needed.
        let at_once = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context))).await;
        match at_once {
            Poll::Ready(sent) => sent.is_ok(),
            Poll::Pending => matches!(timeout(ANSWER_WITHIN, sending).await, Ok(Ok(()))),
        }
    }

    /// Lets the peer finish what it sends: a reset would take the answer away from it.
    async fn linger(&mut self) {
        if self.stream.shutdown().await.is_err() {
            return;
        }
        let drained = async {
            let mut left = LINGER_BYTES_MAX;
            while left > 0 {
                self.received.clear();
                match self.stream.read_buf(&mut self.received).await {
                    Ok(0) | Err(_) => return,
                    Ok(bytes) => left = left.saturating_sub(bytes),
                }
            }
        };
        // Whoever sends for longer loses the answer.
        let _ = timeout(LINGER, drained).await;
    }
}

/// Why no whole head came.
enum NoHead {
    Gone,
    TooLong,
}
use NoHead::{Gone, TooLong};
