//! The top of every page: the bank's name, and the way out.

use leptos::prelude::*;

use super::{
    button::{Rank, button},
    icon::{Icon, icon},
};
use crate::app::Intent;

pub(crate) fn masthead(logged_in: bool) -> impl IntoView {
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <span class="brand">{icon(Icon::Riser)} "Riser"</span>
                {logged_in.then(|| button("Log out", Intent::LogOut, Rank::Secondary))}
            </div>
        </header>
    }
}
