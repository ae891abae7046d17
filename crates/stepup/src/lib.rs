//! The protocol and the money rules of Riser, as a value.
//!
//! [`Session::update`] takes an [`Event`] and the time and answers with [`Effect`]s; [`Session::view`] says what the
//! page shows. There is no browser here, no I/O, no clock and no randomness of its own.
mod account;
mod api;
mod arrival;
pub mod challenge;
pub mod config;
pub mod demand;
mod departure;
pub mod effect;
pub mod entropy;
pub mod event;
mod form;
pub mod iban;
mod ids;
mod json;
pub mod locale;
mod login;
pub mod money;
pub mod oidc;
mod preflight;
pub mod problem;
mod provider;
pub mod record;
pub mod reference;
pub mod session;
mod statements;
mod step_up;
mod text;
pub mod time;
pub mod tokens;
pub mod transfer;
mod verification;
pub mod view;
pub mod web_url;
mod world;

pub use effect::Effect;
pub use event::Event;
pub use session::Session;
