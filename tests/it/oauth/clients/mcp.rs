//! docs/mcp.md, carried out as it is written: its server, its commands and its product, with the real
//! nginx in front and an agent on npm's `@modelcontextprotocol/sdk`.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};

use serde_json::json;

use super::FOLDER;
use crate::harness::instance::PASSWORD;
use crate::harness::process::{Home, Output, until};
use crate::harness::{Address, Client, unused_address};

const STEPS: [&str; 8] = [
    "is turned away, finds the authorization server, and registers itself",
    "is let in",
    "lists the tools and calls one",
    "asks for more where a path needs more",
    "asks at once for all that its first path needs",
    "renews its token",
    "asks again when its token is worth nothing any more",
    "registers again when its registration is gone",
];

/// Where the page has its nginx and its server; what it says of ports holds but for these.
const PAGES_NGINX: &str = "127.0.0.1:8080";
const PAGES_SERVER: &str = "9000";

/// The page, with ports that are free here.
struct Page(String);

impl Page {
    fn read(nginx: SocketAddr, server: SocketAddr) -> Self {
        let page = fs::read_to_string("docs/mcp.md").unwrap();
        let page = page.replace(PAGES_NGINX, &nginx.to_string());
        Self(page.replace(PAGES_SERVER, &server.port().to_string()))
    }

    /// The one block in a language.
    fn block(&self, language: &str) -> &str {
        let fence = format!("```{language}\n");
        let mut blocks = self.0.split(&fence).skip(1);
        let block = blocks.next().unwrap_or_else(|| panic!("a block of {language}"));
        assert!(blocks.next().is_none(), "one block of {language}");
        block.split("```").next().unwrap()
    }

    /// The arguments of the command that begins with these words; where it is to be written is left
    /// out.
    fn command(&self, beginning: &str) -> Vec<&str> {
        let beginning = format!("keystile {beginning}");
        let line = self.0.lines().find(|line| line.starts_with(&beginning));
        let line = line.unwrap_or_else(|| panic!("the page shows `{beginning}`"));
        let line = line.split(" > ").next().unwrap();
        line.split(' ').skip(1).map(|word| word.trim_matches('"')).collect()
    }
}

/// The page's server; killed when dropped.
struct Server(Child);

impl Server {
    /// Starts the page's script in a folder that has its libraries.
    fn start(home: &Home, script: &str, address: SocketAddr) -> Self {
        home.write("server/server.mjs", script);
        let libraries = Path::new(FOLDER).join("node_modules").canonicalize();
        let libraries = libraries.expect("run `npm ci --prefix tests/clients`, or `tests/run`");
        std::os::unix::fs::symlink(libraries, home.path("server/node_modules")).unwrap();
        let child = Command::new("node").arg(home.path("server/server.mjs")).spawn();
        let server = Self(child.expect("node is installed (`apt-get install nodejs`)"));
        let client = Client::of(Address::Tcp(address));
        until("the page's server listens", || client.is_heard().then_some(()));
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_page_about_mcp_works_as_it_is_written() {
    let home = Home::new();
    let upstream = unused_address();
    let page = Page::read(upstream, upstream);
    let _api = Server::start(&home, page.block("js"), upstream);

    assert_eq!(page.command("serve"), ["serve"]);
    let _server = super::serve(&home);
    let made = home.run(&page.command("workspace add"));
    assert_eq!(made.code, 0, "{made:?}");
    let add = [page.command("user add"), vec!["--password-stdin"]].concat();
    let added = Output::given(&mut home.command(&add), &format!("{PASSWORD}\n"));
    assert_eq!(added.code, 0, "{added:?}");

    let nginx = super::nginx(&home, "/.well-known/oauth-protected-resource/mcp", |listen| {
        let page = Page::read(listen, upstream);
        let command = page.command("nginx").into_iter().map(str::to_owned).collect();
        (page.block("toml").to_owned(), command)
    });
    let checked = home.run(&page.command("check"));
    assert_eq!(checked.code, 0, "{checked:?}");
    let world = json!({
        "issuer": format!("http://{}", home.web()),
        "mcp": format!("http://{}/mcp", nginx.address),
        "email": "you@example.com",
        "password": PASSWORD,
    });
    assert_eq!(super::node("mcp_sdk.mjs", &world), STEPS);
}
