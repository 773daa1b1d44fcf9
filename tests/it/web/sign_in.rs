//! Signing in and out, and how long it lasts.

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use keystile::accounts::people::Role;
use keystile::http::control::UserCommand;
use keystile::store::{Fault, Seal};

use super::{is_in, signed_in, with_ada};
use crate::harness::instance::{PASSWORD, WORKSPACE};

#[test]
fn somebody_signs_in_and_out() {
    let instance = with_ada();
    let browser = instance.browser();
    let page = browser.get("/console/sign-in");
    assert_eq!(page.status, 200);
    assert!(browser.session().is_none(), "nobody is given a session before signing in");
    let answer = browser.sign_in("Ada@Example.com", PASSWORD);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/console/account")));
    assert!(browser.get("/console/account").text().contains("ada@example.com"));
    assert_eq!(browser.get("/console/sign-in").status, 303, "whoever is in is sent on");

    browser.get("/console/account");
    let kept = browser.session().unwrap();
    let out = browser.post("/console/sign-out", &[]);
    assert_eq!((out.status, out.header("location")), (303, Some("/console/sign-in")));
    assert!(browser.session().is_none(), "the cookie is taken away");
    browser.cookies.borrow_mut().insert("keystile".into(), kept);
    assert!(!is_in(&browser), "and worth nothing to whoever has kept it");
}

#[test]
fn the_cookie_is_for_this_host_alone_and_new_each_time() {
    let instance = with_ada();
    let (one, other) = (instance.browser(), instance.browser());
    let line = one.sign_in("ada@example.com", PASSWORD);
    let line = line.header("set-cookie").unwrap();
    let token = one.session().unwrap();
    assert_eq!(line, format!("keystile={token}; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(token.len(), 43, "256 bits");
    other.cookies.borrow_mut().insert("keystile".into(), token.clone());
    other.sign_in("ada@example.com", PASSWORD);
    // The form was made for nobody, and this browser is somebody: it is refused as expired.
    assert_eq!(other.session().unwrap(), token);
    let fresh = signed_in(&instance, "ada@example.com").session().unwrap();
    assert_ne!(fresh, token);
}

#[test]
fn nobody_learns_whether_it_was_the_address_or_the_password() {
    let instance = with_ada();
    let tried = |email: &str| {
        let browser = instance.browser().at(&format!("192.0.2.{}", email.len()));
        let answer = browser.sign_in(email, "not the password at all");
        let text = answer
            .text()
            .replace(email, "EMAIL")
            .replace(answer.header("x-request-id").unwrap(), "REQUEST");
        assert!(browser.session().is_none());
        (answer.status, text)
    };
    let (status, text) = tried("ada@example.com");
    assert_eq!(status, 422);
    assert!(text.contains("nobody with this address and password"), "{text}");
    assert!(!text.contains("not the password at all"));
    assert_eq!(tried("nobody@example.com"), (status, text.clone()));
    assert_eq!(tried("no address"), (status, text));
}

#[test]
fn a_form_that_is_not_ours_is_refused() {
    let instance = with_ada();
    let browser = instance.browser();
    let good = [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/console")];
    let stranger = [good.as_slice(), &[("admin", "1")]].concat();
    assert_eq!(browser.post_as_it_is("/console/sign-in", &stranger).status, 400);
    let twice = [good.as_slice(), &[("email", "eve@example.com")]].concat();
    assert_eq!(browser.post_as_it_is("/console/sign-in", &twice).status, 400);
    assert!(browser.session().is_none());
}

#[test]
fn somebody_comes_back_to_where_they_wanted_to_go_and_never_elsewhere() {
    let instance = with_ada();
    let browser = instance.browser();
    let sent = browser.get("/console/account?from=here");
    assert_eq!(
        sent.header("location"),
        Some("/console/sign-in?next=%2Fconsole%2Faccount%3Ffrom%3Dhere")
    );
    assert_eq!(sent.status, 303);
    let form = browser.get("/console/sign-in?next=%2Fconsole%2Faccount%3Ffrom%3Dhere").text();
    assert!(form.contains(r#"value="/console/account?from=here""#), "{form}");
    for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let browser = instance.browser();
        let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", elsewhere)];
        let answer = browser.post_as_it_is("/console/sign-in", &fields);
        assert_eq!(answer.header("location"), Some("/console"), "{elsewhere}");
    }
}

#[test]
fn a_session_that_is_left_alone_ends_after_30_minutes() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for _ in 0..3 {
        instance.advance("29m");
        assert!(is_in(&browser), "it is used in time");
    }
    instance.advance("30m");
    assert!(!is_in(&browser));
}

#[test]
fn a_session_ends_after_12_hours_however_much_it_is_used() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for _ in 0..35 {
        instance.advance("20m");
        assert!(is_in(&browser));
    }
    instance.advance("20m");
    assert!(!is_in(&browser));
}

#[test]
fn sessions_outlive_a_restart_and_not_their_holder() {
    let instance = with_ada();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let session = signed_in(&instance, "bob@example.com").session().unwrap();
    let instance = instance.restart();
    let browser = instance.browser();
    browser.cookies.borrow_mut().insert("keystile".into(), session);
    assert!(is_in(&browser));
    let email = "bob@example.com".parse().unwrap();
    instance.user_command(UserCommand::Remove { email }).unwrap();
    assert!(!is_in(&browser));
    assert_eq!(instance.browser().sign_in("bob@example.com", PASSWORD).status, 422);
}

#[test]
fn a_password_that_an_operator_sets_ends_every_session() {
    let instance = with_ada();
    let browsers = [(); 3].map(|()| signed_in(&instance, "ada@example.com"));
    let (email, password) =
        ("ada@example.com".parse().unwrap(), "other lantern harbour".to_owned());
    instance.user_command(UserCommand::SetPassword { email, password: password.into() }).unwrap();
    assert!(!browsers.iter().any(is_in));
    assert_eq!(instance.browser().sign_in("ada@example.com", "other lantern harbour").status, 303);
}

#[test]
fn somebody_holds_20_sessions_and_the_oldest_ends_first() {
    let instance = with_ada();
    let browsers: Vec<_> = (0..21)
        .map(|_| {
            instance.advance("1s");
            signed_in(&instance, "ada@example.com")
        })
        .collect();
    assert!(!is_in(&browsers[0]));
    assert!(browsers[1..].iter().all(is_in));
}

#[test]
fn a_hash_of_former_parameters_is_made_anew_at_the_next_sign_in() {
    let instance = with_ada();
    let kept = || {
        let select = "SELECT id, password FROM users WHERE email = 'ada@example.com'";
        let found = instance.app.store.read(|db| {
            db.first(select, &[], |row| {
                Ok::<_, Fault>((row.get::<String>(0)?, row.get::<String>(1)?))
            })
        });
        found.unwrap().unwrap()
    };
    let (id, now) = kept();
    let params = Params::new(8 * 1_024, 1, 1, None).unwrap();
    let former = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let former = former.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    let seal = Seal::over("users").text(&id).text("ada@example.com").text(&former).bytes(&[1]);
    let seal = u128::from_be_bytes(seal.close());
    instance.damage(&[format!("UPDATE users SET password = '{former}', seal = x'{seal:032x}'")]);
    assert_eq!(instance.browser().sign_in("ada@example.com", "wrong lantern harbour").status, 422);
    assert_eq!(kept().1, former, "whoever does not know the password changes nothing");
    instance.advance("10s");
    assert_eq!(instance.browser().sign_in("ada@example.com", PASSWORD).status, 303);
    let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).unwrap().to_owned();
    assert_eq!(parameters(&kept().1), parameters(&now));
    assert_eq!(instance.browser().sign_in("ada@example.com", PASSWORD).status, 303);
}
