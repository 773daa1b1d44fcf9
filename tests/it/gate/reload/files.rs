//! Every way in which editors and orchestrators write files, and every way in which they fail.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use super::super::asked::{Asked, Way};
use super::super::verdict::{self, Verdict};
use super::{LOOKS, SMALL, World, larger};
use crate::harness::{Request, eventually};

/// Looks that outlast the look without a sign, which comes after five seconds.
const LOOKS_WITHOUT_A_SIGN: u32 = 500;

impl World {
    /// What `/readyz` says of the one product's file.
    fn state(&self) -> String {
        let answer = self.gate.send(&Request::new("GET", "/readyz").header("Host", "localhost"));
        assert_eq!(answer.status, 200, "a good version is in force: {}", answer.text());
        answer.json()["products"][0]["state"].as_str().unwrap().to_owned()
    }

    fn is_mended(&self, what: &str) {
        let is_mended = || (self.state() == "good").then_some(());
        assert!(eventually(LOOKS, is_mended).is_some(), "{what}");
    }
}

/// A file as a file system may leave it, and a way back.
type Break = fn(&Path);

const BROKEN: [(&str, Break); 8] = [
    ("empty", |file| fs::write(file, "").unwrap()),
    ("blank", |file| fs::write(file, "\n").unwrap()),
    ("cut off", |file| fs::write(file, &larger()[..larger().len() - 4]).unwrap()),
    ("no text", |file| fs::write(file, b"name = \"\xff\"\n").unwrap()),
    ("too big", |file| fs::write(file, "#".repeat(1024 * 1024 + 1)).unwrap()),
    ("a folder", |file| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    }),
    ("a link to nowhere", |file| {
        // In one step, like the pipe: a look between two would find no product at all.
        symlink("nowhere.txt", file.with_extension("new")).unwrap();
        fs::rename(file.with_extension("new"), file).unwrap();
    }),
    ("a pipe", |file| {
        let made = Command::new("mkfifo").arg(file.with_extension("new")).status();
        assert!(made.unwrap().success());
        fs::rename(file.with_extension("new"), file).unwrap();
    }),
];

/// Puts a good file in place of whatever is there.
fn mend(world: &World) {
    let beside = world.instance.folder().join("plugins/mended");
    fs::write(&beside, larger()).unwrap();
    if world.file().is_dir() {
        // A file cannot take a folder's name at once: the product would be gone for a moment, so
        // the folder becomes the link to nowhere that the next write replaces.
        let link = world.instance.folder().join("plugins/link");
        fs::rename(world.file(), world.instance.folder().join("plugins/was")).unwrap();
        symlink("nowhere.txt", &link).unwrap();
        fs::rename(&link, world.file()).unwrap();
        fs::remove_dir(world.instance.folder().join("plugins/was")).unwrap();
    }
    fs::rename(&beside, world.file()).unwrap();
}

#[test]
fn whatever_cannot_be_read_as_a_plugin_changes_nothing_and_is_told() {
    let world = World::start();
    fs::write(world.file(), larger()).unwrap();
    world.becomes("/b", "pass");
    for (name, make_broken) in BROKEN {
        println!("{name}");
        make_broken(&world.file());
        world.is_told();
        assert_eq!(world.state(), "last good version", "{name}");
        assert_eq!((world.code("/a"), world.code("/b")), ("pass".into(), "pass".into()), "{name}");
        mend(&world);
        world.is_mended(name);
        assert_eq!(world.code("/b"), "pass", "{name}");
    }
}

#[test]
fn a_file_that_may_not_be_read_changes_nothing() {
    if rustix::process::geteuid().is_root() {
        // Root reads it all the same: then there is nothing to be told.
        let world = World::start();
        fs::set_permissions(world.file(), fs::Permissions::from_mode(0o000)).unwrap();
        world.instance.app.plugins.reload();
        assert_eq!((world.code("/a"), world.state()), ("pass".into(), "good".into()));
        return;
    }
    let world = World::start();
    fs::set_permissions(world.file(), fs::Permissions::from_mode(0o000)).unwrap();
    world.is_told();
    assert_eq!(world.code("/a"), "pass");
    fs::set_permissions(world.file(), fs::Permissions::from_mode(0o600)).unwrap();
    world.is_mended("chmod 600");
}

#[test]
fn a_file_that_is_written_in_pieces_is_in_force_when_it_is_whole() {
    let world = World::start();
    let text = larger();
    for cut in [10, text.find("[scopes]").unwrap(), text.find("b:read").unwrap(), text.len() - 4] {
        fs::write(world.file(), SMALL).unwrap();
        world.becomes("/b", "route_not_declared");
        // A pause within: what stands there is read, and is no plugin.
        let mut file = File::create(world.file()).unwrap();
        file.write_all(&text.as_bytes()[..cut]).unwrap();
        world.is_told();
        assert_eq!(world.code("/a"), "pass", "{cut}");
        file.write_all(&text.as_bytes()[cut..]).unwrap();
        world.becomes("/b", "pass");
    }
}

#[test]
fn a_burst_of_pieces_is_read_when_it_is_over() {
    let world = World::start();
    // Between two pieces this text is good for a while, with fewer routes than it will have.
    let text = larger();
    let path = world.file();
    let writer = std::thread::spawn(move || {
        let mut file = File::create(path).unwrap();
        for piece in text.as_bytes().chunks(24) {
            file.write_all(piece).unwrap();
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    });
    world.becomes("/b", "pass");
    writer.join().unwrap();
    world.is_mended("whole");
}

#[test]
fn an_orchestrator_swaps_the_link_that_its_files_lead_through() {
    let world = World::start();
    let plugins = world.instance.folder().join("plugins");
    let deploy = |release: &str, text: &str| {
        fs::create_dir(plugins.join(release)).unwrap();
        fs::write(plugins.join(release).join("small.toml"), text).unwrap();
        symlink(release, plugins.join("..data_tmp")).unwrap();
        fs::rename(plugins.join("..data_tmp"), plugins.join("..data")).unwrap();
    };
    deploy("..2026_03_01", SMALL);
    let link = plugins.join("link");
    symlink("..data/small.toml", &link).unwrap();
    fs::rename(&link, world.file()).unwrap();
    world.becomes("/b", "route_not_declared");
    deploy("..2026_03_02", &larger());
    fs::remove_dir_all(plugins.join("..2026_03_01")).unwrap();
    world.becomes("/b", "pass");
    deploy("..2026_03_03", "broken");
    world.is_told();
    assert_eq!(world.code("/b"), "pass");
    deploy("..2026_03_04", SMALL);
    world.becomes("/b", "route_not_declared");
    fs::remove_file(plugins.join("..data")).unwrap();
    world.is_told();
    assert_eq!(world.code("/a"), "pass", "a link to nowhere is no deletion");
}

#[test]
fn a_folder_that_is_gone_changes_nothing_until_it_is_there_again() {
    let world = World::start();
    let (folder, plugins) = (world.instance.folder(), world.instance.folder().join("plugins"));
    fs::rename(&plugins, folder.join("away")).unwrap();
    world.instance.app.plugins.reload();
    assert_eq!((world.code("/a"), world.code("/b")), ("pass".into(), "route_not_declared".into()));

    let next = folder.join("next");
    fs::create_dir(&next).unwrap();
    fs::write(next.join("small.toml"), larger()).unwrap();
    fs::rename(&next, &plugins).unwrap();
    world.becomes("/b", "pass");
    fs::write(world.file(), SMALL).unwrap();
    world.becomes("/b", "route_not_declared");

    // A release is a folder, too.
    fs::rename(&plugins, folder.join("release-1")).unwrap();
    fs::create_dir(folder.join("release-2")).unwrap();
    fs::write(folder.join("release-2/small.toml"), larger()).unwrap();
    symlink("release-2", &plugins).unwrap();
    world.becomes("/b", "pass");

    fs::remove_file(&plugins).unwrap();
    fs::create_dir(&plugins).unwrap();
    world.becomes("/a", "unavailable");
}

#[test]
fn a_change_that_nobody_signals_is_seen_all_the_same() {
    let world = World::start();
    // The same file under a name that nobody watches: as with a bind mount, no event comes.
    let elsewhere = tempfile::tempdir().unwrap();
    let name = elsewhere.path().join("small.txt");
    fs::hard_link(world.file(), &name).unwrap();
    fs::write(&name, larger()).unwrap();
    let is_seen = || (world.code("/b") == "pass").then_some(());
    assert!(eventually(LOOKS_WITHOUT_A_SIGN, is_seen).is_some());
}

#[test]
fn of_two_files_with_one_host_the_newcomer_waits() {
    let world = World::start();
    let asked = Asked::of("small", "small.example", "GET", "/a");
    let realm = || {
        let answer = world.gate.send(&asked.put(Way::VerifyByHost));
        match verdict::direct(Way::VerifyByHost, false, &answer) {
            Verdict::Denied(denial) => denial.challenge.unwrap_or_default(),
            Verdict::Pass(_) => panic!("nobody asks with a key"),
        }
    };
    let led_to = |product: &str| format!("Bearer realm=\"{product}\"");
    // Its id comes first, and still it has to wait.
    let other = SMALL.replace("sm_live_", "an_live_");
    fs::write(world.instance.plugin_file("another"), &other).unwrap();
    let states = || {
        let answer = world.gate.send(&Request::new("GET", "/readyz").header("Host", "localhost"));
        answer.json()["products"].clone()
    };
    let told =
        eventually(LOOKS, || Some(states()).filter(|it| it[0]["state"] == "no good version"));
    let told = told.expect("it is told").to_string();
    assert!(told.contains("small.example") && told.contains("already"), "{told}");
    assert_eq!(realm(), led_to("small"));
    assert_eq!(world.code("/a"), "pass");

    // The two are swapped: another file has the host now.
    fs::write(world.file(), SMALL.replace("small.example", "smaller.example")).unwrap();
    assert!(eventually(LOOKS, || (realm() == led_to("another")).then_some(())).is_some());
    assert_eq!(world.code("/a"), "pass", "by its name");
}
