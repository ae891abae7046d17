//! The top of every page: the bank's name, the way to the other page, and the way out.

use leptos::prelude::*;
use stepup::view::{Screen, View};

use super::{
    button::{Rank, button},
    icon::{Icon, icon},
};
use crate::{
    app::Intent,
    shown::{Shown, follow, live, nothing},
};

pub(crate) fn masthead(shown: Shown) -> AnyView {
    let piece = follow(shown, |before, now| Ways::of(before) == Ways::of(now));
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <span class="brand">{icon(Icon::Riser)} "Riser"</span>
                {live(move || ways(Ways::of(&piece.get())))}
            </div>
        </header>
    }
    .into_any()
}

/// Where one can go from here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Nowhere: nobody is logged in.
    None,
    /// Out.
    Out,
    /// To the statements, and out.
    Statements,
    /// To the account, and out.
    Account,
}

impl Ways {
    fn of(view: &View) -> Self {
        match &view.screen {
            Screen::Account(account) if account.leads_to_statements => Self::Statements,
            Screen::Account(_) => Self::Out,
            Screen::Statements(_) => Self::Account,
            _ => Self::None,
        }
    }
}

fn ways(ways: Ways) -> AnyView {
    let page = match ways {
        Ways::None => return nothing(),
        Ways::Out => nothing(),
        Ways::Statements => button("Statements", Intent::Statements, Rank::Secondary),
        Ways::Account => button("Your account", Intent::Dismiss, Rank::Secondary),
    };
    view! {
        <nav class="ways" aria-label="Pages">
            {page}
            {button("Log out", Intent::LogOut, Rank::Secondary)}
        </nav>
    }
    .into_any()
}
