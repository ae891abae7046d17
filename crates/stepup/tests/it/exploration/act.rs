//! The words of the exploration: what can happen, and how often.

use stepup::effect::Timer;

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// In that tab.
    In(usize, Do),
    /// The browser copies the first tab, with what it has stored.
    Copy,
    /// Somebody logs out in a tab that is not looked at.
    LogOutElsewhere,
    /// The clock jumps by so many seconds.
    Clock(i64),
    /// The bank refuses every transfer from now on.
    Refuse,
    /// The bank turns the next order away, and the next question, and says when to come back.
    TurnAway,
}

/// What happens in a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    LogIn,
    LogOut,
    Statements,
    /// A link leads to the first page.
    Home,
    /// Back leads to the form.
    BackInside,
    /// The form is filled in: with one amount, or with another one.
    Fill(Amount),
    Review,
    Confirm,
    Cancel,
    Dismiss,
    Proceed,
    AskAgain,
    TryAgain,
    Wake(Timer),
    Reload,
    /// The n-th request reaches its server, and the answer the page.
    Answer(usize),
    /// It reaches its server, which acts on it; the answer is on its way.
    Arrive(usize),
    /// That answer reaches the page, which may have stopped waiting for it.
    Deliver(usize),
    /// The page stops waiting. The request may not have arrived yet, and may still do so.
    TimeOut(usize),
    /// The last answer reaches the page once more.
    Again,
    /// The browser has checked a signature.
    Check,
    /// The tab hears that somebody has logged out.
    Hear,
    /// The provider sends the browser back.
    Return(Reply),
    /// The Back button, or the address typed in.
    Back,
    /// The last good or bad answer of the provider is loaded once more.
    Replay,
    /// Somebody edits what is stored while no page is up.
    Edit(Edit),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    Usual,
    /// What an edit makes of the usual one.
    Edited,
}

/// How the provider answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    Grant,
    Deny,
    Less,
    SomeoneElse,
    WrongNonce,
    WrongSignature,
    WrongAtHash,
    WithoutFactor,
    OldConfirmation,
    OtherDetails,
}

impl Reply {
    pub(super) const LIES: [Self; 8] = [
        Self::Less,
        Self::SomeoneElse,
        Self::WrongNonce,
        Self::WrongSignature,
        Self::WrongAtHash,
        Self::WithoutFactor,
        Self::OldConfirmation,
        Self::OtherDetails,
    ];

    /// Must an answer like this never be believed?
    pub(super) fn is_forged(self) -> bool {
        matches!(self, Self::WrongNonce | Self::WrongSignature | Self::WrongAtHash)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Amount,
    Payee,
    Subject,
    Broken,
    Older,
    /// A transfer is called a log-in.
    Purpose,
}

impl Edit {
    pub(super) const ALL: [Self; 6] =
        [Self::Amount, Self::Payee, Self::Subject, Self::Broken, Self::Older, Self::Purpose];
}

/// What can be done only so often. Everything else can be done in every state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    /// Log-ins and visits of the statements.
    Departures,
    Confirms,
    Reloads,
    TimeOuts,
    /// Answers of the provider that are not what was asked for.
    Lies,
    Replays,
    Edits,
    Jumps,
    LogOuts,
    Copies,
    Agains,
    Refusals,
    TurnedAway,
}

impl Do {
    /// What doing it uses up.
    pub(super) fn bound(self) -> Option<Bound> {
        Some(match self {
            Do::LogIn | Do::Statements => Bound::Departures,
            Do::Confirm => Bound::Confirms,
            Do::Reload | Do::Back => Bound::Reloads,
            Do::TimeOut(_) => Bound::TimeOuts,
            Do::Return(reply) if reply != Reply::Grant => Bound::Lies,
            Do::Replay => Bound::Replays,
            Do::Edit(_) => Bound::Edits,
            Do::LogOut => Bound::LogOuts,
            Do::Again => Bound::Agains,
            _ => return None,
        })
    }
}
