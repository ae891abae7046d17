//! What a test's thread logs.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use tracing_subscriber::fmt::MakeWriter;

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Keeps what this thread logs from now on. The subscriber is everybody's: one for each thread would not hear of what another
/// thread has found to be of interest to nobody.
pub(crate) fn keep() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        subscriber.with_writer(Kept).init();
    });
    LOG.with_borrow_mut(|log| *log = Some(Vec::new()));
}

pub(crate) fn kept() -> String {
    LOG.with_borrow(|log| String::from_utf8(log.clone().unwrap()).unwrap())
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map_or(Ok(bytes.len()), |log| log.write(bytes)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}
