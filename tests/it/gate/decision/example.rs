//! The table over the shipped product `example`: full-access keys, restricted ones, https alone.

use super::every::SHIPPED;
use super::{Case, Identity, Named, Product, World, live};
use crate::harness::{Nginx, Plugins};

const EXAMPLE: Product = Product {
    id: "example",
    host: "api.example.example",
    resource: None,
    credentials: &["authorization"],
};

#[test]
fn full_access_is_all_that_is_declared_and_restricted_is_what_was_chosen() {
    let world = World::over(&Plugins::shipped(), &SHIPPED, Nginx::start_behind_a_balancer);
    let make = |kind, scopes: &[&str]| -> Named {
        world.instance.key("example", kind, scopes).make().into()
    };
    let (live_key, test) = (make("live", &[]), make("test", &[]));
    let writer = make("restricted", &["write:orders", "read:users"]);
    let secure = |key: &Named, method, target| {
        EXAMPLE.present(key.secret(), method, target).proto(Some("https"))
    };
    let of_writer = live(&writer.id, "read:users write:orders", "");
    let of_test = Identity { environment: "test", ..live(&test.id, "*", "") };
    let of_live = live(&live_key.id, "*", "");
    let all = [
        ("GET", "/v1/users/me", "read:users"),
        ("PATCH", "/v1/users/u_1", "write:users"),
        ("GET", "/v1/products/p_1", "read:products"),
        ("PUT", "/v1/products/p_1", "write:products"),
        ("GET", "/v1/orders", "read:orders"),
        ("DELETE", "/v1/orders/o_1", "write:orders"),
        ("GET", "/v1/orders/o_1", "read:orders"),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (method, target, scope) in all {
        cases.push(EXAMPLE.passes("live", secure(&live_key, method, target), &of_live));
        cases.push(EXAMPLE.passes("test", secure(&test, method, target), &of_test));
        let asked = secure(&writer, method, target);
        cases.push(if ["write:orders", "read:users"].contains(&scope) {
            EXAMPLE.passes("chosen", asked, &of_writer)
        } else {
            EXAMPLE.denies("not chosen", asked, "insufficient_scope").needing(scope)
        });
    }
    world.check(cases);
}

#[test]
fn nothing_passes_by_http() {
    let world = World::over(&Plugins::shipped(), &SHIPPED, Nginx::start);
    let made = |kind, scopes: &[&str]| world.instance.key("example", kind, scopes).make();
    let keys = [made("live", &[]), made("test", &[]), made("restricted", &["read:users"])];
    let mut cases: Vec<Case> = Vec::new();
    for key in &keys {
        let ask = |target| EXAMPLE.present(&key.secret, "GET", target);
        let refused = |name, asked| EXAMPLE.denies(name, asked, "https_required");
        cases.push(refused("by http", ask("/v1/users/me")));
        cases.push(refused("before the route is looked for", ask("/v1/nowhere")));
        cases.push(refused("before the path is judged", ask("/v1//")));
    }
    world.check(cases);
    // This nginx stands behind nobody: what a client says of its own protocol is not believed.
    let asked = EXAMPLE.present(&keys[0].secret, "GET", "/v1/users/me");
    let answer = world.front.send(&asked.header("X-Forwarded-Proto", "https").itself());
    assert_eq!(answer.json()["error"]["code"], "https_required");
    assert!(world.back_end.take().is_empty());
}
