//! The authorization server: applications, what people allow them, and the tokens that follow.
//!
//! Start reading at [`Parameters`] for what a request carries.

mod parameters;
mod redirect_uri;

pub use parameters::{BadParameters, PARAMETERS_BYTES_MAX, Parameters};
pub use redirect_uri::{BadRedirectUri, REDIRECT_URI_BYTES_MAX, RedirectUri};
