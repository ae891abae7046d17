//! Tells phones of new requests: follows what happens in the tenant, so that who sends a push waits for no push service.

use std::sync::Weak;

use crate::clock::{Clock as _, SystemClock};
use crate::language::{Language, Message};
use crate::log::Event;
use crate::state::{AppState, SharedState};
use crate::store::Push;
use crate::web_push::{Delivery, PushMessage, Subscription};

/// Until the tenant closes, or is no more.
pub(crate) fn start(state: &SharedState) {
    let (mut changes, state) = (state.changes(), state.downgrade());
    tokio::spawn(async move {
        while changes.changed().await.is_ok() && !*changes.borrow_and_update() {
            announce(&state);
        }
    });
}

fn announce(weak: &Weak<AppState>) {
    let Some(state) = weak.upgrade() else { return };
    let now = state.now();
    let mut store = state.store();
    for push in store.pushes.take_unannounced(now) {
        for subscription in store.phones.subscriptions(&push.sub, now) {
            let message = message(&state, &push, &subscription, now);
            tokio::spawn(deliver(weak.clone(), push.clone(), subscription, message));
        }
    }
}

fn message(state: &AppState, push: &Push, to: &Subscription, now: u64) -> PushMessage {
    let language = Language::by_tag(&to.language).unwrap_or_else(Language::english);
    let id = if push.prompt.payment.is_some() { "web_push.payment" } else { "web_push.request" };
    PushMessage {
        title: state.brand.name.clone(),
        body: Message::new(language, id).to_string(),
        id: push.id.clone(),
        lifetime: push.expires.saturating_sub(now),
    }
}

async fn deliver(state: Weak<AppState>, push: Push, to: Subscription, message: PushMessage) {
    let Some(state) = state.upgrade() else { return };
    let service = to.service();
    let refused = match state.web_push.send(&to, &message, SystemClock.now()).await {
        Delivery::Accepted => None,
        Delivery::Gone => {
            state.store().phones.forget_subscription(&to);
            Some("The browser takes no messages any more: the phone is not told again.".to_owned())
        }
        Delivery::Failed(why) => {
            tracing::warn!(service, why, "a phone was not told of its request");
            Some(why)
        }
    };
    push.trace.record(Event::PhoneMessage { service, refused });
}
