//! Logged in: the page of a place.
//!
//! Each part follows its own piece of the view: typing in the form redraws the form's texts and nothing else.

use leptos::prelude::*;
use stepup::{domain::Place, view::View};

use super::{home::home, pay::pay, payment::payment, payments::payments};
use crate::{
    components::{banner, payees},
    markup::around,
    view_signal::{ViewSignal, dynamic, slice_of_account},
};

/// Which page is up. The form and the steps after it are one, whose parts stay where they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountPage {
    Home,
    Pay,
    Payments,
    Payment,
}

impl AccountPage {
    pub(crate) fn of(view: &View) -> Option<Self> {
        Some(match &view.place {
            _ if view.account()?.shows_transfer => Self::Pay,
            Place::Payments => Self::Payments,
            Place::Payment(_) => Self::Payment,
            _ => Self::Home,
        })
    }
}

pub(crate) fn account(signal: ViewSignal, page: AccountPage) -> Vec<AnyView> {
    let view_slice = slice_of_account(signal, |account| &account.session);
    let session = move || view_slice.get().account().map(|account| account.session).unwrap_or_default();
    let parts = match page {
        AccountPage::Home => home(signal),
        AccountPage::Pay => pay(signal),
        AccountPage::Payments => payments(signal),
        AccountPage::Payment => payment(signal),
    };
    vec![
        dynamic(move || banner::session(session())),
        payees::status(signal),
        around(r#"<div class="account"></div>"#, parts),
    ]
}
