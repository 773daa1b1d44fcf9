//! The connections of browsers, and their limits.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_rt::net::TcpStream;
use actix_server::GracefulShutdownSignal;
use actix_service::{ServiceFactory, ServiceFactoryExt as _, fn_service};

use super::serve::{Web, serve};

/// How long an idle connection is kept: longer than nginx keeps its own (60 s).
const KEEP_ALIVE: Duration = Duration::from_secs(90);

/// How long a head may take to arrive.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// HTTP/1.1 on each connection, answered with pages. When the server is ending, idle connections are
/// closed, and busy ones after their answer.
#[must_use]
pub fn connections(
    web: &Arc<Web>,
    ending: GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
+ use<> {
    let web = Arc::clone(web);
    let pages = HttpService::build()
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_WITHIN)
        .graceful_shutdown_signal(move || {
            let ending = ending.clone();
            async move { ending.notified().await }
        })
        .h1(fn_service(move |request| {
            let web = Arc::clone(&web);
            async move { Ok::<_, Infallible>(serve(&web, request).await) }
        }));
    fn_service(|stream: TcpStream| async { with_peer(stream) }).and_then(pages)
}

fn with_peer(stream: TcpStream) -> Result<(TcpStream, Option<SocketAddr>), DispatchError> {
    // Answers are small and wanted at once.
    stream.set_nodelay(true)?;
    let peer = stream.peer_addr()?;
    Ok((stream, Some(peer)))
}
