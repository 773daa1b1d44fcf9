//! Real clients, as strict as they are: each is a script of `tests/clients/` that goes through what
//! its library can do, and prints what it has done.
//!
//! They stand before the real nginx and the built binary, and somebody signs in and agrees over HTTP as a browser would.

mod authlib;
mod mcp;
mod oauth4webapi;
mod world;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::process::{Home, Output, Server, until};
use crate::harness::{Nginx, Request};

const FOLDER: &str = "tests/clients";

/// Starts the binary; its commands then know the ports that it has taken.
fn serve(home: &Home) -> Server {
    let server = home.serve();
    let (web, gate) = (home.web(), server.gate);
    home.write("config.toml", &format!("[listen]\nweb = \"{web}\"\ngate = \"{gate}\"\n"));
    server
}

/// nginx with what a command prints for the product `notes`, once that is in force and has its
/// `document`. Both the product and the command follow from nginx's address.
fn nginx(home: &Home, document: &str, of: impl Fn(SocketAddr) -> (String, Vec<String>)) -> Nginx {
    let nginx = Nginx::with_server(|listen| {
        let (product, mut command) = of(listen);
        home.write("plugins/notes.toml", &product);
        command.extend(["--log-folder".to_owned(), home.path("").display().to_string()]);
        let printed = home.run(&command);
        assert_eq!(printed.code, 0, "{printed:?}");
        printed.stdout
    });
    let request = Request::new("GET", document).header("Host", nginx.address.to_string());
    until("the product is in force", || {
        (nginx.client().send(&request).status == 200).then_some(())
    });
    nginx
}

/// Runs a script on Node.js.
fn node(script: &str, world: &Value) -> Vec<String> {
    let folder = Path::new(FOLDER).join("node_modules");
    assert!(
        folder.join("oauth4webapi").exists(),
        "the clients are missing: run `npm ci --prefix tests/clients`, or `tests/run`"
    );
    steps_of("node", script, world)
}

/// Runs a script on the Python that has the clients.
fn python(script: &str, world: &Value) -> Vec<String> {
    let python = Path::new(FOLDER).join(".venv/bin/python");
    assert!(
        python.exists(),
        "the clients are missing: run `python3 -m venv tests/clients/.venv` and \
         `tests/clients/.venv/bin/pip install -r tests/clients/requirements.txt`, or `tests/run`"
    );
    steps_of(python.to_str().unwrap(), script, world)
}

/// What a script says that it has done; it has failed where it does not get to its end.
fn steps_of(program: &str, script: &str, world: &Value) -> Vec<String> {
    let mut command = Command::new(program);
    command.arg(Path::new(FOLDER).join(script)).arg(world.to_string());
    let output = Output::of(&mut command);
    assert_eq!(output.code, 0, "{script}:\n{}{}", output.stdout, output.stderr);
    let steps = output.json()["steps"].clone();
    serde_json::from_value(steps).unwrap()
}
