//! Links that make somebody a member.

use keystile::accounts::invitations::{Invitations, Offer};
use keystile::accounts::people::Role;
use keystile::audit::Actor;
use keystile::http::control::UserCommand;

use super::{is_in, signed_in, with_ada};
use crate::harness::Instance;
use crate::harness::instance::{PASSWORD, WORKSPACE};

/// The path of a new invitation.
fn invite(instance: &Instance, email: &str, offer: &Offer) -> String {
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    let invitations = Invitations { store, hasher };
    let made = invitations.invite(&Actor::Instance, &email.parse().unwrap(), offer);
    format!("/console/invitations/{}", made.unwrap().1.expose())
}

fn member(role: Role) -> Offer {
    Offer::Member { workspace: WORKSPACE.parse().unwrap(), role }
}

#[test]
fn somebody_new_accepts_by_choosing_a_password_once() {
    let instance = with_ada();
    let link = invite(&instance, "bob@example.com", &member(Role::Developer));
    let browser = instance.browser();
    let page = browser.get(&link).text();
    assert!(page.contains("bob@example.com") && page.contains("developer"), "{page}");
    assert_eq!(browser.post(&link, &[("password", "short")]).status, 422);
    assert_eq!(browser.post(&link, &[("password", PASSWORD)]).status, 303);
    assert!(is_in(&browser));
    assert_eq!(instance.browser().get(&link).status, 404);
    assert_eq!(instance.browser().post(&link, &[("password", PASSWORD)]).status, 404);
}

#[test]
fn a_link_ends_after_seven_days_and_made_up_ones_are_none() {
    let instance = with_ada();
    let link = invite(&instance, "bob@example.com", &Offer::Operator);
    instance.advance("6d");
    assert_eq!(instance.browser().get(&link).status, 200);
    instance.advance("1d");
    assert_eq!(instance.browser().get(&link).status, 404);
    for link in [
        format!("/console/invitations/{}", "A".repeat(43)),
        "/console/invitations/short".to_owned(),
    ] {
        assert_eq!(instance.browser().get(&link).status, 404);
        assert_eq!(instance.browser().post(&link, &[("password", PASSWORD)]).status, 404);
    }
}

#[test]
fn somebody_who_is_there_accepts_as_themselves_and_signs_in_anew() {
    let instance = with_ada();
    instance.workspace("other", "free").unwrap();
    instance.person("bob@example.com", Some(("other", Role::Owner))).unwrap();
    instance.person("eve@example.com", Some(("other", Role::Owner))).unwrap();
    let link = invite(&instance, "bob@example.com", &member(Role::Viewer));
    let (bob, eve) =
        (signed_in(&instance, "bob@example.com"), signed_in(&instance, "eve@example.com"));
    eve.get("/console/account");
    assert_eq!(eve.post(&link, &[]).status, 422, "it is for one address");
    let before = bob.session();
    bob.get(&link);
    assert_eq!(bob.post(&link, &[]).status, 303);
    assert!(is_in(&bob) && bob.session() != before, "what they may do has changed");
}

#[test]
fn an_invitation_is_worth_no_more_than_whoever_made_it() {
    let instance = with_ada();
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    let page = format!("/console/workspaces/{WORKSPACE}");
    let made = || {
        let amy = signed_in(&instance, "amy@example.com");
        amy.get(&page);
        let fields = [("email", "back@example.com"), ("role", "admin")];
        let told = amy.post(&format!("{page}/invitations"), &fields).text();
        let link = told.split("/console/invitations/").nth(1).expect("the link is shown");
        format!("/console/invitations/{}", link.split(['"', '<', '&']).next().unwrap())
    };
    let shown = |link: &str| instance.browser().get(link).status;
    let amy = |role: &str| {
        let grant = UserCommand::Grant {
            email: "amy@example.com".parse().unwrap(),
            operator: false,
            membership: Some((WORKSPACE.parse().unwrap(), role.parse().unwrap())),
        };
        instance.user_command(grant).unwrap();
    };
    let link = made();
    assert_eq!(shown(&link), 200);
    amy("developer");
    assert_eq!(shown(&link), 404, "they could not make it now");
    let accepted = instance.browser().post_as_it_is(&link, &[("password", PASSWORD)]);
    assert_eq!(accepted.status, 404);
    let ada = signed_in(&instance, "ada@example.com");
    assert!(!ada.get(&page).text().contains("back@example.com"), "nor is it listed");
    amy("admin");
    assert_eq!(shown(&link), 200);
    let email = "amy@example.com".parse().unwrap();
    instance.user_command(UserCommand::Remove { email }).unwrap();
    assert_eq!(shown(&link), 404, "whoever made it is gone");
}

#[test]
fn a_link_does_not_tell_whether_there_is_an_account() {
    let instance = with_ada();
    instance.workspace("other", "free").unwrap();
    instance.person("bob@example.com", Some(("other", Role::Owner))).unwrap();
    let seen = |email: &str, at: &str| {
        let link = invite(&instance, email, &member(Role::Viewer));
        let browser = instance.browser().at(at);
        let same = |answer: crate::harness::Answer| {
            let text = answer.text().replace(email, "EMAIL").replace(&link, "LINK");
            (answer.status, text.replace(answer.header("x-request-id").unwrap(), "REQUEST"))
        };
        [same(browser.get(&link)), same(browser.post(&link, &[("password", "short")]))]
    };
    assert_eq!(seen("bob@example.com", "192.0.2.1"), seen("new@example.com", "192.0.2.2"));
}

#[test]
fn an_account_joins_by_its_own_password_and_guesses_wait() {
    let instance = with_ada();
    instance.workspace("other", "free").unwrap();
    instance.person("bob@example.com", Some(("other", Role::Owner))).unwrap();
    let link = invite(&instance, "bob@example.com", &member(Role::Viewer));
    let browser = instance.browser();
    browser.get(&link);
    let tried = |password: &str| browser.post(&link, &[("password", password)]);
    assert_eq!(tried("wrong lantern harbour").status, 422);
    let early = tried(PASSWORD);
    assert_eq!((early.status, early.header("retry-after")), (429, Some("1")));
    instance.advance("1s");
    assert_eq!(tried(PASSWORD).status, 303);
    assert!(is_in(&browser));
    assert!(browser.get("/console/account").text().contains("bob@example.com"));
    assert_eq!(browser.get(&format!("/console/workspaces/{WORKSPACE}")).status, 200);
}
