//! Whether a request is worked on, or a part of it is still to come.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::Request;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// Whether the last request of a connection is worked on: its head is there, and nobody waits for more of its body. Clones
/// share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicBool>);

impl Progress {
    /// Watches the body of a request whose head is there.
    pub(crate) fn watch(&self, request: Request<Incoming>) -> Request<WatchedBody> {
        self.set(true);
        request.map(|body| WatchedBody { body, progress: self.clone() })
    }

    pub(crate) fn is_worked_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, is_worked_on: bool) {
        self.0.store(is_worked_on, Ordering::Relaxed);
    }
}

/// A body that tells when it is waited for.
pub(crate) struct WatchedBody {
    body: Incoming,
    progress: Progress,
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.progress.set(frame.is_ready());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
