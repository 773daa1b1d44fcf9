//! `keystile demo`: what it prints does what it promises.

use std::fs::{self, File};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use regex::Regex;
use rustix::process::Signal;

use crate::harness::eventually;
use crate::harness::process::{ended, signal, until};

#[test]
fn the_demo_keeps_its_promises_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (printed, log) = (folder.path().join("printed"), folder.path().join("log"));
    let own = folder.path().join("tmp");
    fs::create_dir(&own).unwrap();
    let mut demo = Ending(
        Command::new(env!("CARGO_BIN_EXE_keystile"))
            .arg("demo")
            .env("TMPDIR", &own)
            .stdout(File::create(&printed).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap(),
    );
    let read = || fs::read_to_string(&printed).unwrap();
    let text = until("the demo has printed its lines", || {
        let text = read();
        text.contains("Ctrl-C ends").then_some(text)
    });
    assert_eq!(fs::read_dir(&own).unwrap().count(), 1, "everything of it is in one folder");

    let of_gate: Vec<&str> = curls(&text, "/verify/").collect();
    assert_eq!(of_gate.len(), 17, "{text}");
    let address = Regex::new("http://([0-9.:]+)/verify/").unwrap();
    until("the gate listens", || TcpStream::connect(&address.captures(&text)?[1]).ok());
    of_gate.into_iter().for_each(keeps_its_promise);
    let mut nginx = start_nginx(&text);
    curls(&text, "-H 'Host: ").for_each(keeps_its_promise);
    looks_around(&text);

    signal(nginx.0.id(), Signal::QUIT);
    ended(&mut nginx.0);
    signal(demo.0.id(), Signal::INT);
    assert!(ended(&mut demo.0).success(), "{}", fs::read_to_string(&log).unwrap());
    assert!(read().ends_with("The demo's folder is removed.\n"));
    assert_eq!(fs::read_dir(&own).unwrap().count(), 0, "its folder is removed");
    assert_eq!(fs::read_to_string(&log).unwrap(), "", "it has nothing to complain of");
}

/// A process that ends when the test ends early: asked first, since nginx's workers outlive a master
/// that was killed.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            signal(self.0.id(), Signal::TERM);
        }
        let has_ended = || matches!(self.0.try_wait(), Ok(Some(_))).then_some(());
        if eventually(100, has_ended).is_none() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// The printed curl lines that hold `part`.
fn curls<'t>(text: &'t str, part: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter(move |line| line.trim_start().starts_with("curl ") && line.contains(part))
}

/// Runs a printed line, comment and all, and holds that the status is the one after its `#`.
fn keeps_its_promise(line: &str) {
    let promised = line.rsplit_once("# ").unwrap().1.get(..3).unwrap();
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout);
    let status = answer.split(' ').nth(1);
    assert_eq!(
        status,
        Some(promised),
        "{line}\n{answer}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs the printed nginx line, and waits until it answers.
fn start_nginx(text: &str) -> Ending {
    let line = text.lines().find(|line| line.trim_start().starts_with("nginx -c ")).unwrap();
    let path = std::env::join_paths(
        std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .chain(["/usr/sbin".into(), "/sbin".into()]),
    );
    // `exec`: the process that is ended later is nginx, not the shell around it.
    let mut nginx = Ending(
        Command::new("sh")
            .args(["-c", &format!("exec {}", line.trim_start())])
            .env("PATH", path.unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let front = Regex::new("http://([0-9.:]+)/v1/").unwrap().captures(text).unwrap()[1].to_owned();
    until("nginx listens", || {
        let ended = nginx.0.try_wait().unwrap();
        assert!(ended.is_none(), "nginx is needed (`apt-get install nginx-light`), and ended");
        TcpStream::connect(&front).ok()
    });
    nginx
}

/// The commands that it prints for looking around work beside it.
fn looks_around(text: &str) {
    let own = env!("CARGO_BIN_EXE_keystile");
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with(own));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 2, "{text}");
    for line in lines {
        let arguments = line.split(' ').skip(1);
        let output = Command::new(env!("CARGO_BIN_EXE_keystile")).args(arguments).output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{line}: {output:?}");
    }
}
