//! The table over the shipped product `brands`: keys as bearer tokens, brands in paths and queries.

use super::super::asked::Asked;
use super::{Case, Named, Product, World, live};

const BRANDS: Product = Product {
    id: "brands",
    host: "api.brands.example",
    resource: Some("brand"),
    credentials: &["authorization"],
};

fn get(key: &Named, target: &str) -> Asked {
    BRANDS.ask("GET", target).bearer(key.secret())
}

#[test]
fn a_key_without_brands_reaches_all_of_its_workspace() {
    let world = World::start();
    let free: Named = world.instance.key("brands", "live", &["posts:read"]).make().into();
    let who = live(&free.id, "posts:read", "*");
    let passes = |name, target| BRANDS.passes(name, get(&free, target), &who);
    world.check(vec![
        passes("none named", "/v1/posts"),
        passes("one named", "/v1/posts?brand_id=b_1"),
        passes("one in the path", "/v1/brands/b_2/posts"),
        passes("any good key", "/v1/me"),
        BRANDS.denies(
            "an id outside its pattern",
            get(&free, "/v1/posts?brand_id=b/1"),
            "ambiguous_path",
        ),
        BRANDS.denies(
            "disagreement",
            get(&free, "/v1/brands/b_1/posts?brand_id=b_2"),
            "ambiguous_path",
        ),
    ]);
}

#[test]
fn a_key_with_brands_is_kept_to_them() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]);
    let kept: Named = key.bound_to("brand", "b_2").bound_to("brand", "b_1").make().into();
    let who = live(&kept.id, "posts:read", "b_1,b_2");
    let passes = |name, target| BRANDS.passes(name, get(&kept, target), &who);
    let foreign = |name, target| -> Case {
        let case = BRANDS.denies(name, get(&kept, target), "resource_mismatch");
        case.mismatching("brand", "brand_mismatch_error")
    };
    let ambiguous = |name, target| BRANDS.denies(name, get(&kept, target), "ambiguous_path");
    world.check(vec![
        passes("none named: the back end filters", "/v1/posts"),
        passes("in the path", "/v1/brands/b_1/posts"),
        passes("the other one", "/v1/brands/b_2/posts/p_1"),
        passes("in the query", "/v1/posts?limit=5&brand_id=b_2"),
        passes("encoded in the query", "/v1/posts?%62rand_id=b%5F1"),
        passes("in both, agreeing", "/v1/brands/b_1/posts?brand_id=b_1"),
        passes("another parameter", "/v1/posts?brand=b_3&brand_ids=b_3"),
        foreign("in the path", "/v1/brands/b_3/posts"),
        foreign("in the query", "/v1/posts?brand_id=b_3"),
        foreign("in both, agreeing", "/v1/brands/b_3/posts?brand_id=b_3"),
        foreign("any good key, too", "/v1/me?brand_id=b_3"),
        ambiguous("in both, disagreeing", "/v1/brands/b_1/posts?brand_id=b_2"),
        ambiguous("disagreeing with a foreign one", "/v1/brands/b_1/posts?brand_id=b_3"),
        ambiguous("twice", "/v1/posts?brand_id=b_1&brand_id=b_1"),
        ambiguous("twice, once encoded", "/v1/posts?brand_id=b_1&brand%5Fid=b_3"),
        ambiguous("in another case", "/v1/posts?Brand_ID=b_3"),
        ambiguous("as a list", "/v1/posts?brand_id[]=b_3"),
        ambiguous("as an object", "/v1/posts?brand_id.x=b_3"),
        ambiguous("behind a semicolon", "/v1/posts?a=1;brand_id=b_3"),
        ambiguous("empty", "/v1/posts?brand_id="),
        ambiguous("half encoded", "/v1/posts?brand_id=%zz"),
        ambiguous("a list in a value", "/v1/posts?brand_id=b_1,b_3"),
    ]);
}

#[test]
fn admin_scopes_are_held_by_name_alone() {
    let world = World::start();
    let make =
        |scopes: &[&str]| -> Named { world.instance.key("brands", "live", scopes).make().into() };
    let (admin, writer) = (make(&["admin:marketing"]), make(&["posts:write", "brands:read"]));
    let post = |key: &Named| BRANDS.ask("POST", "/v1/brands").bearer(key.secret());
    world.check(vec![
        BRANDS.passes(
            "an operator gave it",
            post(&admin),
            &live(&admin.id, "admin:marketing", "*"),
        ),
        BRANDS
            .denies("nobody gave it", post(&writer), "insufficient_scope")
            .needing("admin:marketing"),
        BRANDS
            .denies("it reads nothing", get(&admin, "/v1/admin/sample-packs"), "insufficient_scope")
            .needing("admin:read"),
    ]);
}

#[test]
fn a_bearer_token_stands_in_authorization_alone() {
    let world = World::start();
    let key: Named = world.instance.key("brands", "live", &["posts:read"]).make().into();
    let secret = key.secret();
    let who = live(&key.id, "posts:read", "*");
    let with = |value: &str| BRANDS.ask("GET", "/v1/me").header("Authorization", value);
    let passes = |name, value: &str| BRANDS.passes(name, with(value), &who);
    let missing = |name, asked| BRANDS.denies(name, asked, "missing_credential");
    world.check(vec![
        passes("the scheme in lower case", &format!("bearer {secret}")),
        passes("the scheme in upper case", &format!("BEARER {secret}")),
        passes("blanks around it are HTTP's", &format!("  Bearer {secret}  ")),
        missing("none", BRANDS.ask("GET", "/v1/me")),
        missing("the secret alone", with(secret)),
        missing("two spaces", with(&format!("Bearer  {secret}"))),
        missing("another scheme", with("Basic dXNlcjpwYXNz")),
        missing("no token", with("Bearer")),
        missing("in another header", BRANDS.ask("GET", "/v1/me").header("X-Api-Key", secret)),
        missing("in the query", BRANDS.ask("GET", &format!("/v1/me?access_token={secret}"))),
        BRANDS.denies("a list", with(&format!("Bearer {secret}, Bearer {secret}")), TWO),
        // nginx itself takes no second Authorization.
        BRANDS.denies("twice", with(&format!("Bearer {secret}")).bearer(secret), TWO).direct(),
        BRANDS.denies("noise", with("Bearer letmein"), "invalid_key"),
    ]);
}

const TWO: &str = "ambiguous_credential";
