//! The session as a value: whole visits, attacks and arbitrary interleavings, in microseconds.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

mod again;
mod attacks;
mod code;
mod exploration;
mod forged;
mod interleavings;
mod landing;
mod limits;
mod linking;
mod log_outs;
mod oidf;
mod orders;
mod preflight;
mod providers;
mod sentences;
mod sessions;
mod signed;
mod statements;
mod strangers;
mod tab;
mod typing;
mod visits;
mod world;
