//! An operator who gives a service another secret while the server is killed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{home, kill, posted};
use crate::harness::process::Home;
use crate::oauth::App;

const CYCLES: usize = 10;

impl Home {
    /// Gives a service another secret; `None` where nobody says that it was done.
    fn rotate(&self, service: &App) -> Option<App> {
        let command = ["client", "rotate", &service.id, "--overlap", "0s", "--json"];
        let output = self.run(&command);
        let secret = || output.json()["client_secret"].as_str().unwrap().to_owned();
        (output.code == 0).then(|| App { secret: Some(secret()), ..service.clone() })
    }

    /// Whether a service gets a token by its secret.
    fn serves(&self, service: &App) -> bool {
        let fields = [("grant_type", "client_credentials"), ("scope", "read:users")];
        let answer = posted(self.web(), "/oauth/token", &service.with(&fields)).unwrap();
        assert!([200, 401].contains(&answer.status), "{}", answer.text());
        answer.status == 200
    }
}

/// Rotates until it is told to stop, or somebody goes away; answers each state that was acknowledged.
fn rotate(home: &Home, service: App, is_over: &AtomicBool) -> Vec<App> {
    let mut told = vec![service];
    while !is_over.load(Ordering::SeqCst) {
        let Some(next) = home.rotate(told.last().unwrap()) else { break };
        told.push(next);
    }
    told
}

#[test]
fn a_service_has_one_secret_whenever_the_server_is_killed_while_it_is_rotated() {
    let home = home();
    let made = home.json(&[
        "client",
        "add",
        "--name",
        "Nightly",
        "--product",
        "example",
        "--confidential",
        "--workspace",
        "acme",
        "--grant",
        "client_credentials",
        "--scope",
        "read:users",
    ]);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let mut service = App { id: text("client_id"), secret: Some(text("client_secret")) };
    for cycle in 0..CYCLES {
        let server = home.serve();
        let is_over = AtomicBool::new(false);
        let told = thread::scope(|threads| {
            let rotating = threads.spawn(|| rotate(&home, service.clone(), &is_over));
            kill(server, cycle + 1);
            is_over.store(true, Ordering::SeqCst);
            rotating.join().unwrap()
        });

        let server = home.serve();
        let (last, former) = told.split_last().unwrap();
        assert!(!former.iter().any(|former| home.serves(former)), "cycle {cycle}");
        // A rotation that nobody was told of may have been done: then the secret is unknown, and the
        // operator has another one made.
        let is_told = home.serves(last);
        service = if is_told { last.clone() } else { home.rotate(last).unwrap() };
        assert!(home.serves(&service), "cycle {cycle}");
        assert!(server.terminate().success());
    }
}
