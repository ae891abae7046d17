//! What the tests check about the repository itself.

mod imports;
pub(crate) mod layers;
pub(crate) mod proofs;
pub(crate) mod purity;
pub(crate) mod sources;
mod words;
