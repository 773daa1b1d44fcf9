//! A checksum over what a row decides with, so that a flipped bit denies instead of allowing.
//!
//! It guards against damage (a disk, a bad restore, a hand in the file), not against somebody who
//! may write the database: whoever can do that can seal as well.

use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;

/// Collects the columns of a row that decide access, each with its length, and digests them.
pub struct Seal(Sha256);

impl Seal {
    /// Begins a seal; `table` keeps rows of two tables from passing for one another.
    #[must_use]
    pub fn over(table: &str) -> Self {
        Self(Sha256::new()).text(table)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds an instant, or that there is none.
    #[must_use]
    pub fn instant(self, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => self.bytes(&at.as_millis().to_le_bytes()),
            None => self.bytes(b"never"),
        }
    }

    /// The seal: the first 16 bytes of a SHA-256.
    #[must_use]
    pub fn close(self) -> [u8; 16] {
        let digest: [u8; 32] = self.0.finalize().into();
        std::array::from_fn(|place| digest[place])
    }
}
