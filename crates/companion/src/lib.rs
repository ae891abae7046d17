//! The companion: a bank, a tenant and the built client, together on one machine, with nothing to sign up for.
//!
//! - [`demo`]: who has an account, and what bank and tenant have to be told about it
//! - [`client`]: the server of the built client, as a production host would serve it
//! - [`address`]: where things listen, as people type it
//! - [`run`]: starts the three and stops them again
//! - [`cli`]: the commands that do so

pub mod cli;
pub mod client;
pub mod demo;
pub mod run;

pub use client_hosting::address;
