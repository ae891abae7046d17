//! To the provider and away from it: logging in, logging out.

use super::{Kept, Stage};
use crate::{
    domain::{authentication::AuthenticationRequirement, entropy::Entropy, scope::Scopes, time::Timestamp},
    effect::Effect,
    flow::{authorization::redirect::Departure, context::World},
    oidc::{
        authorization_request::{AuthorizationRequest, NonceSalt, Purpose, StateParameter},
        end_session::{self, LogoutHints},
        pkce::CodeVerifier,
        provider,
    },
    storage::StorageKey,
    view::Notice,
};

/// "Log in": to the provider, by way of its metadata when its endpoints are not known yet.
pub(super) fn log_in(
    entropy: Entropy,
    demand: AuthenticationRequirement,
    kept: Kept,
    world: &mut World,
    now: Timestamp,
) -> (Stage, Vec<Effect>) {
    let [state, salt, verifier, _] = entropy.split();
    let record = AuthorizationRequest {
        created_at: now,
        scopes: Scopes::parse("openid").union(&world.config.balance_scope),
        demand,
        verifier: CodeVerifier::new(verifier),
        salt: NonceSalt::new(salt),
        log_outs: world.log_outs,
        purpose: Purpose::LogIn,
    };
    let cx = &mut world.outside(now);
    let (mut departure, mut effects) = Departure::begin(StateParameter::new(state), record, cx);
    effects.extend(departure.proceed(cx));
    effects.push(Effect::Remove(StorageKey::LoggedOutWhileSending));
    (Stage::LoggingIn(Box::new(departure), kept), effects)
}

/// "Log out": everything of this tab is forgotten, the other tabs are told, then the provider's session ends too.
/// `unanswered`: a transfer was sent, and nobody will wait for its answer.
pub(super) fn log_out(
    unanswered: bool,
    hints: Option<LogoutHints>,
    world: &mut World,
) -> (Stage, Vec<Effect>) {
    world.log_outs = world.log_outs.next();
    let mut effects = forget();
    effects.push(Effect::Store(StorageKey::LogoutCount, world.log_outs.to_text()));
    let mut logging_out = None;
    if let Some(leave) = end_session(hints.as_ref(), world) {
        effects.push(leave);
    } else {
        let id = world.ids.request();
        logging_out = Some((id, hints));
        effects.push(Effect::Fetch(id, provider::metadata_request(&world.config)));
    }
    if unanswered {
        // The page goes to the provider and comes back before anybody has read a word.
        effects.insert(0, Effect::Store(StorageKey::LoggedOutWhileSending, "1".to_owned()));
    }
    let notice = if unanswered { Notice::LoggedOutWhileSending } else { Notice::LoggedOut };
    (Stage::SignedOut { notice: Some(notice), logging_out }, effects)
}

/// A log-out in another tab ends this one as well; that tab tells the provider.
pub(super) fn logged_out_elsewhere(before: &Stage) -> Stage {
    let notice = match before {
        Stage::SignedOut { notice, .. } => *notice,
        Stage::Account(account) if account.transfer.is_unanswered() => Some(Notice::LoggedOutWhileSending),
        Stage::Failed(_, kept) | Stage::LoggingIn(_, kept) | Stage::SigningIn(_, kept)
            if kept.is_sending() =>
        {
            Some(Notice::LoggedOutWhileSending)
        }
        _ => Some(Notice::LoggedOutElsewhere),
    };
    Stage::SignedOut { notice, logging_out: None }
}

/// Nothing of this tab's is left.
pub(super) fn forget() -> Vec<Effect> {
    let mut effects: Vec<Effect> =
        [StorageKey::Session, StorageKey::Pending, StorageKey::Draft].map(Effect::Remove).into();
    effects.push(Effect::ForgetRequests);
    effects
}

pub(super) fn end_session(hints: Option<&LogoutHints>, world: &World) -> Option<Effect> {
    let endpoint = world.provider.end_session_endpoint()?;
    let (url, form) = end_session::request(endpoint, &world.config, hints);
    Some(match form {
        Some(form) => Effect::Submit(url, form),
        None => Effect::Navigate(url),
    })
}
