//! The house's rules, held: floors, lengths, and what must not be named where.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the top floor down: each may use those listed after it, and none before it.
const ROOMS: [&str; 26] = [
    "main",
    "cli",
    "http",
    "app",
    "upkeep",
    "verify",
    "oauth",
    "keys",
    "accounts",
    "principals",
    "schema",
    "audit",
    "config",
    "proxies",
    "usage",
    "registry",
    "limits",
    "store",
    "source",
    "kept",
    "secret",
    "id",
    "clock",
    "error",
    "octets",
    "lib",
];

const FUNCTION_LINES_MAX: usize = 60;
const FILE_LINES_MAX: usize = 400;
const FACE_LINES_MAX: usize = 70;

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// The room that the file stands in: the first part of its path below `src/`.
    fn room(&self) -> &str {
        let first = self.path.strip_prefix("src").unwrap().components().next().unwrap();
        first.as_os_str().to_str().unwrap().trim_end_matches(".rs")
    }

    /// The lines before the tests at its foot.
    fn body(&self) -> &str {
        self.text.split("\n#[cfg(test)]").next().unwrap()
    }
}

fn sources() -> Vec<Source> {
    fn collect(folder: &Path, found: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, text });
            }
        }
    }
    let mut found = Vec::new();
    collect(Path::new("src"), &mut found);
    assert!(
        found.len() > 50,
        "the sources were not found: run the tests from the package's folder"
    );
    found
}

fn floor(room: &str) -> usize {
    let place = ROOMS.iter().position(|known| *known == room);
    place.unwrap_or_else(|| panic!("src/{room} has no floor: give it its place in ROOMS"))
}

/// The rooms that a text names as `crate::room`.
fn named_rooms(text: &str) -> Vec<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let behind = code.flat_map(|line| line.split("crate::").skip(1));
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    behind
        .map(|rest| rest.split(|letter: char| !is_word(letter)).next().unwrap_or_default())
        .filter(|room| ROOMS.contains(room))
        .collect()
}

#[test]
fn imports_run_down() {
    for source in sources() {
        let own = floor(source.room());
        for room in named_rooms(source.body()) {
            assert!(
                floor(room) > own || room == source.room(),
                "{} uses crate::{room}, which stands above it: move what both need further down",
                source.shown()
            );
        }
    }
}

#[test]
fn the_engine_is_named_in_the_store_alone() {
    for source in sources().iter().filter(|source| source.room() != "store") {
        let names_it = source.body().lines().any(|line| {
            !line.trim_start().starts_with("//")
                && (line.contains("rusqlite") || line.contains("r2d2"))
        });
        assert!(!names_it, "{} names rusqlite: say it through crate::store", source.shown());
    }
}

#[test]
fn sql_stands_in_tables_alone() {
    let verbs = ["\"SELECT ", "INSERT INTO", "UPDATE keys", "DELETE FROM"];
    for source in sources().iter().filter(|source| source.room() != "store") {
        let is_table = source.path.ends_with("table.rs");
        let has_sql = verbs.iter().any(|verb| source.body().contains(verb));
        assert!(is_table || !has_sql, "{} holds SQL: move it into table.rs", source.shown());
    }
}

#[test]
fn every_file_says_what_it_is() {
    for source in sources().iter().filter(|source| source.room() != "lib") {
        assert!(source.text.starts_with("//! "), "{} has no `//!` at its top", source.shown());
    }
}

#[test]
fn files_and_functions_keep_their_measure() {
    for source in sources() {
        let lines = source.body().lines().count();
        let is_face = source.path.ends_with("mod.rs") && source.room() != "cli";
        let limit = if is_face { FACE_LINES_MAX } else { FILE_LINES_MAX };
        assert!(lines <= limit, "{} has {lines} lines ({limit}): split it", source.shown());
        for (name, length) in functions(source.body()) {
            assert!(
                length <= FUNCTION_LINES_MAX,
                "{}: fn {name} has {length} lines (60): give a part of it a name",
                source.shown()
            );
        }
    }
}

/// Each function with the number of its lines: from `fn` to the brace at its own indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some((before, rest)) = line.split_once("fn ") else { continue };
        let is_start = before.trim().split(' ').all(|word| {
            matches!(word, "" | "pub" | "pub(super)" | "pub(crate)" | "const" | "async")
        });
        if !is_start || line.trim_end().ends_with(';') {
            continue;
        }
        let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
        let end = lines[start..]
            .iter()
            .position(|it| it.trim() == "}" && indentation(it) == indentation(line));
        found.extend(end.map(|end| (name, end + 1)));
    }
    found
}

#[test]
fn the_architecture_names_every_room() {
    let text = fs::read_to_string("src/ARCHITECTURE.md").unwrap();
    for source in sources() {
        let room = source.room();
        let names_it =
            text.contains(&format!("`{room}/`")) || text.contains(&format!("`{room}.rs`"));
        assert!(names_it, "src/ARCHITECTURE.md does not name `{room}`");
    }
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    for source in sources() {
        assert!(
            !source.text.contains("#[allow(") && !source.text.contains("#![allow("),
            "{}: write #[expect(…, reason = \"…\")]",
            source.shown()
        );
    }
}
