//! What the tests check about the repository itself.

pub(crate) mod proofs;
pub(crate) mod purity;
mod sources;
