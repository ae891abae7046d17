//! What every state machine of the core may look at, whatever state it is in.

use crate::{
    config::Config,
    domain::{Locale, LogoutCount, Timestamp},
    flow::{ids::Ids, preflight::Preflight},
    oidc::Provider,
};

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) provider: Provider,
    pub(crate) ids: Ids,
    pub(crate) locale: Locale,
    /// When the event happened that is being looked at.
    pub(crate) now: Timestamp,
    pub(crate) log_outs: LogoutCount,
    /// May a transfer be sent with `Idempotency-Key`?
    pub(crate) preflight: Preflight,
    /// Does the browser say that it has no network?
    pub(crate) offline: bool,
}
