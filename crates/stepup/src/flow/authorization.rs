//! To the provider and back: the redirect, the checks of its answer, the signature of an ID token.

pub(crate) mod redirect;
pub(crate) mod response;
pub(crate) mod verification;
