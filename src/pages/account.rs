//! Logged in: what there is, what can be sent, what came and went.
//!
//! Each part follows its own piece of the view: typing in the form redraws the form's texts and nothing else.

use leptos::prelude::*;

use crate::{
    components::{balance, banner, history, transfer},
    shown::{Shown, follow_account, live, nothing},
};

pub(crate) fn account(shown: Shown) -> AnyView {
    let piece = follow_account(shown, |account| &account.session_over);
    let over = move || piece.get().account().is_some_and(|account| account.session_over);
    view! {
        {live(move || if over() { banner::session_over() } else { nothing() })}
        <div class="account">
            {balance::balance(shown)} {transfer::transfer(shown)} {history::history(shown)}
        </div>
    }
    .into_any()
}
