//! The browser shell of Riser: pages that read the core's view and say what the customer does.
//!
//! A library, so that the browser tests can mount the pages with any view; `main.rs` is the program.

pub mod app;
mod brand;
mod components;
pub mod driver;
mod focus;
pub mod format;
mod heading_focus;
pub mod intent;
mod markup;
pub mod messages;
mod pages;
mod title;
pub mod view_signal;
