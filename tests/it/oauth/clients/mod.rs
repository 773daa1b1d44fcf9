//! Real clients, as strict as they are: each is a script of `tests/clients/` that goes through what
//! its library can do, and prints what it has done.
//!
//! They stand before the real nginx, and somebody signs in and agrees over HTTP as a browser would.

mod authlib;
mod mcp;
mod oauth4webapi;
mod world;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::process::Output;

const FOLDER: &str = "tests/clients";

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
