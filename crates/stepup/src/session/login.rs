//! To the provider and away from it: logging in, logging out.

use alloc::{borrow::ToOwned, boxed::Box};

use crate::{
    domain::{AuthenticationRequirement, Entropy},
    effect::Effect,
    flow::{authorization::redirect::AuthorizationRedirect, context::Context, stored_state::StoredState},
    http::RequestId,
    oidc::{LogoutHints, Purpose, RequestSecrets, end_session, provider},
    storage::StorageKey,
    view::Notice,
};

const LEFT_ALONE: &str = "left_alone";
const LOGGED_OUT: &str = "logged_out";

/// What the tab has stored of a log-out.
pub(super) fn stored_notice(text: Option<&str>) -> Option<Notice> {
    match text? {
        LEFT_ALONE => Some(Notice::LeftAlone),
        LOGGED_OUT => Some(Notice::LoggedOut),
        _ => None,
    }
}

/// "Log in": to the provider, by way of its metadata when its endpoints are not known yet.
pub(super) fn log_in(
    entropy: Entropy,
    requirement: AuthenticationRequirement,
    cx: &mut Context,
) -> Box<AuthorizationRedirect> {
    let (secrets, _) = RequestSecrets::draw(entropy);
    let scopes = cx.config.balance_scope.clone();
    let mut redirect = AuthorizationRedirect::begin(secrets, Purpose::LogIn, &scopes, requirement, cx);
    redirect.proceed(cx);
    cx.remove(StorageKey::LoggedOutWhileSending);
    cx.remove(StorageKey::LogoutNotice);
    redirect
}

#[derive(Debug)]
pub(super) struct SignedOut {
    pub(super) notice: Option<Notice>,
    /// The metadata are on their way, which say where the provider's session ends.
    awaiting: Option<(RequestId, Option<LogoutHints>)>,
}

impl SignedOut {
    pub(super) fn new(notice: Option<Notice>) -> Self {
        Self { notice, awaiting: None }
    }

    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.awaiting.as_ref().is_some_and(|(awaited, _)| *awaited == id)
    }

    /// The metadata arrived, or did not: what they say has been learned.
    pub(super) fn leave(&mut self, cx: &mut Context) {
        if let Some((_, hints)) = self.awaiting.take() {
            end_session(hints.as_ref(), cx);
        }
    }
}

/// "Log out": everything of this tab is forgotten, the other tabs are told, then the provider's session ends too.
/// `notice` says why.
pub(super) fn log_out(notice: Notice, hints: Option<LogoutHints>, cx: &mut Context) -> SignedOut {
    cx.log_outs = cx.log_outs.next();
    // The page goes to the provider and comes back before anybody has read a word.
    let (key, word) = match notice {
        Notice::LoggedOutWhileSending => (StorageKey::LoggedOutWhileSending, "1"),
        Notice::LeftAlone => (StorageKey::LogoutNotice, LEFT_ALONE),
        _ => (StorageKey::LogoutNotice, LOGGED_OUT),
    };
    cx.store(key, word.to_owned());
    forget(cx);
    cx.store(StorageKey::LogoutCount, cx.log_outs.to_text());
    let awaiting = if end_session(hints.as_ref(), cx) {
        None
    } else {
        Some((cx.fetch(provider::metadata_request(&cx.config)), hints))
    };
    SignedOut { notice: Some(notice), awaiting }
}

pub(super) fn forget(cx: &mut Context) {
    for key in [StorageKey::Session, StorageKey::Pending, StorageKey::Draft] {
        cx.remove(key);
    }
    cx.emit(Effect::ForgetRequests);
}

/// What is stored besides is nobody's any more.
pub(super) fn logout_notice(stored: &StoredState) -> Notice {
    if stored.is_sending() { Notice::LoggedOutWhileSending } else { Notice::LoggedOutElsewhere }
}

/// To where the provider's session ends, if that is known.
fn end_session(hints: Option<&LogoutHints>, cx: &mut Context) -> bool {
    let Some(endpoint) = &cx.provider.metadata().end_session_endpoint else { return false };
    let (url, form) = end_session::request(endpoint, &cx.config, hints);
    cx.emit(match form {
        Some(form) => Effect::Submit(url, form),
        None => Effect::Navigate(url),
    });
    true
}
