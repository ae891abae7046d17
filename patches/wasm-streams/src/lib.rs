//! Stands in for the crate of the same name, for this workspace alone.
//!
//! Leptos depends on `server_fn`, and that on `wasm-streams`. Riser has no server functions, but the real crate exports
//! classes to JavaScript, and what is exported is kept by every tool that removes unused code: 5.5 kB (compressed) in
//! each download that nothing ever calls. This one has the signatures that `server_fn` compiles against, and exports
//! nothing. When `server_fn` asks for another version, Cargo says that the patch is not used.

use futures_core::Stream;
use wasm_bindgen::JsValue;

/// What `server_fn` calls to stream a body.
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Wraps a stream of the browser.
    #[must_use]
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// The stream of the browser.
    #[must_use]
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// A stream of the browser from one of Rust.
    ///
    /// # Panics
    /// Always: only server functions need it.
    #[must_use]
    pub fn from_stream<S: Stream<Item = Result<JsValue, JsValue>> + 'static>(_: S) -> Self {
        panic!("{UNUSED}")
    }

    /// A stream of Rust from one of the browser.
    ///
    /// # Panics
    /// Always: only server functions need it.
    pub fn into_stream(self) -> futures_util::stream::Empty<Result<JsValue, JsValue>> {
        panic!("{UNUSED}")
    }
}

const UNUSED: &str =
    "Riser has no server functions: for those, take the patch of wasm-streams out of Cargo.toml";
