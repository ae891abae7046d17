//! What can happen to a session: everything the shell and the customer can tell the core.

use alloc::{boxed::Box, string::String};

use crate::{
    domain::{Entropy, Field, Payee, Place},
    effect::{CheckId, Timer},
    http::{HttpResult, RequestId},
    oidc::PageUrl,
    storage::StorageKey,
    view::PaymentFilter,
};

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// The page was loaded. Always the first event.
    Booted(Box<Boot>),
    /// The answer to [`crate::Effect::Take`].
    Taken {
        /// What was asked for.
        key: StorageKey,
        /// What was there. It is there no longer.
        value: Option<String>,
    },
    /// The answer to [`crate::Effect::Fetch`].
    Answered {
        /// Which request.
        request: RequestId,
        /// What came back.
        outcome: HttpResult,
    },
    /// The answer to [`crate::Effect::Verify`]: does the signature fit the key?
    Verified {
        /// Which check.
        check: CheckId,
        /// `Err` when the browser could not check at all, with its reason.
        outcome: Result<bool, String>,
    },
    /// A timer set by [`crate::Effect::SetTimer`] ran out.
    TimerFired(Timer),
    /// The browser showed this page again as it was left (back-forward cache).
    Restored,
    /// The browser says whether it has a network.
    Online(bool),
    /// Another tab of this browser has changed [`StorageKey::LogoutCount`]; this is what stands there now.
    LogoutCountChanged(Option<String>),
    /// The customer touches the page: a pointer, a key, or the wheel. The shell reports a few of them.
    Touched,
    /// Another tab of this browser has changed [`StorageKey::LastTouch`]; this is what stands there now.
    TouchedElsewhere(Option<String>),
    /// The page is seen again, perhaps after the device has slept.
    Looked,
    /// The customer presses "Stay logged in".
    StayLoggedIn,
    /// The browser turned out to lack something, by its name.
    FeatureMissing(&'static str),

    /// The customer has pressed Back or Forward: the address bar has this path now. The randomness is for a page that leads to
    /// the provider.
    AddressChanged(String, Entropy),
    /// The customer follows a link to a place of the client. To the statements, it is [`Event::Statements`].
    Visit(Place),
    /// The customer looks for payments.
    LookFor(PaymentFilter),
    /// "Load more": payments.
    LoadMore,
    /// "Export CSV": of the payments that are looked for.
    Export,
    /// "Pay again": the form, with what the payment at this place has.
    PayAgain,
    /// The customer presses "Log in".
    LogIn(Entropy),
    /// The customer presses "Log out".
    LogOut,
    /// The customer types.
    Edited(Field, String),
    /// The customer leaves a field.
    Left(Field),
    /// The customer has chosen another language: the page's [`Locale`](crate::domain::Locale) writes in it from now on.
    LanguageChanged,
    /// The customer presses "Transfer": show what will be sent.
    Review,
    /// The customer presses "Confirm transfer".
    Confirm(Entropy),
    /// The customer presses "Cancel" at the confirmation, or before the browser leaves.
    Cancel,
    /// The customer does not wait until the browser leaves by itself.
    Proceed,
    /// The customer wants the bank to be asked again what became of a transfer.
    AskAgain,
    /// The customer wants the last failed loading to be tried again.
    TryAgain,
    /// The customer is done with a result: back to the form, or to the account.
    Dismiss,
    /// The customer wants to see the statements.
    Statements(Entropy),
    /// The customer wants to see older ones.
    OlderStatements,
    /// The customer presses "Save payee".
    SavePayee(Payee, Entropy),
    /// The customer deletes a saved payee.
    DeletePayee(Payee),
}

/// What the shell knows when the page has loaded.
#[derive(Debug, Default)]
pub struct Boot {
    /// The text of the `riser-config` block.
    pub config: String,
    /// The page's own origin, as in `https://bank.example`.
    pub origin: String,
    /// The address with which it was loaded.
    pub url: PageUrl,
    /// The stored session, transfer and draft: [`StorageKey::Session`], [`StorageKey::Pending`], [`StorageKey::Draft`].
    pub session: Option<String>,
    /// See `session`.
    pub pending: Option<String>,
    /// See `session`.
    pub draft: Option<String>,
    /// [`StorageKey::LoggedOutWhileSending`]
    pub logged_out_while_sending: bool,
    /// [`StorageKey::LogoutNotice`]
    pub logout_notice: Option<String>,
    /// [`StorageKey::LastTouch`]
    pub last_touch: Option<String>,
    /// What all tabs share: [`StorageKey::LogoutCount`].
    pub log_outs: Option<String>,
    /// Where the customer was when the browser left for the log-in: [`StorageKey::Place`].
    pub place: Option<String>,
    /// For the page of the address, when it leads to the provider.
    pub entropy: Option<Entropy>,
    /// How the customer's browser writes money and compares text.
    pub locale: crate::domain::Locale,
    /// Does the browser have a network?
    pub online: bool,
    /// The name of something that this browser lacks and Riser cannot do without.
    pub missing_feature: Option<&'static str>,
}
