//! Clients that are known by the address of a document that describes them
//! ([Client ID Metadata Documents](https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/)):
//! fetched from whatever host somebody names, so nothing of it is believed before it is checked.
//!
//! Invariants:
//! - A document is fetched by https, from addresses that are everybody's: what the name leads to is
//!   judged when it is connected to, however it is spelt, and no redirect is followed.
//! - It is short, comes within a short time, and only so many are fetched at once. Requests for one
//!   that is under way share its answer.
//! - Whoever named the address is told in one and the same words that it cannot be used.
//! - What could not be used is never kept.
//!
//! This is the one place outside `http/` that speaks HTTP: it asks, and answers nobody.
//!
//! Start reading at [`Documents::fetch`].

mod address;
#[expect(clippy::module_inception, reason = "the folder is the noun, and so is its first file")]
mod documents;
mod fetch;
mod read;
#[cfg(test)]
mod tests;
mod url;

pub use documents::Documents;
