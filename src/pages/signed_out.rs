//! Nobody is logged in: who this bank is, what will happen, and the way in.
//!
//! `index.html` holds the same words, so that they stand there before the application does.

use leptos::prelude::*;
use stepup::view::Notice;

use crate::{
    components::button::{ButtonKind, button},
    intent::Intent,
};

pub(crate) fn signed_out(notice: Option<Notice>) -> AnyView {
    let notice = notice.map(|notice| {
        let sentence = match notice {
            Notice::LoggedOut => "You are logged out.",
            Notice::LoggedOutElsewhere => "You logged out in another tab, so you are logged out here too.",
            Notice::LoggedOutWhileSending => {
                "You are logged out. A transfer was on its way: look at your activity before you send it again."
            }
            Notice::SessionOver => "Your session has ended, as it does after a while. Log in to go on.",
        };
        view! { <p class="notice" role="status">{sentence}</p> }
    });
    view! {
        <div class="welcome">
            {notice}
            <div class="hero">
                <h1 tabindex="-1">"Your money moves only when you say so."</h1>
                <p class="lead">
                    "Riser is a bank account in your browser. You see what you have, and every transfer is confirmed by you, twice."
                </p>
                {button("Log in", Intent::LogIn, ButtonKind::Primary)}
            </div>
            <ol class="steps">
                <li>
                    <strong>"Log in"</strong>
                    <span>"You go to your bank's log-in page and come back here."</span>
                </li>
                <li>
                    <strong>"See your balance"</strong>
                    <span>"What you have, and what came and went."</span>
                </li>
                <li>
                    <strong>"Send money"</strong>
                    <span>"You check the transfer here and confirm it on your phone."</span>
                </li>
            </ol>
        </div>
    }
    .into_any()
}
