//! The files that pages ask for, embedded, each at an address that changes with its content.
//!
//! Start reading at [`url`].

use std::fmt::Write as _;
use std::sync::LazyLock;

use rust_embed::RustEmbed;

/// The style sheet's file.
pub const STYLE: &str = "keystile.css";

/// The script's file.
pub const SCRIPT: &str = "keystile.js";

/// Where assets are served: `/console/assets/HASH/FILE`.
pub const FOLDER: &str = "/console/assets";

/// How much of a file's digest stands in its address: two versions of one file differ in it.
const HASH_BYTES: usize = 8;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// A file that pages ask for.
pub struct Asset {
    /// Its name.
    pub name: &'static str,
    /// Its address on this instance. Another content has another address, so that whoever has
    /// this one may keep it for good.
    pub url: String,
    /// What it holds.
    pub content: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
}

static ASSETS: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        Asset::embedded(STYLE, "text/css; charset=utf-8"),
        Asset::embedded(SCRIPT, "text/javascript; charset=utf-8"),
    ]
});

impl Asset {
    fn embedded(name: &'static str, media_type: &'static str) -> Self {
        let file = Files::get(name).map(|file| (file.metadata.sha256_hash(), file.data));
        let (digest, content) = file.unwrap_or_default();
        let mut hash = String::new();
        for byte in &digest[..HASH_BYTES] {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Self { name, url: format!("{FOLDER}/{hash}/{name}"), content: content.into(), media_type }
    }
}

/// The address of the asset `name`; empty for an unknown one.
#[must_use]
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| &asset.url)
}

/// The asset at `path`, where its hash is the present one.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.url == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_asset_is_there_at_its_own_address() {
        for name in [STYLE, SCRIPT] {
            let asset = at(url(name)).unwrap();
            assert_eq!(asset.name, name);
            assert!(!asset.content.is_empty());
        }
        assert!(at("/console/assets/0000000000000000/keystile.css").is_none());
    }

    #[test]
    fn style_and_script_together_are_small() {
        let bytes: usize = ASSETS.iter().map(|asset| asset.content.len()).sum();
        assert!(bytes < 60 * 1024, "{bytes} bytes");
        assert!(at(url(SCRIPT)).unwrap().content.len() <= 5 * 1024);
    }
}
