//! The table over the shipped product `marketplace`: each kind of key on a host of its own, and a
//! revocation that is for good.

use super::super::asked::Way;
use super::every::SHIPPED;
use super::{Identity, Named, Product, World, live};
use crate::harness::{Nginx, Plugins};

const MARKETPLACE: Product = Product {
    id: "marketplace",
    host: "api.marketplace.example",
    resource: None,
    credentials: &["authorization"],
};

const SANDBOX: &str = "sandbox.marketplace.example";

fn world() -> World {
    World::over(&Plugins::shipped(), &SHIPPED, Nginx::start)
}

#[test]
fn each_kind_of_key_is_good_on_its_own_host() {
    let world = world();
    let make =
        |kind| -> Named { world.instance.key("marketplace", kind, &["apis:read"]).make().into() };
    let (production, sandbox) = (make("live"), make("test"));
    let at = |key: &Named, host| {
        MARKETPLACE.present(key.secret(), "GET", "/v1/marketplace/apis").host(Some(host))
    };
    let of_production =
        Identity { environment: "production", ..live(&production.id, "apis:read", "") };
    let of_sandbox = Identity { environment: "sandbox", ..live(&sandbox.id, "apis:read", "") };
    let wrong = |name, asked| MARKETPLACE.denies(name, asked, "wrong_environment");
    let own = MARKETPLACE.host;
    world.check(vec![
        MARKETPLACE.passes("live, its host", at(&production, own), &of_production),
        MARKETPLACE.passes("sandbox, its host", at(&sandbox, SANDBOX), &of_sandbox),
        MARKETPLACE.passes(
            "written otherwise",
            at(&sandbox, "SANDBOX.Marketplace.example."),
            &of_sandbox,
        ),
        wrong("live on the sandbox", at(&production, SANDBOX)),
        wrong("sandbox on the live host", at(&sandbox, own)),
        wrong("neither's host", at(&production, "elsewhere.example")).by(&Way::NAMED),
        wrong("no host", at(&sandbox, own).host(None)).by(&[Way::Verify, Way::ForwardAuth]),
        // The host comes before the route.
        wrong(
            "nothing declared there",
            MARKETPLACE.present(production.secret(), "GET", "/v1/nowhere").host(Some(SANDBOX)),
        ),
    ]);
}

#[test]
fn a_revoked_key_is_gone_for_good() {
    let world = world();
    let key: Named = world.instance.key("marketplace", "live", &["apis:read"]).make().into();
    world.instance.revoke(&key.key).unwrap();
    assert!(world.instance.restore(&key.key).is_err(), "undo = \"0s\"");
    let asked = MARKETPLACE.present(key.secret(), "GET", "/v1/marketplace/apis");
    world.check(vec![MARKETPLACE.denies("revoked", asked, "revoked_key")]);
}
