//! A server on a port of its own.

use crate::error::BenchError;
use axum::Router;
use tokio::net::TcpListener;

/// Listens before its address is known to anybody.
pub(crate) async fn bind(host: &str) -> Result<(TcpListener, String), BenchError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://{host}:{}", listener.local_addr()?.port());
    Ok((listener, origin))
}

/// Serves until the program ends.
pub(crate) fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}
