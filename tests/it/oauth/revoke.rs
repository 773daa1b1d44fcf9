//! revoke
