//! The top of every page: the bank's name, and the way out.

use leptos::prelude::*;

use super::{
    button::{Rank, button},
    icon::{Icon, icon},
};
use crate::{app::Intent, shown::nothing};

pub(crate) fn masthead(logged_in: bool) -> AnyView {
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <span class="brand">{icon(Icon::Riser)} "Riser"</span>
                {if logged_in { button("Log out", Intent::LogOut, Rank::Secondary) } else { nothing() }}
            </div>
        </header>
    }
    .into_any()
}
