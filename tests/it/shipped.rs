//! What is shipped is what is meant: the settings file, the plugins, the README.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use keystile::cli::Cli;
use keystile::config::Settings;
use keystile::registry::Loader;

#[test]
fn the_settings_file_says_the_defaults() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    let shipped = Settings::of_file(Path::new("config.toml")).unwrap();
    let defaults = Settings::of_file(empty.path()).unwrap();
    let here = |settings: Settings| Settings {
        file: PathBuf::new(),
        data: settings.data.file_name().unwrap().into(),
        plugins: settings.plugins.file_name().unwrap().into(),
        ..settings
    };
    assert_eq!(here(shipped), here(defaults), "config.toml must say each default");
}

#[test]
fn every_plugin_is_good_and_without_a_warning() {
    let mut loader = Loader::new("plugins".into(), Vec::new());
    let outcome = loader.load();
    assert_eq!(outcome.diagnostics, [], "mend plugins/");
    let files = fs::read_dir("plugins").unwrap().count();
    assert_eq!(loader.registry().products().count(), files);
}

#[test]
fn the_readme_begins_with_the_two_commands() {
    let readme = fs::read_to_string("README.md").unwrap();
    let commands: Vec<&str> = code_lines(&readme).take(2).collect();
    assert_eq!(commands, ["cargo run --release -- demo", "tests/run"]);
}

#[test]
fn every_command_that_the_documents_show_is_one() {
    for file in documents() {
        let text = fs::read_to_string(&file).unwrap();
        let file = file.display();
        let joined = text.replace("\\\n", " ");
        for line in code_lines(&joined).filter(|line| line.starts_with("keystile ")) {
            let command = line.split(" > ").next().unwrap();
            let words = words(command);
            if let Err(error) = Cli::try_parse_from(&words) {
                assert!(!error.use_stderr(), "{file} shows `{line}`, which is no command: {error}");
            }
        }
    }
}

#[test]
fn every_document_that_is_linked_is_there() {
    for file in documents() {
        let text = fs::read_to_string(&file).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http")) {
            let target = file.parent().unwrap().join(link.split('#').next().unwrap());
            assert!(target.exists(), "{} links to {link}", file.display());
        }
    }
}

/// The README and every page of `docs/`.
fn documents() -> Vec<PathBuf> {
    let pages = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|end| end == "md"));
    std::iter::once("README.md".into()).chain(pages).collect()
}

/// The lines of a document's code blocks, without prompts and remarks.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.lines().skip(1));
    lines.map(|line| line.split("   #").next().unwrap().trim()).filter(|line| !line.is_empty())
}

/// A command line's words, as a shell splits them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, ' ') => {
                words.extend(Some(std::mem::take(&mut word)).filter(|it| !it.is_empty()));
            }
            (_, letter) => word.push(letter),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}
