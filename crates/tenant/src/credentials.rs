//! What customers prove who they are with: passwords, one-time codes and recovery codes.

pub(crate) mod passwords;
pub(crate) mod recovery_codes;
pub(crate) mod totp;
mod typed_codes;
