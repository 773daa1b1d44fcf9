//! Our own faults and slow clients: what a browser is told, and that nobody else notices.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_server::{Server, ServerHandle};
use keystile::app::App;
use keystile::error::{Error, Result};
use keystile::http::web::{PublicUrl, Reply, Route, Verb, Visit, Web, Who, connections};

use super::with_ada;
use crate::harness::Browser;

/// Pages with a fault, or in times of trouble, beside one without.
const ROUTES: &[Route] = &[
    Route { verb: Verb::Get, path: "/fault", who: Who::Anyone, handler: fault },
    Route { verb: Verb::Get, path: "/busy", who: Who::Anyone, handler: busy },
    Route { verb: Verb::Get, path: "/down", who: Who::Anyone, handler: down },
    Route { verb: Verb::Post, path: "/form", who: Who::Anyone, handler: form },
];

fn fault(_: &Visit<'_>) -> Result<Reply> {
    panic!("a fault of ours")
}

fn busy(_: &Visit<'_>) -> Result<Reply> {
    Err(Error::too_many("too many sign in at a time"))
}

fn down(_: &Visit<'_>) -> Result<Reply> {
    Err(Error::unavailable("the database does not answer"))
}

fn form(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&["word"]).map(|_| Reply::see_other("/taken"))
}

/// A listener for people with those pages, until it is dropped.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    served: Option<JoinHandle<()>>,
}

impl Listener {
    /// One where a form has a moment to arrive.
    pub(crate) fn start(app: &Arc<App>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        let public = PublicUrl::new(&format!("http://{address}"));
        let web = Web::new(Arc::clone(app), public, (ROUTES, &[]));
        let web = Arc::new(web.form_within(Duration::from_millis(50)));
        let (sender, handle) = mpsc::channel();
        let served = std::thread::spawn(move || {
            actix_rt::System::new().block_on(async {
                let builder = Server::build().disable_signals().workers(1);
                let ending = builder.graceful_shutdown_signal();
                let builder =
                    builder.listen("web", socket, move || connections(&web, ending.clone()));
                let server = builder.unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { address, handle: handle.recv().unwrap(), served: Some(served) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(served) = self.served.take() {
            let _ = served.join();
        }
    }
}

#[test]
fn a_fault_in_a_page_is_a_page_with_its_request_id_and_the_next_one_is_answered() {
    let instance = with_ada();
    let listener = Listener::start(&instance.app);
    let browser = Browser::of(listener.address);
    for _ in 0..3 {
        let answer = browser.get("/fault");
        assert_eq!(answer.status, 500);
        let (page, id) = (answer.text(), answer.header("x-request-id").unwrap());
        assert!(page.contains("Something went wrong here") && page.contains(id), "{page}");
        assert!(!page.contains("a fault of ours"), "{page}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.header("content-security-policy").is_some());
    }
    assert_eq!(browser.post_as_it_is("/form", &[("word", "good")]).status, 303);
}

#[test]
fn a_form_that_does_not_arrive_is_not_waited_for() {
    let instance = with_ada();
    let listener = Listener::start(&instance.app);
    let mut slow = TcpStream::connect(listener.address).unwrap();
    let head = format!(
        "POST /form HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nword",
        listener.address
    );
    slow.write_all(head.as_bytes()).unwrap();
    let browser = Browser::of(listener.address);
    assert_eq!(browser.post_as_it_is("/form", &[("word", "good")]).status, 303, "others go on");
    let mut told = [0; 12];
    slow.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 408");
}
