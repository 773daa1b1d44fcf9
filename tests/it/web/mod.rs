//! The listener for people: who is let in, by which door, and for how long.

mod account;
mod audit;
mod clients;
mod doors;
mod errors;
pub(crate) mod faults;
mod headers;
mod https;
mod invitation;
mod keys;
mod members;
mod overview;
mod paging;
mod people;
mod plans;
mod products;
mod races;
mod secrecy;
mod setup;
mod sign_in;
mod throttle;
mod walk;
mod workspaces;

use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::{Browser, Instance};

/// An instance with an operator, `ada@example.com`.
fn with_ada() -> Instance {
    with_ada_and(&Plugins::default())
}

/// The same with the products that ship.
fn with_products() -> Instance {
    with_ada_and(&Plugins::shipped())
}

/// The same with one product, `counted`.
fn with_counted() -> Instance {
    with_ada_and(&Plugins::default().and("counted", crate::usage::PRODUCT))
}

fn with_ada_and(plugins: &Plugins) -> Instance {
    let instance = Instance::start(plugins);
    instance.person("ada@example.com", None).unwrap();
    instance
}

/// A browser that `email` has signed in with.
fn signed_in(instance: &Instance, email: &str) -> Browser {
    let browser = instance.browser();
    let answer = browser.sign_in(email, PASSWORD);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/console/account")),
        "{answer:?}"
    );
    browser
}

/// Whether a browser is taken for somebody who has signed in.
fn is_in(browser: &Browser) -> bool {
    browser.get("/console/account").status == 200
}
