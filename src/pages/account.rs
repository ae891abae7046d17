//! Logged in: what there is, what can be sent, what came and went.
//!
//! Each part reads its own piece of the view: typing in the form redraws the form's texts and nothing else.

use leptos::prelude::*;
use stepup::view::{AccountView, Screen, View};

use crate::components::{balance, banner, history, transfer};

pub(crate) fn account(view: ReadSignal<View>) -> impl IntoView {
    let over = part(view, |account| account.session_over);
    let balance = part(view, |account| account.balance.clone());
    let history = part(view, |account| account.history.clone());
    view! {
        {move || (over.get() == Some(true)).then(banner::session_over)}
        <div class="account">
            {balance::balance(balance)}
            {transfer::transfer(view)}
            {history::history(history, balance)}
        </div>
    }
}

/// A piece of the account, recomputed with every view and announced when it changed. `None` when another screen has
/// come up and this page is about to be taken away.
pub(crate) fn part<T>(view: ReadSignal<View>, read: fn(&AccountView) -> T) -> Memo<Option<T>>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| {
        view.with(|view| match &view.screen {
            Screen::Account(account) => Some(read(account)),
            _ => None,
        })
    })
}
