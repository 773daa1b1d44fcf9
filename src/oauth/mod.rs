//! OAuth 2.1: the apps that act for a workspace, what people let them do, and the tokens by which
//! they do it.
//!
//! Invariants:
//! - Every change of state is one conditional statement in one transaction: of eight that redeem one
//!   code at a time, one succeeds.
//! - A redemption that fails consumes nothing.
//! - Each kind of secret has its own prefix and its own table, and is kept as its SHA-256.
//! - What ends is deleted with all that hangs on it, and its access tokens are dropped from the
//!   principals' cache before anybody is answered.
//! - A client's word about itself is shown as its word.
//!
//! Start reading at `clients/`, then `requests/`, `grants/`, `tokens/`.

mod attempts;
pub mod clients;
pub mod documents;
mod error;
pub mod grants;
mod known;
mod parameters;
pub mod pkce;
mod redirect_uri;
pub mod requests;
mod secret;
mod target;
pub mod tokens;

pub use attempts::{Attempt, Attempts};
pub use error::{Code, Error, Result};
use error::{change, change_later};
pub use known::Known;
pub use parameters::{BadParameters, PARAMETERS_BYTES_MAX, Parameters, form_decoded};
pub use redirect_uri::{BadRedirectUri, REDIRECT_URI_BYTES_MAX, RedirectUri};

use crate::config::OAuth;
use crate::store::Store;

/// Deletes whatever has ended, and clients that nobody uses; answers how many rows.
///
/// # Errors
/// As the store's.
pub fn sweep(store: &Store, settings: &OAuth) -> crate::error::Result<usize> {
    let requests = requests::Requests::sweep(store)?;
    let tokens = tokens::sweep(store, settings.refresh_replay)? + grants::Grants::sweep(store)?;
    Ok(requests + tokens + clients::sweep(store, settings.registration_idle)?)
}
