//! The tenant from outside: requests in, answers out, in process and with a clock that the tests move.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod account;
mod actions;
mod attacks;
mod authenticator;
mod authenticators;
mod authorize;
mod authorize_refusals;
#[cfg(target_os = "linux")]
mod bad_disk;
mod brand;
mod code;
mod configuration;
mod control;
mod discovery;
mod enrollment;
mod harness;
mod keys;
mod languages;
mod log;
mod log_in;
mod log_out;
mod metrics;
mod oidf;
mod otp;
mod pages;
mod payment;
mod phone;
mod phone_app;
mod program;
mod prompts;
mod push;
mod push_limits;
mod push_report;
mod recovery;
mod refresh_tokens;
mod response_modes;
mod restart;
mod revoke;
mod rotation;
mod same_device;
mod session;
mod stalled_connections;
mod supported;
mod userinfo;
mod web_push;
