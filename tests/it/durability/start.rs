//! What cannot be started is refused in one clear line, exits 78, and is left as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::process::{Caller, Home, Output, Verdict, ended, python};

/// The bytes of every file of the data folder but those that hold nothing: the lock, the index of
/// the write-ahead log, and a log that is empty.
fn files(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(home.data()).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let named = files.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    let files = named.map(|(name, path)| (name, fs::read(path).unwrap()));
    let is_nothing = |name: &str, bytes: &[u8]| match name {
        "keystile.lock" | "keystile.db-shm" => true,
        "keystile.db-wal" => bytes.is_empty(),
        _ => false,
    };
    files.filter(|(name, bytes)| !is_nothing(name, bytes)).collect()
}

/// The names of files that are not as they were.
fn changed(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let size = |files: &BTreeMap<String, Vec<u8>>, name| files.get(name).map(Vec::len);
    changed.map(|name| format!("{name} {:?} {:?}", size(before, name), size(after, name))).collect()
}

/// An instance with a key, whose server is down; nothing of it is in a write-ahead log.
fn stopped() -> Home {
    let home = Home::with_acme();
    home.make_key("CI");
    home
}

/// Holds that every command is refused with `said`, and that no file changes.
fn is_refused(home: &Home, said: &str) {
    let before = files(home);
    for command in [["serve"].as_slice(), &["key", "list"], &["workspace", "add", "new"]] {
        let output = home.run(command);
        assert_eq!((output.code, output.stdout.as_str()), (78, ""), "{command:?}: {output:?}");
        assert_eq!(output.stderr.lines().count(), 1, "{command:?}: {output:?}");
        assert!(output.stderr.contains(said), "{said:?} is not in: {output:?}");
        let changed = changed(&before, &files(home));
        assert!(changed.is_empty(), "{command:?} has changed {changed:?}: {said}");
    }
}

/// Runs a script over the database, and ends it without closing: a write-ahead log stays.
fn over_database(home: &Home, script: &str) {
    let script = format!(
        "import os, sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
         {script}\nos._exit(0)"
    );
    python(&script, &[&home.data().join("keystile.db")]);
}

#[test]
fn a_second_server_is_refused_and_the_first_goes_on() {
    let home = Home::with_acme();
    let secret = home.make_key("CI").secret;
    let server = home.serve();
    let said = home.fails(78, &["serve"]);
    assert!(said.contains(&format!("process {}", server.process())), "{said}");
    assert!(said.contains(&home.data().display().to_string()), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(Caller::to(server.gate).verify(&secret), Verdict::allow());
    home.make_key("the socket still answers");
    server.kill9();
    assert!(home.data().join("keystile.sock").exists(), "a dead server leaves its socket");
    home.make_key("a dead socket is no server");
    drop(home.serve());
}

#[test]
fn a_server_waits_for_a_command_that_is_at_work() {
    const HOLD: &str = "
import fcntl, sys, time
lock = open(sys.argv[1], 'r+')
fcntl.flock(lock, fcntl.LOCK_EX)
print('held', flush=True)
time.sleep(0.4)";
    let home = stopped();
    let mut command = Command::new("python3");
    command.args(["-c", HOLD]).arg(home.data().join("keystile.lock")).stdout(Stdio::piped());
    let mut holder = command.spawn().unwrap();
    let mut said = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "held\n");
    drop(home.serve());
    assert!(ended(&mut holder).success());
}

#[test]
fn an_address_that_is_taken_is_told() {
    let home = Home::with_acme();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = home.run(&["serve", "--gate", &address]);
    assert_eq!(output.code, 78, "{output:?}");
    let last = output.stderr.lines().next_back().unwrap();
    assert!(last.contains(&format!("cannot listen on {address}")), "{output:?}");
}

#[test]
fn a_database_of_a_newer_version_is_left_to_it() {
    let home = stopped();
    let newer = "db.execute('PRAGMA user_version = 99')";
    over_database(&home, newer);
    assert!(files(&home).len() > 1, "it has a write-ahead log");
    is_refused(&home, "written by a newer Keystile (schema 99");
}

#[test]
fn another_programs_database_is_left_alone() {
    for mode in ["DELETE", "WAL"] {
        let home = stopped();
        fs::remove_file(home.data().join("keystile.db")).unwrap();
        let foreign = format!(
            "db.execute('PRAGMA journal_mode = {mode}')\ndb.execute('CREATE TABLE notes (x)')\n\
             db.execute('INSERT INTO notes VALUES (1)')"
        );
        over_database(&home, &foreign);
        fs::set_permissions(home.data().join("keystile.db"), fs::Permissions::from_mode(0o600))
            .unwrap();
        is_refused(&home, "another program's database");
    }
}

type Spoil = fn(&Path);

#[test]
fn a_broken_database_is_neither_used_nor_replaced() {
    let cases: [(Spoil, &str); 9] = [
        (|path| fs::write(path, b"").unwrap(), "is empty"),
        (|path| fs::write(path, b"hello").unwrap(), "not a database"),
        (|path| fs::write(path, vec![0x5a; 8_192]).unwrap(), "not a database"),
        (|path| fs::write(path, vec![0; 94_208]).unwrap(), "not a database"),
        (|path| shorten(path, 2), "keystile.db"),
        (|path| shorten(path, 20), "keystile.db"),
        (|path| shorten(path, 940), "keystile.db"),
        (|path| overwrite(path, 100..4_096), "keystile.db"),
        (|path| overwrite(path, 16..24), "keystile.db"),
    ];
    for (number, (spoil, said)) in cases.into_iter().enumerate() {
        println!("case {number}: {said}");
        let home = stopped();
        spoil(&home.data().join("keystile.db"));
        is_refused(&home, said);
    }
}

/// Keeps one part in so many of a file.
fn shorten(path: &Path, parts: usize) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / parts]).unwrap();
}

fn overwrite(path: &Path, range: std::ops::Range<usize>) {
    let mut bytes = fs::read(path).unwrap();
    bytes[range].fill(0xa5);
    fs::write(path, bytes).unwrap();
}

#[test]
fn no_empty_database_is_made_beside_a_log() {
    let home = stopped();
    let server = home.serve();
    home.make_key("in the log");
    server.kill9();
    fs::remove_file(home.data().join("keystile.db")).unwrap();
    is_refused(&home, "its log keystile.db-wal is there");
}

#[test]
fn a_database_that_others_can_read_is_refused() {
    for mode in [0o640, 0o604, 0o660, 0o777] {
        let home = stopped();
        let path = home.data().join("keystile.db");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        is_refused(&home, "chmod 600");
        let now = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(now, mode, "its mode is its owner's to change");
    }
}

#[test]
fn a_database_that_is_a_link_to_nowhere_is_refused() {
    let home = stopped();
    let (path, elsewhere) = (home.data().join("keystile.db"), home.path("elsewhere.db"));
    fs::rename(&path, home.path("was.db")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    is_refused(&home, "cannot look at");
    assert!(!elsewhere.exists(), "no empty database is made where the link leads");
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink(), "nor in its place");
}

#[test]
fn a_data_folder_that_others_may_write_is_refused() {
    for mode in [0o770, 0o720, 0o702, 0o777, 0o1777] {
        let home = stopped();
        fs::set_permissions(home.data(), fs::Permissions::from_mode(mode)).unwrap();
        is_refused(&home, "chmod 700");
        let now = fs::metadata(home.data()).unwrap().permissions().mode() & 0o7777;
        assert_eq!(now, mode, "its mode is its owner's to change");
    }
}

#[test]
fn a_folder_of_our_own_that_others_can_enter_is_closed_quietly() {
    for mode in [0o755, 0o750, 0o711] {
        let home = stopped();
        let closed = || fs::metadata(home.data()).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(home.data(), fs::Permissions::from_mode(mode)).unwrap();
        let output = home.run(&["key", "list"]);
        assert_eq!((output.code, output.stderr.as_str(), closed()), (0, "", 0o700), "{mode:o}");
    }
    // Made by an administrator beforehand, and empty.
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    fs::set_permissions(home.data(), fs::Permissions::from_mode(0o755)).unwrap();
    home.json(&["workspace", "list"]);
    assert_eq!(fs::metadata(home.data()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_folder_that_holds_something_else_is_not_closed() {
    let home = stopped();
    fs::write(home.data().join("notes.txt"), "somebody else's").unwrap();
    fs::set_permissions(home.data(), fs::Permissions::from_mode(0o755)).unwrap();
    is_refused(&home, "name a folder of Keystile's own");
    assert_eq!(fs::metadata(home.data()).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn the_first_command_makes_nothing_that_others_can_read() {
    for umask in ["022", "000"] {
        let home = Home::new();
        let binary = env!("CARGO_BIN_EXE_keystile");
        let script = format!("umask {umask} && exec {binary} --config config.toml workspace add a");
        let mut shell = Command::new("sh");
        let output = Output::of(shell.args(["-c", &script]).current_dir(home.path("")));
        assert_eq!(output.code, 0, "{output:?}");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home.data()), 0o700, "{umask}");
        for entry in fs::read_dir(home.data()).unwrap().map(Result::unwrap) {
            assert_eq!(mode(&entry.path()), 0o600, "{umask}: {}", entry.path().display());
        }
    }
}

#[test]
fn whatever_is_made_is_its_users_alone() {
    let home = Home::with_acme();
    let server = home.serve();
    home.make_key("CI");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.data()), 0o700);
    for name in ["db", "db-wal", "db-shm", "lock", "sock"] {
        let path = home.data().join(format!("keystile.{name}"));
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    drop(server);
}

#[test]
fn a_broken_database_that_is_moved_away_makes_room_for_a_new_one() {
    let home = stopped();
    let path = home.data().join("keystile.db");
    shorten(&path, 2);
    is_refused(&home, "move it away to begin anew");
    fs::rename(&path, home.path("broken.db")).unwrap();
    assert_eq!(home.json(&["workspace", "list"]), serde_json::json!([]));
}
