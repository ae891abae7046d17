//! The root of the page: one view signal comes in, one stream of intents goes out.

use leptos::prelude::*;
use stepup::{
    event::Field,
    view::{Failure, Notice, Screen, View},
};

use crate::{components::banner, components::masthead, focus, pages};

/// What a customer can do. The driver adds what the core's events need besides (randomness).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// "Log in".
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

/// Which page is up, with all that the page needs, except for the account: that one is too alive to be compared and
/// drawn as a whole, its parts read the view themselves.
#[derive(Clone, PartialEq, Eq)]
enum Page {
    Starting,
    SignedOut(Option<Notice>),
    LeavingToLogIn,
    SigningIn,
    Failed(Failure),
    Account,
}

impl Page {
    fn of(view: &View) -> Self {
        match &view.screen {
            Screen::Starting => Self::Starting,
            Screen::SignedOut { notice } => Self::SignedOut(*notice),
            Screen::LeavingToLogIn => Self::LeavingToLogIn,
            Screen::SigningIn => Self::SigningIn,
            Screen::Failed(failure) => Self::Failed(failure.clone()),
            Screen::Account(_) => Self::Account,
        }
    }
}

/// Everything inside `#app`. Until the first screen is there it draws nothing and leaves the static shell alone.
#[must_use]
pub fn app(view: ReadSignal<View>, dispatch: Callback<Intent>) -> impl IntoView {
    provide_context(Dispatch(dispatch));
    let page = Memo::new(move |_| view.with(Page::of));
    Effect::new(move |_| {
        if page.with(|page| *page != Page::Starting) {
            remove_shell();
        }
    });
    focus::follow(view);
    move || {
        let content = match page.get() {
            Page::Starting => return None,
            Page::SignedOut(notice) => pages::signed_out(notice).into_any(),
            Page::LeavingToLogIn => pages::leaving_to_log_in().into_any(),
            Page::SigningIn => pages::signing_in().into_any(),
            Page::Failed(failure) => pages::failed(failure).into_any(),
            Page::Account => pages::account(view).into_any(),
        };
        let logged_in = page.with(|page| *page == Page::Account);
        Some(view! {
            {masthead::masthead(logged_in)}
            {banner::offline(view)}
            <main class="page">{content}</main>
        })
    }
}

/// Takes away what `index.html` shows while the application loads.
fn remove_shell() {
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
}
