//! Reloads: what comes into force, what stays, and what is said about it.

use std::fs;
use std::path::Path;

use super::*;
use crate::source::{Diagnostic, FILE_BYTES_MAX};

fn plugin(host: &str, route: &str) -> String {
    format!(
        "name = \"N\"\nhosts = [\"{host}\"]\n[keys.live]\nprefix = \"sk_\"\n[scopes]\n\
         \"a\" = \"A\"\n[routes]\n\"GET {route}\" = \"a\"\n"
    )
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

/// A folder with these files, and its loader.
fn loader(files: &[(&str, String)], kept: Vec<Kept>) -> (tempfile::TempDir, Loader) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    let loader = Loader::new(folder.path().to_owned(), kept);
    (folder, loader)
}

fn kept(product_id: &str, text: &str) -> Kept {
    Kept { product_id: product_id.into(), text: text.into() }
}

fn ids(loader: &Loader) -> Vec<String> {
    loader.registry().products().map(|product| product.id.clone()).collect()
}

#[test]
fn a_change_is_a_new_registry_and_no_change_is_none() {
    let (folder, mut loader) = loader(&[("a.toml", plugin("a.x", "/a"))], vec![]);
    let first = loader.load();
    assert_eq!(first.registry.unwrap().generation(), 1);
    assert_eq!(first.effects[0].kind, EffectKind::Added);
    assert_eq!(first.kept_changes, [KeptChange::Keep(kept("a", &plugin("a.x", "/a")))]);

    let second = loader.load();
    assert!(second.registry.is_none() && second.effects.is_empty());
    assert!(second.kept_changes.is_empty() && second.diagnostics.is_empty());

    write(folder.path(), "a.toml", &plugin("a.x", "/b"));
    let third = loader.load();
    assert_eq!(third.registry.unwrap().generation(), 2);
    assert_eq!(third.effects[0].kind, EffectKind::Changed);
    assert_eq!(third.effects[0].routes_added, ["GET /b"]);
    assert_eq!(third.effects[0].routes_removed, ["GET /a"]);
    assert!(third.effects[0].scopes_added.is_empty());
}

#[test]
fn a_broken_file_keeps_the_last_good_version() {
    let (folder, mut loader) = loader(&[("a.toml", plugin("a.x", "/a"))], vec![]);
    loader.load();
    let path = folder.path().join("a.toml");
    let broken: [&dyn Fn(); 6] = [
        &|| fs::write(&path, "name = ").unwrap(),
        &|| fs::write(&path, "").unwrap(),
        &|| fs::write(&path, b"name = \"\xff\"").unwrap(),
        &|| fs::write(&path, vec![b'#'; FILE_BYTES_MAX + 1]).unwrap(),
        &|| {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink("/nowhere/at/all", &path).unwrap();
        },
        &|| {
            fs::remove_file(&path).unwrap();
            fs::create_dir(&path).unwrap();
        },
    ];
    for make_broken in broken {
        make_broken();
        let outcome = loader.load();
        assert!(outcome.registry.is_none() && outcome.kept_changes.is_empty());
        assert!(outcome.diagnostics.iter().any(Diagnostic::is_error));
        let state = &outcome.states[0];
        assert!(state.has_good_version && state.is_stale && !state.problems.is_empty());
        assert_eq!(ids(&loader), ["a"]);
    }
    fs::remove_dir(&path).unwrap();
    fs::write(&path, plugin("a.x", "/a")).unwrap();
    let outcome = loader.load();
    assert!(outcome.registry.is_none() && outcome.diagnostics.is_empty());
    assert!(!outcome.states[0].is_stale);
}

#[test]
fn a_deleted_file_removes_its_product_and_an_unlisted_folder_changes_nothing() {
    let files = [("a.toml", plugin("a.x", "/a")), ("b.toml", plugin("b.x", "/b"))];
    let (folder, mut loader) = loader(&files, vec![]);
    loader.load();
    fs::remove_file(folder.path().join("b.toml")).unwrap();
    let outcome = loader.load();
    assert_eq!(outcome.effects[0].kind, EffectKind::Removed);
    assert_eq!(outcome.kept_changes, [KeptChange::Forget("b".into())]);
    assert_eq!(ids(&loader), ["a"]);

    fs::remove_dir_all(folder.path()).unwrap();
    let outcome = loader.load();
    assert!(outcome.registry.is_none() && outcome.kept_changes.is_empty());
    assert!(outcome.diagnostics[0].message.contains("cannot be listed"));
    assert_eq!(ids(&loader), ["a"]);
}

#[test]
fn a_restart_with_a_broken_file_serves_the_kept_version() {
    let good = plugin("a.x", "/a");
    let files = [("a.toml", "broken".to_owned()), ("new.toml", "broken".to_owned())];
    let (_folder, mut loader) =
        loader(&files, vec![kept("a", &good), kept("gone", &plugin("g.x", "/g"))]);
    let outcome = loader.load();
    assert_eq!(ids(&loader), ["a"]);
    assert_eq!(outcome.kept_changes, [KeptChange::Forget("gone".into())]);
    let states: Vec<_> = outcome.states.iter().map(|s| (s.has_good_version, s.is_stale)).collect();
    assert_eq!(states, [(true, true), (false, false)]);
}

#[test]
fn two_products_cannot_be_called_the_same_by_applications() {
    let text = plugin("a.x", "/a") + "[oauth]\n";
    let (folder, mut loader) = loader(&[("a.toml", text)], vec![]);
    loader.load();
    let text = plugin("b.x", "/b") + "[oauth]\nresource = \"https://a.x/\"\n";
    write(folder.path(), "b.toml", &text);
    let outcome = loader.load();
    assert_eq!(ids(&loader), ["a"]);
    assert!(outcome.diagnostics[0].message.contains("`https://a.x` leads to the product `a`"));
    let (product, audience) = loader.registry().product_of_audience("https://a.x/").unwrap();
    assert_eq!((product.id.as_str(), audience.as_str()), ("a", "https://a.x"));
    assert!(loader.registry().product_of_audience("https://a.x/b").is_none());
}

#[test]
fn the_version_in_force_has_the_host_and_the_newcomer_waits_for_it() {
    let (folder, mut loader) = loader(&[("b.toml", plugin("x.x", "/b"))], vec![]);
    loader.load();
    write(folder.path(), "a.toml", &plugin("x.x", "/a"));
    let outcome = loader.load();
    assert_eq!(ids(&loader), ["b"]);
    assert_eq!(outcome.states[0].problems[0].line, 2);
    assert!(outcome.diagnostics[0].message.contains("leads to the product `b` already"));

    write(folder.path(), "b.toml", &plugin("y.x", "/b"));
    let outcome = loader.load();
    assert!(outcome.diagnostics.is_empty());
    assert_eq!(ids(&loader), ["a", "b"]);
    assert_eq!(loader.registry().product_of_host("x.x").unwrap().id, "a");

    write(folder.path(), "a.toml", &plugin("y.x", "/a"));
    write(folder.path(), "b.toml", &plugin("x.x", "/b"));
    assert!(loader.load().diagnostics.is_empty(), "two files may swap their hosts");
    assert_eq!(loader.registry().product_of_host("x.x").unwrap().id, "b");
}

#[test]
fn at_the_first_load_the_kept_version_has_the_host_and_then_the_first_by_id() {
    let text = plugin("x.x", "/");
    let files = [("a.toml", text.clone()), ("b.toml", text.clone()), ("c.toml", text.clone())];
    let (_folder, mut with_kept) = loader(&files, vec![kept("b", &text)]);
    with_kept.load();
    assert_eq!(ids(&with_kept), ["b"]);
    let (_folder, mut without) = loader(&files, vec![]);
    assert_eq!(without.load().diagnostics.len(), 2);
    assert_eq!(ids(&without), ["a"]);
}

#[test]
fn other_files_are_ignored_and_a_misnamed_one_is_mentioned() {
    let text = plugin("x.x", "/");
    let names = ["a.toml~", ".a.toml", "a.toml.bak", "4913", "README.md", "Whale.toml"];
    let files: Vec<_> = names.iter().map(|name| (*name, text.clone())).collect();
    let (_folder, mut loader) = loader(&files, vec![]);
    let outcome = loader.load();
    assert!(ids(&loader).is_empty() && outcome.states.is_empty());
    assert_eq!(outcome.diagnostics.len(), 1);
    assert!(!outcome.diagnostics[0].is_error());
    assert!(outcome.diagnostics[0].file.ends_with("Whale.toml"));
}
