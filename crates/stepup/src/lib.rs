//! The protocol and the money rules of Riser, as a value.
//!
//! [`Session::update`] takes an [`Event`] and the time and answers with [`Effect`]s; [`Session::view`] says what the
//! page shows. There is no browser here, no I/O, no clock and no randomness of its own.

// The compiler forbids what the core must not have: files, sockets, clocks, random hashing.
#![cfg_attr(not(test), no_std)]
#![warn(missing_docs)]

extern crate alloc;

/// Secrets print as their type's name.
macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

pub mod bank_api;
pub mod config;
pub mod csv;
pub mod domain;
pub mod effect;
#[cfg(test)]
#[path = "../tests/it/english.rs"]
mod english;
pub mod event;
mod flow;
pub mod http;
mod json;
pub mod oidc;
mod quoted;
pub mod session;
pub mod storage;
pub mod view;

pub use effect::Effect;
pub use event::Event;
pub use session::Session;
