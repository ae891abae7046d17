//! The root of the page: one view signal comes in, one stream of intents goes out.

use leptos::prelude::*;
use stepup::{
    domain::transfer::Field,
    view::{Screen, View},
};

use crate::{
    components::{banner, masthead},
    focus, pages,
    shown::{self, Shown, live},
};

/// What a customer can do. The driver adds what the core's events need besides (randomness).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// "Log in", "Stay logged in".
    LogIn,
    /// "Log out".
    LogOut,
    /// Types: the field's whole text.
    Edited(Field, String),
    /// Leaves a field.
    Left(Field),
    /// "Transfer".
    Review,
    /// "Confirm transfer".
    Confirm,
    /// "Cancel".
    Cancel,
    /// "Continue": does not wait until the browser leaves by itself.
    Proceed,
    /// "Ask again": what became of the transfer?
    AskAgain,
    /// "Try again": load once more what could not be loaded.
    TryAgain,
    /// "Statements".
    Statements,
    /// "Show older".
    OlderStatements,
    /// Is done with a result: "Make another transfer", "Change the transfer", "Back to your account".
    Dismiss,
}

/// The way out of the pages, in the context of every component.
#[derive(Debug, Clone, Copy)]
pub struct Dispatch(Callback<Intent>);

impl Dispatch {
    /// Tells the driver what the customer did.
    pub(crate) fn send(self, intent: Intent) {
        self.0.run(intent);
    }
}

/// Everything inside `#app`. Until the first screen is there it draws nothing and leaves the static shell alone.
#[must_use]
pub fn app(shown: Shown, dispatch: Callback<Intent>) -> AnyView {
    provide_context(Dispatch(dispatch));
    let page = shown::follow(shown, same_page);
    focus::follow(shown);
    live(move || {
        let view = page.get();
        let content = match &view.screen {
            Screen::Starting => return shown::nothing(),
            Screen::SignedOut { notice } => pages::signed_out(*notice),
            Screen::LeavingToLogIn => pages::leaving_to_log_in(),
            Screen::SigningIn => pages::signing_in(),
            Screen::Failed(failure) => pages::failed(failure),
            Screen::Account(_) => pages::account(shown),
            Screen::Statements(page) => pages::statements(page),
        };
        remove_shell();
        view! {
            {masthead::masthead(shown)}
            {banner::offline(shown)}
            <main class="page">{content}</main>
        }
        .into_any()
    })
}

/// Is the page that is up still the one to show? The account is too alive to be drawn as a whole: its parts follow the
/// view themselves.
fn same_page(before: &View, now: &View) -> bool {
    match (&before.screen, &now.screen) {
        (Screen::Account(_), Screen::Account(_)) => true,
        (before, now) => before == now,
    }
}

/// Takes away what `index.html` shows while the application loads.
fn remove_shell() {
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
}
