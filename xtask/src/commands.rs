//! What `cargo xtask` can be asked to do.

pub(crate) mod bench;
pub(crate) mod deny;
pub(crate) mod dist;
pub(crate) mod explore;
pub(crate) mod fuzz;
pub(crate) mod mutants;
pub(crate) mod release;
pub(crate) mod test;
pub(crate) mod torture;
pub(crate) mod up;
