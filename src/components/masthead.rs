//! The top of every page: the bank's name, the way to the other page, and the way out.

use leptos::prelude::*;
use stepup::view::{Screen, View};

use super::{
    button::{ButtonKind, button},
    icon::{Icon, icon},
};
use crate::{
    intent::Intent,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn masthead(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| NavLinks::of(before) == NavLinks::of(now));
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <span class="brand">{icon(Icon::Riser)} "Riser"</span>
                {dynamic(move || navigation(NavLinks::of(&view_slice.get())))}
            </div>
        </header>
    }
    .into_any()
}

/// Where one can go from here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NavLinks {
    /// Nowhere: nobody is logged in.
    None,
    /// Out.
    Out,
    /// To the statements, and out.
    Statements,
    /// To the account, and out.
    Account,
}

impl NavLinks {
    fn of(view: &View) -> Self {
        match &view.screen {
            Screen::Account(account) if account.leads_to_statements => Self::Statements,
            Screen::Account(_) => Self::Out,
            Screen::Statements(_) => Self::Account,
            _ => Self::None,
        }
    }
}

fn navigation(links: NavLinks) -> AnyView {
    let page = match links {
        NavLinks::None => return empty(),
        NavLinks::Out => empty(),
        NavLinks::Statements => button("Statements", Intent::Statements, ButtonKind::Secondary),
        NavLinks::Account => button("Your account", Intent::Dismiss, ButtonKind::Secondary),
    };
    view! {
        <nav class="ways" aria-label="Pages">
            {page}
            {button("Log out", Intent::LogOut, ButtonKind::Secondary)}
        </nav>
    }
    .into_any()
}
