//! Logged in: what there is, what can be sent, what came and went.
//!
//! Each part follows its own piece of the view: typing in the form redraws the form's texts and nothing else.

use leptos::prelude::*;

use crate::{
    components::{balance, banner, history, transfer},
    shown::{Shown, follow_account, live},
};

pub(crate) fn account(shown: Shown) -> AnyView {
    let piece = follow_account(shown, |account| &account.session);
    let session = move || piece.get().account().map(|account| account.session).unwrap_or_default();
    view! {
        {live(move || banner::session(session()))}
        <div class="account">
            {balance::balance(shown)} {transfer::transfer(shown)} {history::history(shown)}
        </div>
    }
    .into_any()
}
