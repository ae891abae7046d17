//! The tenant's RSA-2048 keys, kept as PKCS#8 that only their owner can read: the one that signs and the one that will be
//! next, made at the first start; and the public halves of those that have signed and may still be met ([`ring`],
//! [`rotation`]). All of them are published as a JWK set.

mod file;
mod ring;
mod rotation;
mod signing_key;

pub(crate) use file::{keep, read};
pub(crate) use ring::KeyRing;
pub use rotation::{Rotation, rotate};
pub use signing_key::{KEY_FILE, KEY_FILES, KeyError};
pub(crate) use signing_key::{SigningKey, WEB_PUSH_FILE};
