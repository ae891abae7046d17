//! A server of a test, on a port of its own: what it is asked is written down, and a test can hold, lose or
//! replace its answers.

mod exchange;
mod intervention;
mod line;
mod proxy;
mod recorder;
mod rule;

pub use exchange::{Exchange, ExchangeStatus};
pub use intervention::Gate;
pub use proxy::proxy_to;
pub use recorder::Recorder;
pub use rule::{Rule, When};

use crate::TestError;
use axum::{Extension, Router, extract::connect_info::IntoMakeServiceWithConnectInfo, middleware};
use http_server::Peer;
use line::{Line, Lines};
use std::{net::Ipv4Addr, ops::Deref};
use tokio::{net::TcpListener, task::JoinHandle};

/// A port that is ours already, though nobody serves it yet: its address can go into the others' configuration.
#[derive(Debug)]
pub struct ReservedPort {
    listener: TcpListener,
    origin: String,
}

impl ReservedPort {
    /// A free port of this machine.
    pub async fn reserve() -> Result<Self, TestError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = format!("http://localhost:{}", listener.local_addr()?.port());
        Ok(Self { listener, origin })
    }

    /// As in `http://localhost:40123`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves `router` from now on.
    #[must_use]
    pub fn serve(self, name: &'static str, router: Router) -> TestServer {
        let recorder = Recorder::new(name);
        let router = router.layer(middleware::from_fn_with_state(recorder.clone(), recorder::record));
        // Nobody else reaches what is bound to this machine.
        let router = router.layer(Extension(Peer::of(Ipv4Addr::LOCALHOST.into())));
        let lines = Lines::new(self.listener);
        let service: IntoMakeServiceWithConnectInfo<Router, Line> =
            router.into_make_service_with_connect_info();
        let task = tokio::spawn(async move {
            // Ends only with the task: accepting repeats itself after an error.
            let _ = axum::serve(lines, service).await;
        });
        TestServer { origin: self.origin, recorder, task }
    }
}

/// A running server. Ends when it is dropped.
#[derive(Debug)]
pub struct TestServer {
    origin: String,
    recorder: Recorder,
    task: JoinHandle<()>,
}

impl TestServer {
    /// As in `http://localhost:40123`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// An address on this site; `path` begins with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Deref for TestServer {
    type Target = Recorder;

    fn deref(&self) -> &Recorder {
        &self.recorder
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
