//! Reading what a form sends, within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_http::{BoxedPayloadStream, Payload};
use futures_core::Stream as _;
use zeroize::Zeroizing;

/// Bytes of a form: far more than the longest that a page has.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// How long a form may take to arrive.
pub(in crate::http) const FORM_WITHIN: Duration = Duration::from_secs(10);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Unread {
    /// It is longer than any form.
    TooLong,
    /// It is no form at all.
    NoForm,
    /// It did not arrive in time, or whole.
    CutOff,
}

/// The whole body, if it arrives `within` that time. It may hold a password.
pub(in crate::http) async fn read(
    payload: Payload<BoxedPayloadStream>,
    within: Duration,
) -> Result<Zeroizing<Vec<u8>>, Unread> {
    tokio::time::timeout(within, gathered(payload)).await.unwrap_or(Err(Unread::CutOff))
}

async fn gathered(mut payload: Payload<BoxedPayloadStream>) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let mut body = Zeroizing::new(Vec::new());
    loop {
        match poll_fn(|context| Pin::new(&mut payload).poll_next(context)).await {
            None => return Ok(body),
            Some(Err(_)) => return Err(Unread::CutOff),
            Some(Ok(chunk)) if body.len() + chunk.len() > FORM_BYTES_MAX => {
                return Err(Unread::TooLong);
            }
            Some(Ok(chunk)) => {
                hold_room(&mut body, chunk.len());
                body.extend_from_slice(&chunk);
            }
        }
    }
}

/// Makes room for so many bytes more. A vector that grows by itself leaves a copy of what it held
/// behind; here what it was is wiped. Most bodies come in one piece and get no more room than it needs:
/// to wipe what nobody filled would cost more than to read what somebody did.
fn hold_room(body: &mut Zeroizing<Vec<u8>>, bytes: usize) {
    let needed = body.len() + bytes;
    if needed > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * body.capacity())));
        larger.extend_from_slice(body);
        *body = larger;
    }
}
