//! The real nginx in front of the real gate, with exactly what `keystile nginx` prints.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use super::{Address, BackEnd, Client, Instance, eventually, unused_address};

/// Ports that are tried: another process may take a free one first.
const PORTS_TRIED: u32 = 3;

/// An nginx that runs until it is dropped.
pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Nginx {
    /// Starts nginx for `products` of `instance`, side by side on one unused port.
    pub(crate) fn start(instance: &Instance, back_end: &BackEnd, products: &[&str]) -> Self {
        Self::start_edited(instance, back_end, products, |printed| printed)
    }

    /// The same behind a balancer that ends TLS: with the lines in force that the printed file shows
    /// as comments for that, so that a test's client is the balancer.
    pub(crate) fn start_behind_a_balancer(
        instance: &Instance,
        back_end: &BackEnd,
        products: &[&str],
    ) -> Self {
        Self::start_edited(instance, back_end, products, behind_a_balancer)
    }

    /// The same for a product whose host serves the authorization server too.
    pub(crate) fn start_with_oauth(instance: &Instance, back_end: &BackEnd, product: &str) -> Self {
        let started = (0..PORTS_TRIED).find_map(|_| {
            let folder = tempfile::tempdir().unwrap();
            let listen = unused_address();
            let addresses = (listen, back_end.address);
            let file = folder.path().join("product.conf");
            let text = printed(instance, product, addresses, (folder.path(), &["--with-oauth"]));
            fs::write(&file, text).unwrap();
            Self::run(folder, listen, &format!("    include {};\n", file.display()))
        });
        started.expect("nginx starts: is it installed (`apt-get install nginx-light`)?")
    }

    /// The same, with the printed text as `edit` makes it.
    pub(crate) fn start_edited(
        instance: &Instance,
        back_end: &BackEnd,
        products: &[&str],
        edit: impl Fn(String) -> String,
    ) -> Self {
        let mut tries = 0..PORTS_TRIED;
        let started = tries.find_map(|_| Self::try_start(instance, back_end, products, &edit));
        started.expect("nginx starts: is it installed (`apt-get install nginx-light`)?")
    }

    fn try_start(
        instance: &Instance,
        back_end: &BackEnd,
        products: &[&str],
        edit: &impl Fn(String) -> String,
    ) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let listen = unused_address();
        let mut includes = String::new();
        for product in products {
            let file = folder.path().join(format!("{product}.conf"));
            let addresses = (listen, back_end.address);
            fs::write(&file, edit(printed(instance, product, addresses, (folder.path(), &[]))))
                .unwrap();
            writeln!(includes, "    include {};", file.display()).unwrap();
        }
        Self::run(folder, listen, &includes)
    }

    /// Starts nginx with one server of the test's own, whose text follows from its address.
    pub(crate) fn with_server(server: impl Fn(SocketAddr) -> String) -> Self {
        let started = (0..PORTS_TRIED).find_map(|_| {
            let listen = unused_address();
            Self::run(tempfile::tempdir().unwrap(), listen, &server(listen))
        });
        started.expect("nginx starts: is it installed (`apt-get install nginx-light`)?")
    }

    fn run(folder: TempDir, listen: SocketAddr, servers: &str) -> Option<Self> {
        let main = folder.path().join("nginx.conf");
        fs::write(&main, main_configuration(folder.path(), servers)).unwrap();
        let errors = fs::File::create(folder.path().join("stderr.log")).unwrap();
        let mut child = Command::new(binary())
            .arg("-e")
            .arg(folder.path().join("error.log"))
            .arg("-c")
            .arg(&main)
            .stdin(Stdio::null())
            .stderr(errors)
            .spawn()
            .expect("nginx is installed (`apt-get install nginx-light`)");
        let client = Client::of(Address::Tcp(listen));
        let accepts = eventually(500, || match child.try_wait() {
            Ok(Some(_)) | Err(_) => Some(false),
            Ok(None) => client.is_heard().then_some(true),
        });
        if accepts == Some(true) {
            return Some(Self { address: listen, child, folder });
        }
        let _ = child.kill();
        let _ = child.wait();
        eprintln!("{}", fs::read_to_string(folder.path().join("stderr.log")).unwrap_or_default());
        None
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(Address::Tcp(self.address))
    }

    /// A product's access log as it stands.
    pub(crate) fn access_log(&self, product: &str) -> String {
        let file = self.folder.path().join(format!("keystile-{product}.log"));
        fs::read_to_string(file).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Not SIGKILL: the master ends its workers.
        if let Ok(id) = i32::try_from(self.child.id())
            && let Some(id) = Pid::from_raw(id)
        {
            let _ = kill_process(id, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// nginx stands in a folder that is not everyone's path.
fn binary() -> &'static str {
    let known = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
    known.into_iter().find(|path| Path::new(path).exists()).unwrap_or("nginx")
}

/// What the command prints for a product.
pub(crate) fn printed(
    instance: &Instance,
    product: &str,
    (listen, upstream): (SocketAddr, SocketAddr),
    (log_folder, flags): (&Path, &[&str]),
) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_keystile"))
        .arg("--config")
        .arg(instance.config_with_its_gate())
        .args(["nginx", product, "--listen", &listen.to_string()])
        .args(["--upstream", &upstream.to_string()])
        .arg("--log-folder")
        .arg(log_folder)
        .args(flags)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Does what the printed comments say for an nginx that stands behind another hop.
fn behind_a_balancer(printed: String) -> String {
    let edits = [
        ("#   set_real_ip_from 192.0.2.0/24;", "set_real_ip_from 127.0.0.1;"),
        ("#   real_ip_header X-Forwarded-For;", "real_ip_header X-Forwarded-For;"),
        ("#   real_ip_recursive on;", "real_ip_recursive on;"),
        ("X-Original-Proto $scheme;", "X-Original-Proto $http_x_forwarded_proto;"),
        ("X-Forwarded-Proto $scheme;", "X-Forwarded-Proto $http_x_forwarded_proto;"),
    ];
    edits.into_iter().fold(printed, |text, (shown, edited)| {
        assert!(text.contains(shown), "the printed file shows {shown}");
        text.replace(shown, edited)
    })
}

/// The least that nginx needs around the printed files. The line buffers let a test send a longer
/// target than Keystile takes.
fn main_configuration(folder: &Path, includes: &str) -> String {
    let user = if geteuid().is_root() { "user root;\n" } else { "" };
    let folder = folder.display();
    format!(
        "daemon off;\n{user}worker_processes 1;\npid {folder}/nginx.pid;\n\
         error_log {folder}/error.log;\nevents {{ worker_connections 256; }}\nhttp {{\n    \
         large_client_header_buffers 4 32k;\n    client_body_temp_path {folder}/body;\n    \
         proxy_temp_path {folder}/proxy;\n    fastcgi_temp_path {folder}/fastcgi;\n    \
         uwsgi_temp_path {folder}/uwsgi;\n    scgi_temp_path {folder}/scgi;\n    access_log off;\n\
         {includes}}}\n"
    )
}
