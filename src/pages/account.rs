//! Logged in: what there is, what can be sent, what came and went.
//!
//! Each part follows its own piece of the view: typing in the form redraws the form's texts and nothing else.

use leptos::prelude::*;

use crate::{
    components::{balance, banner, history, transfer},
    markup::around,
    view_signal::{ViewSignal, dynamic, slice_of_account},
};

pub(crate) fn account(signal: ViewSignal) -> Vec<AnyView> {
    let view_slice = slice_of_account(signal, |account| &account.session);
    let session = move || view_slice.get().account().map(|account| account.session).unwrap_or_default();
    let parts = vec![balance::balance(signal), transfer::transfer(signal), history::history(signal)];
    vec![dynamic(move || banner::session(session())), around(r#"<div class="account"></div>"#, parts)]
}
