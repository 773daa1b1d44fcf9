//! Tests against the real thing: a real server, a real database, a real nginx.

mod shipped;
mod tidy;
