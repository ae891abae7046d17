//! The top of every page: the bank's name, the way to the other page, and the way out.

use leptos::prelude::*;
use stepup::view::{Screen, View};

use super::button::{ButtonKind, button};
use crate::{
    intent::Intent,
    markup::{Markup, ROOT},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn masthead(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| NavLinks::of(before) == NavLinks::of(now));
    let mut header = Markup::new(
        r#"<header class="masthead"><div class="masthead-row" slot="row"><span class="brand"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 20h5v-5h5v-5h5V5h3"></path></svg>Riser</span></div></header>"#,
    );
    header.view("row", dynamic(move || navigation(NavLinks::of(&view_slice.get()))));
    header.into_view()
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
    let mut navigation = Markup::new(r#"<nav class="ways"></nav>"#);
    navigation.attribute(ROOT, "aria-label", &messages::text("nav.label"));
    match links {
        NavLinks::None => return empty(),
        NavLinks::Out => {}
        NavLinks::Statements => {
            navigation.view(ROOT, button("nav.statements", Intent::Statements, ButtonKind::Secondary));
        }
        NavLinks::Account => {
            navigation.view(ROOT, button("account.heading", Intent::Dismiss, ButtonKind::Secondary));
        }
    }
    navigation.view(ROOT, button("nav.log_out", Intent::LogOut, ButtonKind::Secondary));
    navigation.into_view()
}
