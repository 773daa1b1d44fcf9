//! Whose use is counted together, and at which numbers.

use super::{METER, World, code, question};
use crate::harness::{Key, WORKSPACE};

impl World {
    fn passed_by(&self, product: &str, key: &Key, asked: usize) -> usize {
        let asked = (0..asked).map(|_| self.gate.send(&question(product, key, "/one")));
        asked.filter(|answer| answer.status == 200).count()
    }
}

/// `METER` as another product, with a line at its top and tables at its end.
fn another(host: &str, line: &str, tables: &str) -> String {
    let text = METER.replace("meter.example", host);
    text.replacen("[keys.live]", &format!("{line}\n[keys.live]"), 1) + tables
}

#[test]
fn each_key_has_its_own_allocation() {
    let world = World::on("free");
    let (one, other) = (world.key(), world.key());
    assert_eq!(world.passed(&one, "/one", 61), 60);
    assert_eq!(world.passed(&other, "/one", 61), 60);
}

#[test]
fn a_workspace_may_share_one_under_each_product() {
    let shared = another("shared.example", "bucket = \"workspace\"", "");
    let world = World::with("free", &[("shared", &shared)]);
    let (one, other) = (world.key_for("shared", "live"), world.key_for("shared", "live"));
    assert_eq!(world.passed_by("shared", &one, 40), 40);
    assert_eq!(world.passed_by("shared", &other, 40), 20);
    assert_eq!(world.passed(&world.key(), "/one", 60), 60, "another product is another bucket");

    world.instance.workspace("globex", "free").unwrap();
    let stranger = world.instance.key("shared", "live", &["read"]).of("globex").make();
    assert_eq!(world.passed_by("shared", &stranger, 61), 60);
}

#[test]
fn both_secrets_of_a_key_draw_on_one_bucket() {
    let world = World::on("free");
    let old = world.key();
    assert_eq!(world.passed(&old, "/one", 30), 30);
    let new = world.instance.rotate(&old, "1d");
    assert_eq!(world.passed(&new, "/one", 20), 20);
    assert_eq!(world.passed(&old, "/one", 20), 10, "rotation gives nothing back");
    assert_eq!(world.code(&new, "/one"), "rate_limited");
    world.instance.finish_rotation(&old).unwrap();
    assert_eq!(world.code(&new, "/one"), "rate_limited");
}

#[test]
fn a_key_that_was_revoked_and_restored_has_used_what_it_has_used() {
    let world = World::on("free");
    let key = world.key();
    assert_eq!(world.passed(&key, "/one", 60), 60);
    world.instance.revoke(&key).unwrap();
    assert_eq!(world.code(&key, "/one"), "revoked_key");
    world.instance.restore(&key).unwrap();
    assert_eq!(world.code(&key, "/one"), "rate_limited");
}

#[test]
fn a_key_type_may_run_at_a_fraction() {
    let world = World::on("free");
    let key = world.key_for("meter", "test");
    assert_eq!(world.passed(&key, "/one", 10), 6);
    assert_eq!(world.code(&key, "/ten"), "rate_limited");
    assert_eq!(world.ask(&key, "/ten").header("retry-after"), None, "a tenth never has ten");
    world.instance.set_plan(WORKSPACE, "enterprise").unwrap();
    let told = world.ask(&key, "/one");
    assert_eq!(told.header("ratelimit-policy"), Some("\"minute\";q=600;w=60"));
}

#[test]
fn a_product_may_have_its_own_numbers_and_what_it_leaves_out_is_the_plan_s() {
    let own = another("own.example", "", "[plans.free]\nper_minute = 7\n");
    let world = World::with("free", &[("own", &own)]);
    let key = world.key_for("own", "live");
    let first = world.gate.send(&question("own", &key, "/one"));
    let policy = "\"minute\";q=7;w=60, \"day\";q=1000;w=86400";
    assert_eq!(first.header("ratelimit-policy"), Some(policy));
    assert_eq!(world.passed_by("own", &key, 10), 6);
    assert_eq!(code(&world.gate.send(&question("own", &key, "/one"))), "rate_limited");
}

#[test]
fn a_product_s_numbers_hold_as_soon_as_its_file_is_saved() {
    let world = World::on("free");
    let key = world.key();
    assert_eq!(world.passed(&key, "/one", 10), 10);
    let file = world.instance.plugin_file("meter");
    std::fs::write(file, format!("{METER}[plans.free]\nper_minute = 10\n")).unwrap();
    world.instance.app.plugins.reload();
    assert_eq!(world.code(&key, "/one"), "rate_limited", "counts stay");
}
