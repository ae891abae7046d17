//! To the provider and away from it: logging in, logging out.

use super::Stage;
use crate::{
    account::World,
    effect::{Effect, Slot},
    entropy::Entropy,
    json,
    oidc::{authorize, authorize::State},
    provider,
    record::{Purpose, Record},
    time::Timestamp,
    tokens::Scopes,
    view::Notice,
};

/// "Log in": to the provider, by way of its metadata when its endpoints are not known yet.
pub(super) fn log_in(entropy: Entropy, world: &mut World, now: Timestamp) -> (Stage, Vec<Effect>) {
    let [state, nonce, _] = entropy.split();
    // The nonce of a log-in is as random as its state, and written in the same way.
    let (state, nonce) = (State::new(state), State::new(nonce).as_str().to_owned());
    if world.provider.authorization_endpoint().is_some() {
        return go(state, nonce, world, now);
    }
    let id = world.ids.request();
    let fetch = Effect::Fetch(id, provider::metadata_request(&world.config));
    (Stage::LoggingIn { state, nonce, metadata: Some(id) }, vec![fetch])
}

pub(super) fn go(state: State, nonce: String, world: &World, now: Timestamp) -> (Stage, Vec<Effect>) {
    let scopes = Scopes::parse("openid").union(&world.config.balance_scope);
    let mut effects = Vec::new();
    if let Some(endpoint) = world.provider.authorization_endpoint() {
        let url = authorize::url(endpoint, &world.config, &scopes, &state, &nonce);
        let record = Record { created_at: now, scopes, purpose: Purpose::LogIn { nonce: nonce.clone() } };
        effects.push(Effect::ForgetRequests);
        effects.push(Effect::Store(Slot::Request(state.clone()), json::write(&record)));
        effects.push(Effect::Navigate(url));
    }
    (Stage::LoggingIn { state, nonce, metadata: None }, effects)
}

/// "Log out": everything of this tab is forgotten, then the provider's session ends too.
pub(super) fn log_out(world: &mut World) -> (Stage, Vec<Effect>) {
    let mut effects: Vec<Effect> = [Slot::Session, Slot::Pending, Slot::Draft].map(Effect::Remove).into();
    effects.push(Effect::ForgetRequests);
    let mut logging_out = None;
    if let Some(leave) = end_session(world) {
        effects.push(leave);
    } else {
        let id = world.ids.request();
        logging_out = Some(id);
        effects.push(Effect::Fetch(id, provider::metadata_request(&world.config)));
    }
    (Stage::SignedOut { notice: Some(Notice::LoggedOut), logging_out }, effects)
}

pub(super) fn end_session(world: &World) -> Option<Effect> {
    let endpoint = world.provider.end_session_endpoint()?;
    Some(Effect::Navigate(authorize::end_session_url(endpoint, &world.config)))
}
