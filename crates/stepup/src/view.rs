//! What a screen can show, as plain data. The shell's pages read this and nothing else.
//!
//! Texts that a customer reads about failures and typed text are named by their ids in the catalogue; everything else
//! (labels, headings) belongs to the pages. Money stays in minor units: the shell formats it for the customer's locale.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::domain::{Field, Message, Money, NameCheck, Payee, Place, Problem, Receipt};

/// Everything on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Which screen is up.
    pub screen: Screen,
    /// Where the customer is, or will be after the log-in.
    pub place: Place,
    /// `false` while the browser says that it has no network.
    pub online: bool,
    /// The page was left alone: in how many seconds it logs the customer out.
    pub log_out_in: Option<i64>,
}

impl View {
    /// The account page, when it is up.
    #[must_use]
    pub fn account(&self) -> Option<&AccountView> {
        match &self.screen {
            Screen::Account(account) => Some(account),
            _ => None,
        }
    }

    /// The transfer form, when it is up.
    #[must_use]
    pub fn form(&self) -> Option<&FormView> {
        match &self.account()?.transfer {
            TransferView::Form(form) => Some(form),
            _ => None,
        }
    }
}

/// One screen at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// Nothing is known yet: the page keeps its static shell.
    Starting,
    /// Nobody is logged in.
    SignedOut {
        /// Why, when the customer did not ask for it ("Your session has ended").
        notice: Option<Notice>,
    },
    /// "Log in" was pressed: the provider's addresses are being fetched, or the browser is on its way.
    LeavingToLogIn,
    /// Back from the provider: the answer is being checked.
    SigningIn,
    /// Logging in did not work, or the set-up is wrong.
    Failed(Failure),
    /// Logged in.
    Account(Box<AccountView>),
    /// Logged in, with the page "Statements" up.
    Statements(Box<StatementsPage>),
}

/// A whole page that says what went wrong and offers the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub problem: Problem,
    /// The one thing to do now; `None` only when the page's owner has to act (wrong configuration).
    pub action: Option<Action>,
}

/// What the button below a problem does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Send [`crate::Event::LogIn`].
    LogIn,
    /// Send [`crate::Event::Dismiss`]: back to the account.
    BackToAccount,
}

/// A sentence above the signed-out page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The customer logged out.
    LoggedOut,
    /// The token's time was up.
    SessionOver,
    /// The customer logged out in another tab.
    LoggedOutElsewhere,
    /// The customer logged out while a transfer was on its way: nobody waits for its answer any more.
    LoggedOutWhileSending,
    /// Nobody touched the page for a while.
    LeftAlone,
    /// The customer said on the phone that this session was not theirs.
    Reported,
}

/// How long the log-in still lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionView {
    /// Long enough.
    #[default]
    Open,
    /// Less than two minutes: the page says so, and offers [`crate::Event::LogIn`] to go on.
    EndsSoon,
    /// It is over: the page offers to log in again and keeps everything else as it is.
    Over,
    /// The bank asks for a stronger or a newer log-in before it goes on (RFC 9470).
    LoginRequired,
}

/// Logged in: what the pages of all places but the statements show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// The balance and whose it is.
    pub balance: Loadable<BalanceView>,
    /// Past transfers.
    pub history: Loadable<HistoryView>,
    /// All payments, at their place.
    pub payments: PaymentsView,
    /// One payment, at its place.
    pub payment: Loadable<PastTransfer>,
    /// The transfer, wherever it stands.
    pub transfer: TransferView,
    /// Whom to pay.
    pub payees: PayeesView,
    /// How long the log-in still lasts.
    pub session: SessionView,
    /// Is the transfer what the customer sees? Elsewhere, a line above the page tells of one that is under way.
    pub shows_transfer: bool,
    /// Does the page lead to the statements?
    pub leads_to_statements: bool,
}

impl AccountView {
    /// Has the customer to log in again before anything can be loaded or sent?
    #[must_use]
    pub fn session_over(&self) -> bool {
        matches!(self.session, SessionView::Over | SessionView::LoginRequired)
    }
}

/// The page "Statements".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementsPage {
    /// What is there to see.
    pub content: StatementsContent,
    /// What there is besides.
    pub older: OlderStatements,
    /// How long the log-in still lasts.
    pub session: SessionView,
}

/// What the page "Statements" shows. [`crate::Event::Dismiss`] leads back to the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementsContent {
    /// On their way.
    Loading,
    /// A second factor is needed: the sentence is shown, then the browser goes to the provider. `Dismiss` works until
    /// then, `Proceed` goes at once.
    Leaving,
    /// Here they are, newest first; there may be none yet.
    Ready(Vec<Statement>),
    /// The bank has none to offer.
    NotOffered,
    /// They could not be had; the page offers [`crate::Event::Statements`] once more.
    Failed(Problem),
}

/// What the bank has besides what the page "Statements" shows: it tells of a page at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OlderStatements {
    /// Nothing more.
    #[default]
    None,
    /// The page offers [`crate::Event::OlderStatements`].
    Offered,
    /// They are on their way.
    Loading,
    /// They could not be had; they are offered again.
    Failed(Problem),
}

/// One statement: the balance before, the payments, the balance after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The bank's name for it: stable, for keyed lists.
    pub id: String,
    /// Its first day, as the bank says it (RFC 3339 full-date).
    pub from: String,
    /// Its last day.
    pub to: String,
    /// The balance before.
    pub opening: Money,
    /// The balance after.
    pub closing: Money,
    /// The payments, as the bank orders them.
    pub entries: Vec<PastTransfer>,
}

/// Something the bank is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loadable<T> {
    /// On its way; the page holds a place of the same size.
    Loading,
    /// Nobody is logged in to ask for it.
    Withheld,
    /// Here it is.
    Ready(T),
    /// It could not be had; the page offers [`crate::Event::TryAgain`].
    Failed(Problem),
}

/// The bank's answer to "how much have I?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BalanceView {
    /// An amount.
    Amount {
        /// The balance.
        money: Money,
        /// The customer's own IBAN, grouped by four, and the holder's name, when the bank says them.
        iban: Option<String>,
        /// The holder's name.
        holder: Option<String>,
    },
    /// A bank that answers with a sentence instead of an amount.
    Message(String),
}

/// Past transfers, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryView {
    /// The bank has no list of transfers: the page leaves the section out.
    NotOffered,
    /// The list; may be empty.
    List(Vec<PastTransfer>),
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastTransfer {
    /// The bank's id of the transfer: stable, for keyed lists.
    pub id: String,
    /// Did the money leave this account?
    pub outgoing: bool,
    /// The other side: name, and IBAN grouped by four.
    pub counterparty: String,
    /// The other side's IBAN, grouped by four.
    pub iban: String,
    /// How much, always positive.
    pub money: Money,
    /// What the payer wrote; may be empty.
    pub reference: String,
    /// When, as the bank says it (RFC 3339); the shell formats it.
    pub at: String,
    /// The bank's number of the payment, when it says one.
    pub number: Option<String>,
    /// What was on the account afterwards, when the bank says it.
    pub balance: Option<Money>,
}

/// What is looked for among the payments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Words: of the name, the IBAN, the reference or the amount.
    pub query: String,
    /// Out or in; `None` for both.
    pub outgoing: Option<bool>,
    /// A month as in `2026-11`; empty for all.
    pub month: String,
}

impl PaymentFilter {
    /// Is it looked for nothing in particular?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.query.trim().is_empty() && self.outgoing.is_none() && self.month.is_empty()
    }
}

/// The page "Payments".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentsView {
    /// What is looked for.
    pub filter: PaymentFilter,
    /// What was found, newest first.
    pub list: Vec<PastTransfer>,
    /// Is the bank being asked?
    pub is_loading: bool,
    /// Does the page offer [`crate::Event::LoadMore`]?
    pub has_more: bool,
    /// Why the last page did not come.
    pub problem: Option<Problem>,
}

/// The transfer, from the form to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferView {
    /// Being typed.
    Form(FormView),
    /// "Exactly this will be sent": Confirm transfer, or Cancel.
    Review {
        /// What will be sent.
        receipt: Receipt,
        /// Was the same amount sent to the same IBAN within a day?
        repeats: bool,
        /// Will it be sent without `Idempotency-Key`, because the API does not take one from this page? Then nobody notices
        /// when it arrives twice.
        unkeyed: bool,
    },
    /// On its way to the bank. `second` after the second factor.
    Sending {
        /// What is being sent.
        receipt: Receipt,
        /// Is this the attempt after the second factor?
        second: bool,
    },
    /// The bank wants a second confirmation: the sentence is shown, then the browser goes to the provider.
    /// `Cancel` works until then, `Proceed` goes at once.
    Leaving(Receipt),
    /// Came back by the Back button without confirming. `Cancel` returns to the form, `Review` starts again.
    Interrupted {
        /// What was to be confirmed.
        receipt: Receipt,
        /// Does the bank say that it has no such transfer? A copy of this tab may have gone through with it.
        nothing_moved: bool,
    },
    /// Back from the second factor: the answer is being checked.
    Returning(Receipt),
    /// It was sent and no answer came.
    Unknown {
        /// What was sent.
        receipt: Receipt,
        /// Is the bank being asked at this moment?
        asking: bool,
        /// Does the page offer [`crate::Event::AskAgain`]? Not while nobody is logged in to ask.
        may_ask: bool,
        /// Does it offer [`crate::Event::Dismiss`]? The bank cannot be asked at all: the customer has to look.
        may_leave: bool,
        /// Why the last question was not answered, when it was not.
        problem: Option<Problem>,
    },
    /// The money was moved.
    Done(DoneView),
    /// The transfer ended without money being moved. `Dismiss` returns to the form with everything typed.
    NotSent {
        /// What would have been sent.
        receipt: Receipt,
        /// Why it was not.
        problem: Problem,
        /// Does the page offer to send it once more as it is ([`crate::Event::Review`])?
        may_repeat: bool,
    },
}

/// The end everybody hopes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneView {
    /// What was sent.
    pub receipt: Receipt,
    /// The bank's reference number, when it gives one.
    pub number: Option<String>,
    /// When the bank did it (RFC 3339), when it says so.
    pub at: Option<String>,
    /// The balance afterwards, when the bank says it.
    pub balance_after: Option<Money>,
    /// The bank had done it before: "this was already done", and it was not done twice.
    pub already_done: bool,
    /// What the bank said, when it answers with a sentence.
    pub message: Option<String>,
    /// What the bank did is not what this tab had kept; the receipt shows what the bank did.
    pub differs: bool,
}

/// The transfer form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormView {
    /// "Payee name".
    pub name: FieldView,
    /// Has there to be a name? Where the bank checks it.
    pub asks_for_name: bool,
    /// Does the name belong to the IBAN?
    pub name_check: NameCheckView,
    /// What would be left of the balance.
    pub left: Option<Money>,
    /// Was the same amount sent to the same IBAN within a day?
    pub repeats: bool,
    /// "Transfer" was pressed, and something was wrong: the page lists it.
    pub has_summary: bool,
    /// "Pay to (IBAN)".
    pub payee: FieldView,
    /// "Amount".
    pub amount: FieldView,
    /// "Reference".
    pub reference: FieldView,
    /// The currency the amount is in (ISO 4217).
    pub currency: String,
}

impl FormView {
    /// One of its fields.
    #[must_use]
    pub fn field(&self, field: Field) -> &FieldView {
        match field {
            Field::Name => &self.name,
            Field::Payee => &self.payee,
            Field::Amount => &self.amount,
            Field::Reference => &self.reference,
        }
    }
}

/// What the bank says of the name in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NameCheckView {
    /// It was not asked about this name and this IBAN.
    #[default]
    None,
    /// It is being asked.
    Checking,
    /// Its answer, with the holder's name where that is close.
    Answered(NameCheck, Option<String>),
    /// There was no answer: "Transfer" asks once more.
    Failed,
}

/// Whom the customer may want to pay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayeesView {
    /// Does the bank keep payees?
    pub are_offered: bool,
    /// Those that were paid last and are not saved.
    pub recent: Vec<Payee>,
    /// Those that are saved, by name.
    pub saved: Vec<Payee>,
    /// What has become of a change.
    pub status: PayeesStatus,
}

/// What became of a payee that was saved or deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PayeesStatus {
    /// Nothing was changed.
    #[default]
    None,
    /// It is on its way to the bank, or the customer to the provider.
    Changing,
    /// It is saved.
    Saved(Payee),
    /// It is deleted.
    Deleted(Payee),
    /// It is as before.
    Failed(Problem),
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldView {
    /// The text in the field.
    pub text: String,
    /// What is wrong with it and what would be right; shown beside the field.
    pub error: Option<Message>,
}
