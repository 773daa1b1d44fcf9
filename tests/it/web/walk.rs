//! The whole route table, walked by those who may not: nobody, and members of other workspaces.

use keystile::accounts::people::Role;
use keystile::http::routes::ROUTES;
use keystile::http::web::{Route, Verb, Who};

use super::{signed_in, with_ada};
use crate::harness::Browser;
use crate::harness::instance::WORKSPACE;

/// A path of a route: the workspace is one that is there, everything else is something.
fn path_of(route: &Route) -> String {
    let part = |part: &'static str| match part {
        "{workspace}" => WORKSPACE,
        part if part.starts_with('{') => "something",
        part => part,
    };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The status that a browser gets; before a form it looks at a page, as people do.
fn status(browser: &Browser, route: &Route) -> u16 {
    let path = path_of(route);
    match route.verb {
        Verb::Get => browser.get(&path).status,
        Verb::Post => {
            browser.get("/console/account");
            browser.post(&path, &[]).status
        }
    }
}

#[test]
fn of_another_workspace_there_is_no_page_and_no_form() {
    let instance = with_ada();
    instance.workspace("other", "free").unwrap();
    instance.person("bob@example.com", Some(("other", Role::Owner))).unwrap();
    let bob = signed_in(&instance, "bob@example.com");
    let of_workspaces: Vec<&Route> =
        ROUTES.iter().filter(|route| route.path.contains("{workspace}")).collect();
    assert!(of_workspaces.len() > 8, "the table has them");
    for route in of_workspaces {
        assert_eq!(status(&bob, route), 404, "{:?} {}", route.verb, route.path);
        assert!(matches!(route.who, Who::Member(_) | Who::Operator), "{}", route.path);
    }
}

#[test]
fn of_the_instance_members_know_nothing() {
    let instance = with_ada();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Owner))).unwrap();
    let bob = signed_in(&instance, "bob@example.com");
    for route in ROUTES.iter().filter(|route| route.who == Who::Operator) {
        assert_eq!(status(&bob, route), 404, "{:?} {}", route.verb, route.path);
    }
}

#[test]
fn a_viewer_of_the_workspace_is_told_what_is_beyond_their_role() {
    let instance = with_ada();
    instance.person("eve@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let eve = signed_in(&instance, "eve@example.com");
    for route in ROUTES {
        if let Who::Member(least) = route.who
            && least > Role::Viewer
        {
            assert_eq!(status(&eve, route), 403, "{:?} {}", route.verb, route.path);
        }
    }
}

#[test]
fn every_page_of_an_operator_opens_or_is_not_there() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Get) {
        let status = status(&ada, route);
        if route.path == "/oauth/authorize" {
            assert_eq!(status, 400, "no app has sent anybody there");
            continue;
        }
        assert!([200, 303, 404].contains(&status), "{status} {}", route.path);
    }
}
