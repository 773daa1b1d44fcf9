//! Files that pages need, embedded: each has its content's hash in its URL, and never changes there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

/// Hex digits of a hash that stand in a URL: 64 bits tell any two versions apart.
const HASH_DIGITS: usize = 16;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// A file, as it is served.
pub struct Asset {
    /// Where it is.
    pub url: String,
    /// What it is.
    pub media_type: &'static str,
    /// Its content.
    pub content: Bytes,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    Embedded::iter().filter_map(|name| Some((name.to_string(), asset(&name)?))).collect()
});

fn asset(name: &str) -> Option<Asset> {
    let content = Bytes::from(Embedded::get(name)?.data.into_owned());
    let media_type = match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        // Whatever else lies there, such as a licence, is not served.
        _ => return None,
    };
    let digest = Sha256::digest(&content);
    let hash: String = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    Some(Asset { url: format!("/assets/{}/{name}", &hash[..HASH_DIGITS]), media_type, content })
}

/// Where a file is; nowhere if there is none of this name.
#[must_use]
pub fn url(name: &str) -> &'static str {
    ASSETS.get(name).map_or("", |asset| asset.url.as_str())
}

/// The file at `path`, if its hash is the right one.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    let name = path.strip_prefix("/assets/")?.split_once('/')?.1;
    ASSETS.get(name).filter(|asset| asset.url == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_hash_alone() {
        let found = at(url("keystile.css")).unwrap();
        assert_eq!(found.media_type, "text/css; charset=utf-8");
        for other in ["", "/assets/keystile.css", "/assets/0000000000000000/keystile.css"] {
            assert!(at(other).is_none(), "{other}");
        }
    }
}
