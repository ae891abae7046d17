//! What a customer can do, and the way in which the pages say it.

use leptos::prelude::*;
use stepup::{
    domain::{Field, Payee, Place},
    view::PaymentFilter,
};

/// What a customer can do. The driver adds what the core's events need besides (randomness).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// "Log in", also before a log-in ends.
    LogIn,
    /// "Log out".
    LogOut,
    /// "Stay logged in", to the question whether anybody is still there.
    StayLoggedIn,
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
    /// Looks for payments.
    LookFor(PaymentFilter),
    /// "Load more".
    LoadMore,
    /// "Export CSV".
    Export,
    /// "Pay again".
    PayAgain,
    /// "Print".
    Print,
    /// "Share": this text.
    Share(String),
    /// A link to a place.
    Visit(Place),
    /// "Copy": into the clipboard.
    Copy(String),
    /// "Show older".
    OlderStatements,
    /// "Save payee".
    SavePayee(Payee),
    /// "Delete".
    DeletePayee(Payee),
    /// Is done with a result: "Make another transfer", "Change the transfer", "Back to your account".
    Dismiss,
}

/// The way out of the pages, in the context of every component.
#[derive(Debug, Clone, Copy)]
pub struct Dispatch(Callback<Intent>);

impl Dispatch {
    /// For the context of the pages.
    #[must_use]
    pub fn new(handler: Callback<Intent>) -> Self {
        Self(handler)
    }

    /// Tells the driver what the customer did.
    pub(crate) fn send(self, intent: Intent) {
        self.0.run(intent);
    }
}
