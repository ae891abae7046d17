//! Sentences above the page about the state of the whole.

use leptos::prelude::*;

use super::{
    button::{Rank, button},
    icon::{Icon, icon},
};
use crate::{
    app::Intent,
    shown::{Shown, follow, live, nothing},
};

/// Says that the network is gone. The live region is there before the sentence is, or nobody would hear it.
pub(crate) fn offline(shown: Shown) -> AnyView {
    let piece = follow(shown, |before, now| before.online == now.online);
    view! {
        <div aria-live="polite">
            {live(move || if piece.get().online { nothing() } else { no_network() })}
        </div>
    }
    .into_any()
}

fn no_network() -> AnyView {
    view! {
        <div class="banner">
            <div class="banner-row">
                {icon(Icon::Warning)}
                <p>
                    "You are offline. What you see may be old, and nothing can be sent until the network is back."
                </p>
            </div>
        </div>
    }
    .into_any()
}

/// The token's time is up, the page stays.
pub(crate) fn session_over() -> AnyView {
    view! {
        <div class="card over">
            <p role="alert">"Your session is over. Log in again to go on; what you typed is kept."</p>
            {button("Log in", Intent::LogIn, Rank::Primary)}
        </div>
    }
    .into_any()
}
