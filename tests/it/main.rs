//! Tests against the real thing.
