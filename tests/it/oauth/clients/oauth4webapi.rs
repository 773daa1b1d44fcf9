//! npm's `oauth4webapi`: the strictest of the small ones.

use super::world::World;

const STEPS: [&str; 14] = [
    "reads what the server can do",
    "reads who gives tokens for the API",
    "is told where tokens come from",
    "registers itself",
    "is let in, and redeems its code",
    "calls the API through nginx",
    "is told which scope is missing, and asks for it",
    "renews its token, and gets a lost answer again",
    "renews it for less",
    "is known to the API by its token",
    "gives its token back",
    "registers with a secret, and proves itself by it",
    "acts by itself as a service",
    "hears a no",
];

#[test]
fn oauth4webapi_goes_through_all_that_it_can_do() {
    let world = World::start();
    assert_eq!(super::node("oauth4webapi.mjs", &world.told()), STEPS);
    let reached = world.back_end.take();
    let told = |name: &str| reached.iter().map(|it| it.header(name)).collect::<Vec<_>>();
    assert!(told("authorization").iter().all(Option::is_none), "no token reaches the API");
    assert!(told("x-keystile-workspace").iter().all(|it| *it == Some("acme")));
}
