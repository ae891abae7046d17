//! Scripts as developers write them, and as attackers would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod harness;
mod isolation;
mod limits;
mod modules;
mod network;
mod packages;
mod pipeline;
mod rules;
mod step_up;
mod traces;
