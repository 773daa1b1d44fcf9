//! The built binary as processes of their own: an instance's folder, its commands and its server.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::instance::PASSWORD;

/// Looks at a condition that another process brings about: 30 seconds in all.
const TRIES: u32 = 3_000;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// How long an answer of the gate may take before the test has failed.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Settings whose plans have no limits.
const BOUNDLESS: &str =
    "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n[plans.enterprise]\n[plans.pro]\n";

/// What a route of the shipped `whale` asks: the one that keys of these tests may call.
pub(crate) const PRODUCTS: &str = "/v1/stores/st_1/products";

/// Returns what `look` finds as soon as it finds something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..TRIES {
        if let Some(found) = look() {
            return found;
        }
        std::thread::park_timeout(BETWEEN_TRIES);
    }
    panic!("waited in vain until {what}");
}

/// Runs a Python script, which has an SQLite of its own; answers what it prints.
pub(crate) fn python(script: &str, arguments: &[&Path]) -> String {
    let output = Command::new("python3")
        .args(["-c", script])
        .args(arguments)
        .output()
        .expect("python3 is needed: `apt-get install python3`");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the script failed: {errors}");
    String::from_utf8(output.stdout).expect("the script prints text")
}

/// The folder of one instance: `config.toml`, the shipped plugins, `data`, and the server's log.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// What a command left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A key, with the secret that was shown when it was made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("keystile-test-")
            .tempdir()
            .expect("the temporary folder is writable");
        let home = Self { folder };
        home.write("config.toml", "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins");
        for entry in fs::read_dir(shipped).expect("the plugins ship") {
            let entry = entry.expect("the folder can be listed");
            let text = fs::read_to_string(entry.path()).expect("a plugin is text");
            home.write(&format!("plugins/{}", entry.file_name().display()), &text);
        }
        home
    }

    /// One with a workspace `acme` on the largest plan.
    pub(crate) fn with_acme() -> Self {
        Self::new().and_acme()
    }

    /// The same, where no plan has a limit: for callers that ask without end.
    pub(crate) fn with_boundless_acme() -> Self {
        let home = Self::new();
        home.write("config.toml", BOUNDLESS);
        home.and_acme()
    }

    fn and_acme(self) -> Self {
        let home = self;
        home.json(&["workspace", "add", "acme", "--name", "Acme", "--plan", "enterprise"]);
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file of the folder, and makes the folder around it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// The server's log lines so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("serve.log")).unwrap_or_default()
    }

    /// What the server that was started last has printed.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(self.path("serve.out")).unwrap_or_default()
    }

    /// Where people reach the server that was started last.
    pub(crate) fn web(&self) -> SocketAddr {
        let log = self.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut told =
            lines.filter_map(|it| it["web"].as_str()?.strip_prefix("http://")?.parse().ok());
        told.next_back().expect("the log tells it")
    }

    /// Adds somebody, whose password is that of the tests.
    pub(crate) fn add_person(&self, email: &str, terms: &[&str]) -> Value {
        let command = [&["user", "add", email, "--password-stdin", "--json"], terms].concat();
        let output = Output::given(&mut self.command(&command), &format!("{PASSWORD}\n"));
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
        output.json()
    }

    /// A command of this instance, ready to be run.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keystile"));
        command.arg("--config").arg(self.path("config.toml")).args(arguments);
        command.current_dir(self.folder.path()).env_remove("KEYSTILE_CONFIG");
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        Output::of(&mut self.command(arguments))
    }

    /// What a command that succeeds prints with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{arguments:?}: {output:?}");
        output.json()
    }

    /// What a command that fails with `code` says about it; it prints nothing else.
    pub(crate) fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!((output.code, output.stdout.as_str()), (code, ""), "{arguments:?}: {output:?}");
        output.stderr
    }

    /// What a command that is refused says about it: one line.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let said = self.fails(1, arguments);
        assert!(said.starts_with("keystile: ") && said.lines().count() == 1, "{said}");
        said
    }

    /// Makes a key of `acme` for `whale` that may call [`PRODUCTS`].
    pub(crate) fn make_key(&self, name: &str) -> Made {
        self.make_key_with(name, &[])
    }

    /// The same, with more to its terms.
    pub(crate) fn make_key_with(&self, name: &str, terms: &[&str]) -> Made {
        Made::of(&self.json(&create(name, terms)))
    }

    /// Starts `keystile serve`, and returns when it is ready.
    pub(crate) fn serve(&self) -> Server {
        self.serve_by(&mut self.command(&["serve"]))
    }

    /// Starts a server by a command of the caller's, and returns when it is ready.
    pub(crate) fn serve_by(&self, command: &mut Command) -> Server {
        self.try_serve_by(command).unwrap_or_else(|said| panic!("the server ended: {said:?}"))
    }

    /// The same; where the server ends instead, what it said.
    pub(crate) fn try_serve_by(&self, command: &mut Command) -> Result<Server, Output> {
        let log = File::options().create(true).append(true).open(self.path("serve.log")).unwrap();
        let said_before = self.log().len();
        let printed = File::create(self.path("serve.out")).unwrap();
        let child = command.stderr(log).stdout(printed).spawn().unwrap();
        let (process, gate) = (child.id(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut server = Server { child, process, gate };
        server.gate = until("the server says where its gate is", || {
            let Some(status) = server.child.try_wait().unwrap() else {
                return gate_of(&self.log()[said_before..]).map(Ok);
            };
            let stderr = self.log()[said_before..].to_owned();
            Some(Err(Output { code: status.code().unwrap_or(-1), stdout: String::new(), stderr }))
        })?;
        until("the server is ready", || {
            let (status, _) = Caller::try_to(server.gate)?.get("/healthz")?;
            (status == 200).then_some(())
        });
        let holder = fs::read_to_string(self.data().join("keystile.lock")).unwrap();
        server.process = holder.trim().parse().expect("the lock names its holder");
        Ok(server)
    }

    /// Every row of every table but the counts, which grow by asking, and the setup link, which a
    /// server makes anew, as the text of statements; the server may run.
    pub(crate) fn rows(&self) -> String {
        const DUMP: &str = "
import sqlite3, sys
db = sqlite3.connect(f'file:{sys.argv[1]}?mode=rw', uri=True)
passing = ('INSERT INTO \"usage_', 'INSERT INTO \"day_', 'INSERT INTO \"setup_tokens')
rows = (row for row in db.iterdump() if not row.startswith(passing))
print('\\n'.join(rows))";
        python(DUMP, &[&self.data().join("keystile.db")])
    }
}

/// The command that makes a key of `acme` for `whale` that may call [`PRODUCTS`].
pub(crate) fn create<'a>(name: &'a str, terms: &[&'a str]) -> Vec<&'a str> {
    let command = ["key", "create", "--workspace", "acme", "--product", "whale", "--type", "live"];
    let usual = ["--name", name, "--scope", "read:products", "--restrict", "store=st_1"];
    [command.as_slice(), &usual, terms].concat()
}

/// Where the gate listens, once the log tells it.
fn gate_of(log: &str) -> Option<SocketAddr> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line["gate"].as_str()?.parse().ok()).next_back()
}

impl Output {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::given(command, "")
    }

    /// Of a command that reads `stdin`, which then ends.
    pub(crate) fn given(command: &mut Command, stdin: &str) -> Self {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("the binary is built");
        // A command that reads nothing may have ended already.
        let _ = child.stdin.take().expect("it is piped").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("a child can be waited for");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("answers are text"),
            stderr: String::from_utf8(output.stderr).expect("errors are text"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Made {
    pub(crate) fn of(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().expect("it is shown once").to_owned();
        Self { id: text("id"), secret: text("key") }
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// The server itself, which may be the child of what was started, such as `strace`.
    process: u32,
    pub(crate) gate: SocketAddr,
}

impl Server {
    pub(crate) fn process(&self) -> u32 {
        self.process
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        signal(self.process, Signal::TERM);
        ended(&mut self.child)
    }

    /// Ends it as a power cut would end the process.
    pub(crate) fn kill9(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            signal(self.process, Signal::KILL);
            ended(&mut self.child);
        }
    }
}

/// Sends a signal to a process that the test has started, and that has not been waited for.
pub(crate) fn signal(process: u32, signal: Signal) {
    let id = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process has an id");
    kill_process(id, signal).expect("it runs");
}

/// Waits until a process has ended by itself.
pub(crate) fn ended(child: &mut Child) -> ExitStatus {
    until("the process has ended", || child.try_wait().expect("a child can be asked"))
}

/// One keep-alive connection to the gate.
pub(crate) struct Caller {
    stream: BufReader<TcpStream>,
    /// Seconds after which the last verdict asked to be tried again.
    pub(crate) retry_after: Option<u64>,
}

/// What the gate answers, in nginx's dialect: the true status, and the code of a denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: u16,
    pub(crate) code: String,
}

impl Caller {
    pub(crate) fn to(gate: SocketAddr) -> Self {
        Self::try_to(gate).expect("the gate listens")
    }

    pub(crate) fn try_to(gate: SocketAddr) -> Option<Self> {
        let stream = TcpStream::connect(gate).ok()?;
        stream.set_nodelay(true).ok()?;
        stream.set_read_timeout(Some(ANSWER_WITHIN)).ok()?;
        Some(Self { stream: BufReader::new(stream), retry_after: None })
    }

    /// Whether a secret may call [`PRODUCTS`].
    pub(crate) fn verify(&mut self, secret: &str) -> Verdict {
        self.try_verify(secret).expect("the gate answers")
    }

    /// The same, and `None` when the server is gone.
    pub(crate) fn try_verify(&mut self, secret: &str) -> Option<Verdict> {
        let head = format!(
            "GET /verify/whale HTTP/1.1\r\nHost: gate\r\nX-Original-Method: GET\r\n\
             X-Original-URI: {PRODUCTS}\r\nX-Api-Key: {secret}\r\n\r\n"
        );
        let (shown, headers) = self.ask(&head)?;
        let header = |name: &str| headers.iter().find(|(it, _)| it == name).map(|(_, it)| it);
        let status = header("x-keystile-status").map_or(Some(shown), |it| it.parse().ok())?;
        assert_eq!(shown == 200, status == 200, "the proxy sees another verdict: {headers:?}");
        let code = header("x-keystile-code").cloned().unwrap_or_default();
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        self.retry_after = retry_after;
        Some(Verdict { status, code })
    }

    /// The answer to a question that names its host alone.
    pub(crate) fn ask_for_host(&mut self, host: &str) -> Option<(u16, Vec<(String, String)>)> {
        self.ask(&format!(
            "GET /verify HTTP/1.1\r\nHost: gate\r\nX-Original-Method: GET\r\n\
             X-Original-URI: {PRODUCTS}\r\nX-Original-Host: {host}\r\n\r\n"
        ))
    }

    /// The status and headers of a plain request.
    pub(crate) fn get(&mut self, path: &str) -> Option<(u16, Vec<(String, String)>)> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: gate\r\n\r\n"))
    }

    fn ask(&mut self, head: &str) -> Option<(u16, Vec<(String, String)>)> {
        self.stream.get_mut().write_all(head.as_bytes()).ok()?;
        let mut line = String::new();
        self.stream.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap_or(0))];
        self.stream.read_exact(&mut body).ok()?;
        Some((status, headers))
    }
}

impl Verdict {
    pub(crate) fn allow() -> Self {
        Self { status: 200, code: String::new() }
    }

    pub(crate) fn deny(status: u16, code: &str) -> Self {
        Self { status, code: code.to_owned() }
    }
}
