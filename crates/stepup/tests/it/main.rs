//! The session as a value: whole visits, attacks and arbitrary interleavings, in microseconds.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

mod again;
mod attacks;
mod interleavings;
mod tab;
mod visits;
mod world;
