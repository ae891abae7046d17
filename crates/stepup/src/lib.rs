//! The protocol and the money rules of Riser, as a value.
//!
//! [`Session::update`] takes an [`Event`] and the time and answers with [`Effect`]s; [`Session::view`] says what the
//! page shows. There is no browser here, no I/O, no clock and no randomness of its own.
pub mod effect;
pub mod entropy;
pub mod event;
pub mod money;
pub mod problem;
pub mod time;
pub mod view;
