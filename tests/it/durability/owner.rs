//! The data folder is one user's: whoever else comes is told whose, and a folder that cannot be
//! written is not written.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use crate::harness::process::{Caller, Home, Output, Verdict};

/// Debian's `nobody`.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The instance in a folder that `nobody` can enter, with a binary that it can run.
fn open_to_all() -> Home {
    let home = Home::with_acme();
    let binary = home.path("keystile");
    let built = Path::new(env!("CARGO_BIN_EXE_keystile"));
    if fs::hard_link(built, &binary).is_err() {
        fs::copy(built, &binary).unwrap();
    }
    // The instances of other tests, in this process, make files for their user alone.
    let readable = ["", "keystile", "plugins"].map(|name| (home.path(name), 0o755));
    let plugins = fs::read_dir(home.path("plugins")).unwrap();
    let files = plugins.map(|entry| (entry.unwrap().path(), 0o644));
    let settings = (home.path("config.toml"), 0o644);
    for (path, mode) in readable.into_iter().chain(files).chain([settings]) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    home
}

/// A command of the instance, run by `nobody`; root alone can become another user.
fn by_nobody(home: &Home, arguments: &[&str]) -> Command {
    assert!(is_root(), "these tests change users: run them as root");
    let mut command = Command::new("setpriv");
    let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
    command.args(user).args(["--clear-groups", "--"]).arg(home.path("keystile"));
    command.arg("--config").arg(home.path("config.toml")).args(arguments);
    command.current_dir(home.path(""));
    command
}

/// Gives the data folder, and everything in it, to `nobody`.
fn give_away(home: &Home) {
    let owner = format!("{NOBODY}:{NOBODY}");
    let status = Command::new("chown").args(["-R", &owner]).arg(home.data()).status().unwrap();
    assert!(status.success());
}

fn bytes(home: &Home) -> Vec<u8> {
    fs::read(home.data().join("keystile.db")).unwrap()
}

fn names(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.data()).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn is_refused(output: &Output, said: &str) {
    assert_eq!((output.code, output.stdout.as_str()), (78, ""), "{output:?}");
    assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
    assert!(output.stderr.contains(said), "{said:?} is not in: {output:?}");
}

#[test]
fn whoever_does_not_own_the_data_folder_is_told_who_does() {
    let home = open_to_all();
    let before = (bytes(&home), names(&home));
    for command in [["serve"].as_slice(), &["key", "list"], &["workspace", "add", "new"]] {
        let output = Output::of(&mut by_nobody(&home, command));
        is_refused(&output, "belongs to root: run this as root");
    }
    fs::set_permissions(home.data(), fs::Permissions::from_mode(0o755)).unwrap();
    let output = Output::of(&mut by_nobody(&home, &["key", "list"]));
    is_refused(&output, "belongs to root: run this as root");
    assert_eq!((bytes(&home), names(&home)), before);

    give_away(&home);
    for command in [["serve"].as_slice(), &["key", "list"], &["workspace", "add", "new"]] {
        let output = home.run(command);
        is_refused(&output, "belongs to nobody: run this as nobody");
        assert!(output.stderr.contains("sudo -u nobody"), "{output:?}");
    }
    assert_eq!((bytes(&home), names(&home)), before);
    let owner = fs::metadata(home.data().join("keystile.db")).unwrap().uid();
    assert_eq!(owner, NOBODY, "root leaves the owner's files the owner's");
}

#[test]
fn root_reaches_another_users_server_through_its_socket() {
    let home = open_to_all();
    give_away(&home);
    let server = home.serve_by(&mut by_nobody(&home, &["serve"]));
    let made = home.make_key("CI");
    assert_eq!(Caller::to(server.gate).verify(&made.secret), Verdict::allow());
    assert_eq!(home.json(&["key", "show", &made.id])["created_by"], "cli:root");
    let owners: Vec<u32> = names(&home)
        .iter()
        .map(|name| fs::metadata(home.data().join(name)).unwrap().uid())
        .collect();
    assert!(owners.iter().all(|owner| *owner == NOBODY), "{owners:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_not_written() {
    for (folder, file, said) in [
        (0o500, 0o600, "data"),
        (0o700, 0o400, "keystile.db"),
        (0o500, 0o400, "data"),
        (0o000, 0o600, "data"),
    ] {
        let home = open_to_all();
        let before = bytes(&home);
        give_away(&home);
        let path = home.data().join("keystile.db");
        fs::set_permissions(&path, fs::Permissions::from_mode(file)).unwrap();
        fs::set_permissions(home.data(), fs::Permissions::from_mode(folder)).unwrap();
        for command in [["serve"].as_slice(), &["key", "list"], &["workspace", "add", "new"]] {
            let output = Output::of(&mut by_nobody(&home, command));
            is_refused(&output, said);
        }
        assert_eq!(bytes(&home), before, "{folder:o} {file:o}");
    }
}
