//! Secrets of the authorization server: the key's characters behind a prefix for each kind.

use crate::error::{Error, Result};
use crate::secret::{Secret, SecretDigest, prefix_of};

/// A new secret of the kind that `prefix` names.
///
/// # Errors
/// `Unavailable` when the operating system has no random numbers.
pub(super) fn mint(prefix: &str) -> Result<Secret> {
    Secret::mint(prefix).map_err(|error| {
        Error::unavailable("the operating system has no random numbers").because(error)
    })
}

/// What to look for where somebody presents a secret of the kind that `prefix` names; `None` where it
/// is none, which its checksum tells without a look-up.
pub(super) fn digest_of(presented: &str, prefix: &str) -> Option<SecretDigest> {
    let is_one = prefix_of(presented.as_bytes()) == Some(prefix);
    is_one.then(|| SecretDigest::of(presented.as_bytes()))
}
