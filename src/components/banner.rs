//! Sentences above the page about the state of the whole.

use leptos::prelude::*;
use stepup::view::SessionView;

use super::{
    button::{ButtonKind, button},
    icon::{Icon, icon},
};
use crate::{
    intent::Intent,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// Says that the network is gone. The live region is there before the sentence is, or nobody would hear it.
pub(crate) fn offline(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| before.online == now.online);
    view! {
        <div aria-live="polite">
            {dynamic(move || if view_slice.get().online { empty() } else { no_network() })}
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

/// Tells when the log-in does not last: the page stays, and so does what was typed.
pub(crate) fn session(session: SessionView) -> AnyView {
    let (sentence, label, kind) = match session {
        SessionView::Open => return empty(),
        SessionView::EndsSoon => (
            "Your session ends in less than two minutes. Stay logged in to go on; what you typed is kept.",
            "Stay logged in",
            ButtonKind::Secondary,
        ),
        SessionView::Over => (
            "Your session is over. Log in again to go on; what you typed is kept.",
            "Log in",
            ButtonKind::Primary,
        ),
        SessionView::LoginRequired => (
            "Your bank asks you to log in once more before it goes on. What you typed is kept.",
            "Log in",
            ButtonKind::Primary,
        ),
    };
    view! {
        <div class="card over">
            <p role="alert">{sentence}</p>
            {button(label, Intent::LogIn, kind)}
        </div>
    }
    .into_any()
}
