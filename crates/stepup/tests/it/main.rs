//! The session as a value: whole visits, attacks and arbitrary interleavings, in microseconds.

mod attacks;
mod interleavings;
mod tab;
mod visits;
mod world;
