//! Editing files while the server runs: a change is in force within a second, and a mistake changes
//! nothing.

mod effect;
mod files;
mod load;

use std::fs;
use std::os::unix::fs::symlink;

use super::asked::{Asked, Way};
use super::verdict;
use crate::harness::{Client, Instance, Key, Plugins, eventually};

/// About a second for the change, and more for a busy machine; the look without a sign, which comes
/// after five, would prove nothing.
const LOOKS: u32 = 240;

const SMALL: &str = r#"
name = "Small"
hosts = ["small.example"]
[keys.live]
prefix = "sm_live_"
[scopes]
"*" = "All"
"a:read" = "A"
[routes]
"GET /a" = "a:read"
"#;

/// The same with one more scope and route.
fn larger() -> String {
    SMALL.replace("\"a:read\" = \"A\"", "\"a:read\" = \"A\"\n\"b:read\" = \"B\"")
        + "\"GET /b\" = \"b:read\"\n"
}

struct World {
    gate: Client,
    instance: Instance,
    key: Key,
}

impl World {
    fn start() -> Self {
        let instance = Instance::start(&Plugins::default().and("small", SMALL));
        let key = instance.key("small", "live", &["*"]).make();
        let world = Self { gate: instance.client(), instance, key };
        assert_eq!(world.code("/a"), "pass");
        assert_eq!(world.code("/b"), "route_not_declared");
        world
    }

    fn code(&self, target: &str) -> String {
        let asked = Asked::of("small", "small.example", "GET", target).bearer(&self.key.secret);
        let answer = self.gate.send(&asked.put(Way::Verify));
        verdict::direct(Way::Verify, false, &answer).code().to_owned()
    }

    /// Waits until a question about `target` is answered with `code`, and holds that `/a` passes
    /// all the while unless it is what is asked about.
    fn becomes(&self, target: &str, code: &str) {
        let mut last = String::new();
        let found = eventually(LOOKS, || {
            assert!(target == "/a" || self.code("/a") == "pass", "a request was dropped");
            last = self.code(target);
            (last == code).then_some(())
        });
        assert!(found.is_some(), "{target} was to become {code}, and is {last}");
    }

    /// Waits until the file as it stands is told to be broken.
    fn is_told(&self) {
        let is_told =
            || self.instance.app.plugins.files.load().products.iter().any(|file| file.is_stale);
        assert!(eventually(LOOKS, || is_told().then_some(())).is_some(), "nobody was told");
    }

    fn file(&self) -> std::path::PathBuf {
        self.instance.plugin_file("small")
    }
}

#[test]
fn a_route_and_a_scope_are_in_force_soon_after_they_are_written() {
    let world = World::start();
    fs::write(world.file(), larger()).unwrap();
    world.becomes("/b", "pass");
    fs::write(world.file(), SMALL).unwrap();
    world.becomes("/b", "route_not_declared");
}

#[test]
fn a_scope_that_becomes_an_admins_is_lost_to_wildcards_and_kept_by_name() {
    let world = World::start();
    let by_name = world.instance.key("small", "live", &["a:read"]).make();
    let admin = SMALL.replace("= \"A\"", "= { description = \"A\", grant = \"admin\" }");
    fs::write(world.file(), admin).unwrap();
    world.becomes("/a", "insufficient_scope");
    let named = World { key: by_name, ..world };
    assert_eq!(named.code("/a"), "pass");
}

#[test]
fn a_broken_file_changes_nothing() {
    let world = World::start();
    fs::write(world.file(), larger()).unwrap();
    world.becomes("/b", "pass");
    let typing = larger().replace("\"GET /b\"", "\"GET b\"");
    let unknown = larger().replace("b:read\"\n", "c:read\"\n");
    for broken in ["", "name = ", &larger()[..40], &typing, &unknown, "\u{feff}\0"] {
        fs::write(world.file(), broken).unwrap();
        world.is_told();
        assert_eq!(world.code("/b"), "pass", "{broken:?}");
        fs::write(world.file(), larger()).unwrap();
        let is_mended = || !world.instance.app.plugins.files.load().products[0].is_stale;
        assert!(eventually(LOOKS, || is_mended().then_some(())).is_some(), "{broken:?}");
    }
    assert_eq!(world.code("/b"), "pass");
}

#[test]
fn editors_rename_and_deployments_swap_links() {
    let world = World::start();
    let beside = world.instance.folder().join("plugins/.small.toml.swp");
    fs::write(&beside, larger()).unwrap();
    fs::rename(&beside, world.file()).unwrap();
    world.becomes("/b", "pass");

    let releases = world.instance.folder().join("releases");
    for (release, text) in [("1", SMALL.to_owned()), ("2", larger())] {
        fs::create_dir_all(releases.join(release)).unwrap();
        fs::write(releases.join(release).join("small.toml"), text).unwrap();
    }
    let swap = |release: &str| {
        let link = world.instance.folder().join("link");
        symlink(releases.join(release).join("small.toml"), &link).unwrap();
        fs::rename(&link, world.file()).unwrap();
    };
    swap("1");
    world.becomes("/b", "route_not_declared");
    swap("2");
    world.becomes("/b", "pass");
    fs::write(releases.join("2/small.toml"), SMALL).unwrap();
    world.becomes("/b", "route_not_declared");
}

#[test]
fn a_deleted_file_removes_its_product_for_good() {
    let world = World::start();
    fs::remove_file(world.file()).unwrap();
    world.becomes("/a", "unavailable");
    let World { gate, instance, key } = world;
    drop(gate);
    let instance = instance.restart();
    let world = World { gate: instance.client(), instance, key };
    assert_eq!(world.code("/a"), "unavailable", "it was not kept either");
    fs::write(world.file(), SMALL).unwrap();
    world.becomes("/a", "pass");
}

#[test]
fn a_restart_beside_a_broken_file_serves_its_last_good_version() {
    let world = World::start();
    fs::write(world.file(), larger()).unwrap();
    world.becomes("/b", "pass");
    fs::write(world.file(), "broken").unwrap();
    world.is_told();
    let World { gate, instance, key } = world;
    drop(gate);
    let instance = instance.restart();
    let world = World { gate: instance.client(), instance, key };
    assert_eq!(world.code("/b"), "pass");
}

#[test]
fn a_new_product_takes_requests_for_its_host() {
    let world = World::start();
    let other = SMALL.replace("small.example", "other.example").replace("sm_", "ot_");
    fs::write(world.instance.plugin_file("other"), other).unwrap();
    let asked = || Asked::of("other", "other.example", "GET", "/a");
    let code = || {
        let answer = world.gate.send(&asked().put(Way::VerifyByHost));
        verdict::direct(Way::VerifyByHost, false, &answer)
    };
    let challenged = |realm| format!("Bearer realm=\"{realm}\"");
    let is_other = || match code() {
        verdict::Verdict::Denied(denial) => denial.challenge == Some(challenged("other")),
        verdict::Verdict::Pass(_) => false,
    };
    assert!(eventually(LOOKS, || is_other().then_some(())).is_some());
}

#[test]
fn settings_are_live_but_a_plan_in_use_stays() {
    let world = World::start();
    let config = world.instance.folder().join("config.toml");
    let before = fs::read_to_string(&config).unwrap();
    let with = |plans: &str| fs::write(&config, format!("{before}{plans}")).unwrap();
    assert!(world.instance.workspace("later", "gold").is_err(), "no such plan yet");
    with("[plans.enterprise]\n[plans.gold]\nper_minute = 5\n");
    let added = eventually(LOOKS, || world.instance.workspace("later", "gold").ok());
    assert!(added.is_some(), "the plan is known soon after it is written");

    with("[plans.gold]\nper_minute = 7\n");
    let loaded = || world.instance.app.live.get().plans.get("gold").and_then(|it| it.per_minute);
    let taken = eventually(LOOKS / 4, || (loaded() == Some(7)).then_some(()));
    assert!(taken.is_none(), "a workspace uses the plan that would be gone");
    assert_eq!(world.code("/a"), "pass");

    with("[plans.enterprise]\n[plans.gold]\nper_minute = 7\n");
    let taken = eventually(LOOKS, || (loaded() == Some(7)).then_some(()));
    assert!(taken.is_some());
    world.instance.set_plan("later", "enterprise").unwrap();
}
