//! The real Caddy in front of the real gate, with the site that `docs/caddy.md` shows.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{Address, BackEnd, Client, Instance, eventually, unused_address};

/// Ports that are tried: another process may take a free one first.
const PORTS_TRIED: u32 = 3;

/// What the document shows as an example, and a test puts its own in the place of.
const EXAMPLE_HOST: &str = "gateway.whale.example {";
const EXAMPLE_ENDPOINT: &str = "/forward-auth/whale\n";
const EXAMPLE_GATE: &str = "127.0.0.1:8701";
const EXAMPLE_BACK_END: &str = "127.0.0.1:9000";
const EXAMPLE_DESCRIPTION: &str = "/resource-metadata/whale{uri}";

/// Before which line the lines for apps stand.
const BEHIND_APPS: &str = "\t\t# A caller's Connection header";
const EXAMPLE_CREDENTIAL: &str = "X-Api-Key";
const EXAMPLE_RESOURCE: &str = "X-Keystile-Store";

/// A product as the document says that it is to be put in.
pub(crate) struct Site<'s> {
    pub(crate) product: &'s str,
    pub(crate) host: &'s str,
    pub(crate) credentials: &'s [&'s str],
    /// The headers of its resources.
    pub(crate) resources: &'s [&'s str],
    /// Whether it takes part in OAuth.
    pub(crate) is_oauth: bool,
}

/// A Caddy that runs until it is dropped.
pub(crate) struct Caddy {
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Caddy {
    /// Starts Caddy for one site on a free port.
    pub(crate) fn start(instance: &Instance, back_end: &BackEnd, site: &Site<'_>) -> Self {
        let started = (0..PORTS_TRIED).find_map(|_| Self::try_start(instance, back_end, site));
        started.expect("Caddy starts: is it installed (`apt-get install caddy`)?")
    }

    fn try_start(instance: &Instance, back_end: &BackEnd, site: &Site<'_>) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = unused_address();
        let file = folder.path().join("Caddyfile");
        let [shown, for_apps] = documented();
        let shown = if site.is_oauth {
            with_apps(&shown, &for_apps, (instance, site.product))
        } else {
            shown
        };
        let site = filled_in(&shown, site, address.port(), (instance, back_end));
        fs::write(&file, site).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut child = Command::new(binary())
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&file)
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Caddy is installed (`apt-get install caddy`)");
        let client = Client::of(Address::Tcp(address));
        let accepts = eventually(500, || match child.try_wait() {
            Ok(Some(_)) | Err(_) => Some(false),
            Ok(None) => client.is_heard().then_some(true),
        });
        let started = Self { address, child, folder };
        if accepts == Some(true) {
            return Some(started);
        }
        eprintln!("{}", started.log());
        None
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(Address::Tcp(self.address))
    }

    /// All that it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary() -> &'static str {
    let known = ["/usr/bin/caddy", "/usr/local/bin/caddy"];
    known.into_iter().find(|path| Path::new(path).exists()).unwrap_or("caddy")
}

/// The site that the document shows, and the lines that it shows for apps.
fn documented() -> [String; 2] {
    let text = fs::read_to_string("docs/caddy.md").expect("the document is there");
    let blocks = text.split("```caddyfile\n").skip(1);
    let shown: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    let [site, for_apps] = shown[..] else {
        panic!("docs/caddy.md shows a site and lines for apps")
    };
    [site.to_owned(), for_apps.to_owned()]
}

/// The site with the lines for apps where the document says that they stand.
fn with_apps(shown: &str, for_apps: &str, (instance, product): (&Instance, &str)) -> String {
    for example in [EXAMPLE_DESCRIPTION, EXAMPLE_GATE] {
        assert_eq!(for_apps.matches(example).count(), 1, "docs/caddy.md says {example} once");
    }
    let described = format!("/resource-metadata/{product}{{uri}}");
    let for_apps = for_apps.replace(EXAMPLE_DESCRIPTION, &described);
    let for_apps = for_apps.replace(EXAMPLE_GATE, &instance.gate.to_string());
    assert_eq!(shown.matches(BEHIND_APPS).count(), 1, "docs/caddy.md says where they stand");
    shown.replace(BEHIND_APPS, &format!("{for_apps}\n{BEHIND_APPS}"))
}

/// The same with a test's product and addresses, by plain http.
fn filled_in(
    shown: &str,
    site: &Site<'_>,
    port: u16,
    (instance, back_end): (&Instance, &BackEnd),
) -> String {
    let put = |text: String, (example, own): (&str, String)| {
        assert_eq!(text.matches(example).count(), 1, "docs/caddy.md says {example} once");
        text.replace(example, &own)
    };
    let text = [
        (EXAMPLE_HOST, format!("http://{}:{port} {{", site.host)),
        (EXAMPLE_ENDPOINT, format!("/forward-auth/{}\n", site.product)),
        (EXAMPLE_GATE, instance.gate.to_string()),
        (EXAMPLE_BACK_END, back_end.address.to_string()),
    ]
    .into_iter()
    .fold(shown.to_owned(), put);
    let text = each_line(&text, EXAMPLE_CREDENTIAL, site.credentials);
    let text = each_line(&text, EXAMPLE_RESOURCE, site.resources);
    // Nothing of this Caddy's is to meet another's: no control port, no certificates.
    let options = text.strip_prefix("{\n").expect("docs/caddy.md begins with the global options");
    format!("{{\n\tadmin off\n\tauto_https off\n{options}")
}

/// Says each line that holds `example` once for each of `own`.
fn each_line(text: &str, example: &str, own: &[&str]) -> String {
    assert!(text.contains(example), "docs/caddy.md says {example}");
    let mut said = String::new();
    for line in text.lines() {
        if line.contains(example) {
            for own in own {
                writeln!(said, "{}", line.replace(example, own)).unwrap();
            }
        } else {
            writeln!(said, "{line}").unwrap();
        }
    }
    said
}
