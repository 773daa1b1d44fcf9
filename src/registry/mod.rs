//! Products, scopes and routes, as the plugin folder declares them.
//!
//! Each product is one file. It is read by `manifest` with all its problems at once, compiled
//! into a [`Product`], and put with the others into a [`Registry`], which every request of one
//! moment shares. `load` keeps the last good version of each file, so that a mistake in an editor
//! stops nothing; `watcher` says when to look again.
//!
//! - A registry never changes: a reload makes another, with a greater generation.
//! - A file with an error changes nothing; there is no half of a product.
//! - What is not declared is not open: [`Routes::find`] answers `None`, never a default.
//! - A wildcard never reaches an admin-only scope, however it is held.
//!
//! Start reading at [`Product`], then [`Routes::find`] for a request and [`Loader::load`] for a
//! reload.

mod host;
mod load;
mod manifest;
mod oauth;
mod pattern;
mod product;
mod resource;
mod route;
mod scope;
mod snapshot;
mod watcher;

pub use host::{is_loopback_host, normalised_host};
pub use load::{Effect, EffectKind, FileState, Kept, KeptChange, Loader, Outcome};
pub use manifest::{Manifest, OVERRIDE_HEADERS, is_product_id, read};
pub use oauth::{Audience, OAuth};
pub use pattern::{PATTERN_BYTES_MAX, Params, Pattern};
pub use product::{Access, Bucket, Credential, KeyType, PlanOverride, Preflight, Product};
pub use resource::{PerKey, Place, RESOURCE_ID_BYTES_MAX, Resource};
pub use route::{CountedScopes, Match, Needs, Param, Part, Route, Routes, SEGMENTS_MAX};
pub use scope::{Grant, SCOPE_BYTES_MAX, Scope, ScopeSet, Scopes, covers};
pub use snapshot::Registry;
pub use watcher::{Cause, Watcher};
