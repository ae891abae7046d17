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
    next.then(leave).then(Effect::Remove(StorageKey::LoggedOutWhileSending))
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
/// `is_unanswered`: a transfer was sent, and nobody will wait for its answer.
pub(super) fn log_out(
    is_unanswered: bool,
    hints: Option<LogoutHints>,
    cx: &mut Context,
) -> Transition<SignedOut> {
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
    if is_unanswered {
        // The page goes to the provider and comes back before anybody has read a word.
        effects.insert(0, Effect::Store(StorageKey::LoggedOutWhileSending, "1".to_owned()));
    }
    let notice = if is_unanswered { Notice::LoggedOutWhileSending } else { Notice::LoggedOut };
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
