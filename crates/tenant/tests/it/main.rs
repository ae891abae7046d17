//! The tenant from outside: requests in, answers out, in process and with a clock that the tests move.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod attacks;
mod authorize;
mod authorize_refusals;
mod code;
mod configuration;
mod discovery;
mod harness;
mod keys;
mod linking;
mod log;
mod log_in;
mod log_out;
mod oidf;
mod pages;
mod phone;
mod program;
mod prompts;
mod push;
mod push_limits;
mod response_modes;
mod restart;
mod rotation;
mod session;
mod userinfo;
