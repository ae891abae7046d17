//! The root of the page: one view signal comes in, one stream of intents goes out.

use leptos::prelude::*;
use stepup::view::{Screen, View};

use crate::{
    components::{banner, idle, links, masthead, navigation},
    focus::{PAGE_HEADING, focus_soon},
    heading_focus,
    intent::{Dispatch, Intent},
    markup::around,
    messages,
    pages::{self, AccountPage},
    title,
    view_signal::{self, ViewSignal, dynamic},
};

/// The way in on the signed-out page.
const LOG_IN: &str = ".hero .button";

/// Everything inside `#app`. Until the first screen is there it draws nothing and leaves the static shell alone.
#[must_use]
pub fn app(signal: ViewSignal, dispatch: Callback<Intent>) -> AnyView {
    let dispatch = Dispatch::new(dispatch);
    provide_context(dispatch);
    links::follow(dispatch);
    title::follow(signal);
    let page = view_signal::slice_of(signal, same_page);
    heading_focus::follow(signal);
    dynamic(move || {
        messages::follow();
        let view = page.get();
        if matches!(view.screen, Screen::Starting) {
            return view_signal::empty();
        }
        // Before anything is drawn: an exception from here on is the application's, not one of its loading.
        remove_shell();
        let content = match &view.screen {
            Screen::Starting => Vec::new(),
            Screen::SignedOut { notice } => pages::signed_out(*notice),
            Screen::LeavingToLogIn => pages::leaving_to_log_in(),
            Screen::SigningIn => pages::signing_in(),
            Screen::Failed(failure) => pages::failed(failure),
            Screen::Account(_) => {
                AccountPage::of(&view).map(|page| pages::account(signal, page)).unwrap_or_default()
            }
            Screen::Statements(page) => pages::statements(page),
        };
        vec![
            masthead::masthead(signal),
            navigation::navigation(signal),
            banner::banners(signal),
            around(r#"<main class="page"></main>"#, content),
            idle::question(signal),
        ]
        .into_any()
    })
}

/// Is the page that is up still the one to show? The account is too alive to be drawn as a whole: its parts follow the
/// view themselves.
fn same_page(before: &View, now: &View) -> bool {
    match (&before.screen, &now.screen) {
        (Screen::Account(_), Screen::Account(_)) => AccountPage::of(before) == AccountPage::of(now),
        (before, now) => before == now,
    }
}

/// Takes away what `index.html` shows while the application loads. Whoever was at its button goes on at the page's.
fn remove_shell() {
    let Some(shell) = document().get_element_by_id("shell") else { return };
    let focused = shell.query_selector(":focus").ok().flatten();
    shell.remove();
    if let Some(focused) = focused {
        focus_soon(if focused.has_attribute("data-log-in") { LOG_IN } else { PAGE_HEADING });
    }
}
