//! How far a request has arrived.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use hyper::Request;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// Whether the last request of a connection has arrived as a whole. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicBool>);

impl Progress {
    /// Watches the body of a request whose head is there.
    pub(crate) fn watch(&self, request: Request<Incoming>) -> Request<WatchedBody> {
        self.set(request.body().is_end_stream());
        request.map(|body| WatchedBody { body, progress: self.clone() })
    }

    pub(crate) fn has_whole_request(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, is_whole: bool) {
        self.0.store(is_whole, Ordering::Relaxed);
    }
}

/// A body that tells when its end is there.
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
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.progress.set(true);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
