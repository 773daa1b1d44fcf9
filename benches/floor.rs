//! The floor that a decision is measured against: a bare actix-web handler that answers every
//! request with 200 and three short headers.
//!
//! `floor ADDRESS`, where the address is `IP:PORT` or `unix:PATH`. It serves until it is ended.

use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};

/// As long as the gate keeps its own connections.
const KEEP_ALIVE: Duration = Duration::from_secs(90);

async fn allow() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("x-keystile-subject", "key:1"))
        .insert_header(("x-keystile-product", "bench"))
        .insert_header(("cache-control", "no-store"))
        .finish()
}

fn main() -> std::io::Result<()> {
    // `cargo bench` adds a flag of its own.
    let Some(address) = std::env::args().skip(1).find(|word| !word.starts_with("--")) else {
        println!("floor: usage: floor ADDRESS (benches/run starts it)");
        return Ok(());
    };
    actix_web::rt::System::new().block_on(async move {
        let app = || App::new().default_service(web::to(allow));
        let server = HttpServer::new(app).keep_alive(KEEP_ALIVE);
        match address.strip_prefix("unix:") {
            Some(path) => server.bind_uds(path)?.run().await,
            None => server.bind(&address)?.run().await,
        }
    })
}
