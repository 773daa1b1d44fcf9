//! `PyPI`'s `Authlib`, on `requests`.

use super::world::World;

const STEPS: [&str; 9] = [
    "reads what the server can do",
    "registers itself",
    "is let in, and redeems its code",
    "calls the API through nginx",
    "is told which scope is missing, and asks for it",
    "renews its token, and gets a lost answer again",
    "is known to the API by its token",
    "gives its token back",
    "acts by itself as a service",
];

#[test]
fn authlib_goes_through_all_that_it_can_do() {
    let world = World::start();
    assert_eq!(super::python("authlib_client.py", &world.told()), STEPS);
}
