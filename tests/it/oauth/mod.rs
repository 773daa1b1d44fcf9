//! The authorization server, by the RFCs: each test of a rule names where it stands.
//!
//! Start reading at [`Lab`].

mod app;
mod apps;
mod authorize;
mod caps;
mod clients;
mod code;
mod consent;
mod crash;
mod damage;
mod documents;
mod ends;
mod introspect;
mod lab;
mod metadata;
mod older_style;
mod races;
mod refresh;
mod register;
mod revoke;
mod secrecy;
mod service;
mod token;

use app::{
    App, CALLBACK, FORM, Tokens, VERIFIER, allow, asked, assert_error, authorize_url, challenge,
    parameter, query, sent_to, yes,
};
use lab::{Lab, actor, service_terms};
