//! What the tab had stored when the page was loaded, or would have if it were loaded now.

use alloc::boxed::Box;

use crate::{
    domain::LogoutCount,
    flow::{context::Context, login::Login},
    storage::{Pending, PendingStage, StoredDraft},
    view::Notice,
};

/// Time may have gone by since it was read: see [`StoredState::without_expired_login`].
#[derive(Debug, Default)]
pub(crate) struct StoredState {
    pub(crate) login: Option<Box<Login>>,
    pub(crate) draft: Option<Box<StoredDraft>>,
    pub(crate) pending: Option<Box<Pending>>,
    /// There was a session, and this is how it ended.
    pub(crate) ended: Option<Notice>,
}

impl StoredState {
    /// A log-in that has no token is none: its time is up, or the deployment has changed what it needs.
    pub(crate) fn without_expired_login(mut self, cx: &Context) -> Self {
        if self.login.as_ref().is_some_and(|login| login.token(&cx.config, cx.now).is_none()) {
            (self.login, self.ended) = (None, Some(Notice::SessionOver));
        }
        self
    }

    /// Was the customer sent away to confirm a transfer?
    pub(crate) fn is_confirming(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.stage == PendingStage::Confirming)
    }

    /// Was a transfer sent of which nobody knows yet what became of it?
    pub(crate) fn is_sending(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.stage == PendingStage::Sent)
    }

    /// Is there something from before a log-out?
    pub(crate) fn is_older_than(&self, log_outs: LogoutCount) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.log_outs != log_outs)
            || self.draft.as_ref().is_some_and(|draft| draft.log_outs != log_outs)
    }

    /// Has somebody else than this customer logged in?
    pub(crate) fn is_of_somebody_else(&self, subject: &str) -> bool {
        self.login.as_ref().is_some_and(|login| login.subject != subject)
    }
}
