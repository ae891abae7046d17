//! Sentences above the page about the state of the whole.

use leptos::prelude::*;
use stepup::view::View;

use super::{
    button::{Rank, button},
    icon::{Icon, icon},
};
use crate::app::Intent;

/// Says that the network is gone. The live region is there before the sentence is, or nobody would hear it.
pub(crate) fn offline(view: ReadSignal<View>) -> impl IntoView {
    let online = Memo::new(move |_| view.with(|view| view.online));
    view! {
        <div aria-live="polite">
            {move || {
                (!online.get())
                    .then(|| {
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
                    })
            }}
        </div>
    }
}

/// The token's time is up, the page stays.
pub(crate) fn session_over() -> impl IntoView {
    view! {
        <div class="card over">
            <p role="alert">"Your session is over. Log in again to go on; what you typed is kept."</p>
            {button("Log in", Intent::LogIn, Rank::Primary)}
        </div>
    }
}
