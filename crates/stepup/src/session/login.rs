//! To the provider and away from it: logging in, logging out.

use alloc::{borrow::ToOwned, vec::Vec};

use crate::{
    domain::{AuthenticationRequirement, Entropy},
    effect::Effect,
    flow::{
        authorization::redirect::AuthorizationRedirect, context::Context, stored_state::StoredState,
        transition::Transition,
    },
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
) -> Transition<AuthorizationRedirect> {
    let (secrets, _) = RequestSecrets::draw(entropy);
    let scopes = cx.config.balance_scope.clone();
    let mut next = AuthorizationRedirect::begin(secrets, Purpose::LogIn, &scopes, requirement, cx);
    let leave = next.state.proceed(cx);
    let mut next = next.then(leave);
    next.effects.extend([StorageKey::LoggedOutWhileSending, StorageKey::LogoutNotice].map(Effect::Remove));
    next
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
    pub(super) fn leave(&mut self, cx: &Context) -> Option<Effect> {
        let (_, hints) = self.awaiting.take()?;
        end_session(hints.as_ref(), cx)
    }
}

/// "Log out": everything of this tab is forgotten, the other tabs are told, then the provider's session ends too.
/// `notice` says why.
pub(super) fn log_out(notice: Notice, hints: Option<LogoutHints>, cx: &mut Context) -> Transition<SignedOut> {
    cx.log_outs = cx.log_outs.next();
    let mut effects = forget();
    effects.push(Effect::Store(StorageKey::LogoutCount, cx.log_outs.to_text()));
    let mut awaiting = None;
    if let Some(leave) = end_session(hints.as_ref(), cx) {
        effects.push(leave);
    } else {
        let id = cx.ids.request();
        awaiting = Some((id, hints));
        effects.push(Effect::fetch(id, provider::metadata_request(&cx.config)));
    }
    // The page goes to the provider and comes back before anybody has read a word.
    let (key, word) = match notice {
        Notice::LoggedOutWhileSending => (StorageKey::LoggedOutWhileSending, "1"),
        Notice::LeftAlone => (StorageKey::LogoutNotice, LEFT_ALONE),
        _ => (StorageKey::LogoutNotice, LOGGED_OUT),
    };
    effects.insert(0, Effect::Store(key, word.to_owned()));
    Transition::new(SignedOut { notice: Some(notice), awaiting }, effects)
}

pub(super) fn forget() -> Vec<Effect> {
    let mut effects: Vec<Effect> =
        [StorageKey::Session, StorageKey::Pending, StorageKey::Draft].map(Effect::Remove).into();
    effects.push(Effect::ForgetRequests);
    effects
}

/// What is stored besides is nobody's any more.
pub(super) fn logout_notice(stored: &StoredState) -> Notice {
    if stored.is_sending() { Notice::LoggedOutWhileSending } else { Notice::LoggedOutElsewhere }
}

fn end_session(hints: Option<&LogoutHints>, cx: &Context) -> Option<Effect> {
    let endpoint = cx.provider.metadata().end_session_endpoint.as_ref()?;
    let (url, form) = end_session::request(endpoint, &cx.config, hints);
    Some(match form {
        Some(form) => Effect::Submit(url, form),
        None => Effect::Navigate(url),
    })
}
