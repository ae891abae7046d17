//! What the tenant writes to its terminal, at the most talkative level. What is written is decided once for the whole
//! process, so this is for all tests together; each gets the lines of its own thread.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

thread_local! {
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct Terminal;

impl io::Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.as_mut().map(|written| written.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From now on what this test causes to be written is kept.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt().with_writer(|| Terminal).with_max_level(tracing::Level::TRACE).init();
    });
    WRITTEN.set(Some(Vec::new()));
}

/// What has been written since.
pub(crate) fn written() -> String {
    String::from_utf8(WRITTEN.take().unwrap()).unwrap()
}
