//! What stands in the plugin folder right now.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::registry::manifest::is_product_id;
use crate::source::{Diagnostic, FILE_BYTES_MAX, text_of};

/// The plugin files of a folder, by product, and what was passed over.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: BTreeMap<String, Found>,
    pub(super) ignored: Vec<Diagnostic>,
}

/// What a plugin file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A text, good or bad.
    Text(String),
    /// Nothing that could be read.
    Unreadable(Diagnostic),
}

/// Reads every plugin file of `folder`.
///
/// # Errors
/// A [`Diagnostic`], where the folder cannot be listed to its end.
pub(super) fn list(folder: &Path) -> Result<Listing, Diagnostic> {
    let refused = |error: io::Error| {
        let message = format!("the plugin folder cannot be listed, so nothing changes: {error}");
        Diagnostic::of_file(folder.display().to_string(), message)
    };
    let mut listing = Listing::default();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let Some(stem) = plugin_stem(&path) else { continue };
        if !is_product_id(stem) {
            listing.ignored.push(ignored(&path));
        } else if let Some(found) = read(&path) {
            listing.files.insert(stem.to_owned(), found);
        }
    }
    listing.ignored.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(listing)
}

/// The stem of a name such as `whale.toml`; an editor's hidden file is none of ours.
fn plugin_stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".toml").filter(|stem| !stem.starts_with('.') && !stem.is_empty())
}

fn ignored(path: &Path) -> Diagnostic {
    let message = "ignored: a product's file is named by its id, a lower-case letter and up to 31 \
                   of `a-z0-9-`, and `.toml`";
    Diagnostic::of_file(path.display().to_string(), message).as_warning()
}

/// `None` for a file that went away since it was listed. A symlink to nowhere has not gone away.
fn read(path: &Path) -> Option<Found> {
    let file = path.display().to_string();
    let unreadable = |error: io::Error| {
        Found::Unreadable(Diagnostic::of_file(&file, format!("cannot be read: {error}")))
    };
    match read_bytes(path) {
        Ok(bytes) => Some(match text_of(&file, &bytes) {
            Ok(text) => Found::Text(text.to_owned()),
            Err(diagnostic) => Found::Unreadable(diagnostic),
        }),
        Err(_) if is_gone(path) => None,
        Err(error) => Some(unreadable(error)),
    }
}

fn is_gone(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// At most one byte more than a file may have, so that a huge one costs no memory. Whether it is a
/// file is asked first: to open a pipe would wait for its writer.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
