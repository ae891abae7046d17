//! A server of the world, on a port of its own: what it is asked is written down, and a test can hold, lose or
//! replace its answers.

mod exchange;
mod line;
mod proxy;
mod recorder;
mod rule;

pub use exchange::{Exchange, Fate};
pub use proxy::proxy_to;
pub use recorder::Recorder;
pub use rule::{Gate, Rule, When};

use crate::Miss;
use axum::{Extension, Router, extract::connect_info::IntoMakeServiceWithConnectInfo, middleware};
use http_server::Peer;
use line::{Line, Lines};
use std::{net::Ipv4Addr, ops::Deref};
use tokio::{net::TcpListener, task::JoinHandle};

/// A port that is ours already, though nobody serves it yet: its address can go into the others' configuration.
#[derive(Debug)]
pub struct Ground {
    listener: TcpListener,
    origin: String,
}

impl Ground {
    /// A free port of this machine.
    pub async fn claim() -> Result<Self, Miss> {
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
    pub fn serve(self, name: &'static str, router: Router) -> Site {
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
        Site { origin: self.origin, recorder, task }
    }
}

/// A running server. Ends when it is dropped.
#[derive(Debug)]
pub struct Site {
    origin: String,
    recorder: Recorder,
    task: JoinHandle<()>,
}

impl Site {
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

impl Deref for Site {
    type Target = Recorder;

    fn deref(&self) -> &Recorder {
        &self.recorder
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}
