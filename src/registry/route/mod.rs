//! What a product declares, and finding it: method and path, and what the caller needs.
//!
//! - A path is compared segment by segment, decoded and canonical; whoever asks has made it so.
//! - A part outside its pattern does not match that route; the search then goes on with the next
//!   best one, so a route that is not found is a route that is not declared.
//! - A match copies nothing and allocates nothing; its cost grows with the request's segments and
//!   hardly with the number of routes.
//!
//! Start reading at [`Routes::find`].

mod declared;
mod path;
mod routes;
mod tree;

pub use declared::{CountedScopes, Match, Needs, Param, Route};
pub use path::Part;
pub use path::SEGMENTS_MAX;
pub(in crate::registry) use path::{check_method, check_param_name, parse_path};
pub use routes::Routes;
