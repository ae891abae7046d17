//! The words of each step of a transfer between the form and its end, as data: one layout draws them all.

use stepup::{
    domain::{Problem, Receipt},
    view::{DoneView, TransferView},
};

use super::{button::ButtonKind, icon::Icon};
use crate::{format, intent::Intent};

/// What one step says and offers.
pub(crate) struct StepContent {
    pub(crate) icon: Icon,
    /// What the colours say, beside the words.
    pub(crate) class: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) receipt: Receipt,
    /// What is known beyond the receipt.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// A failure that the customer hears of at this step.
    pub(crate) problem: Option<Problem>,
    /// Did the transfer end here without money being moved? Then the sentence is an alert.
    pub(crate) failed: bool,
    /// Is something going on by itself?
    pub(crate) busy: bool,
    /// At most one of them primary, and first.
    pub(crate) buttons: Vec<(&'static str, Intent, ButtonKind)>,
}

const CANCEL: (&str, Intent, ButtonKind) = ("Cancel", Intent::Cancel, ButtonKind::Secondary);

impl StepContent {
    /// The step for everything but the form, which draws itself.
    pub(crate) fn of(transfer: &TransferView) -> Option<Self> {
        Some(match transfer {
            TransferView::Form(_) => return None,
            TransferView::Review { receipt, unkeyed } => Self {
                buttons: vec![("Confirm transfer", Intent::Confirm, ButtonKind::Primary), CANCEL],
                ..Self::new(
                    Icon::Paper,
                    "Check this transfer",
                    if *unkeyed {
                        "Exactly this will be sent. Nothing has been sent yet. Your bank cannot recognise a transfer that arrives twice: if this page loses the connection, look at your account before you send it again."
                    } else {
                        "Exactly this will be sent. Nothing has been sent yet."
                    },
                    receipt,
                )
            },
            TransferView::Sending { receipt, second: false } => Self {
                busy: true,
                ..Self::new(
                    Icon::Paper,
                    "Sending your transfer",
                    "Your bank is being asked to do this.",
                    receipt,
                )
            },
            TransferView::Sending { receipt, second: true } => Self {
                busy: true,
                ..Self::new(
                    Icon::Paper,
                    "Sending your transfer",
                    "You have confirmed it. Your bank is being asked to do this.",
                    receipt,
                )
            },
            TransferView::Leaving(receipt) => Self {
                busy: true,
                buttons: vec![("Continue", Intent::Proceed, ButtonKind::Primary), CANCEL],
                ..Self::new(
                    Icon::Phone,
                    "One more step",
                    "Your bank asks you to confirm this on your phone.",
                    receipt,
                )
            },
            TransferView::Interrupted { receipt, nothing_moved } => Self {
                class: "step warn",
                buttons: vec![("Check it again", Intent::Review, ButtonKind::Primary), CANCEL],
                ..Self::new(
                    Icon::Phone,
                    "Not confirmed",
                    if *nothing_moved {
                        "You came back before this was confirmed on your phone. No money was moved."
                    } else {
                        "You came back before this was confirmed on your phone. It is not sent until you confirm it."
                    },
                    receipt,
                )
            },
            TransferView::Returning(receipt) => Self {
                busy: true,
                ..Self::new(
                    Icon::Phone,
                    "Checking your confirmation",
                    "You are back. Your bank's answer is being checked; stay on this page.",
                    receipt,
                )
            },
            TransferView::Unknown { receipt, asking, may_ask, may_leave, problem } => {
                Self::unknown(receipt, *asking, *may_ask, *may_leave, problem.as_ref())
            }
            TransferView::Done(done) => Self::done(done),
            TransferView::NotSent { receipt, problem, may_repeat } => {
                let repeat = ("Send it again", Intent::Review, ButtonKind::Primary);
                let change = |kind| ("Change the transfer", Intent::Dismiss, kind);
                Self {
                    class: "step bad",
                    failed: true,
                    problem: Some(problem.clone()),
                    buttons: if *may_repeat {
                        vec![repeat, change(ButtonKind::Secondary)]
                    } else {
                        vec![change(ButtonKind::Primary)]
                    },
                    ..Self::new(Icon::Warning, problem.headline, problem.sentence, receipt)
                }
            }
        })
    }

    fn new(icon: Icon, heading: &'static str, sentence: &'static str, receipt: &Receipt) -> Self {
        Self {
            icon,
            class: "step",
            heading,
            sentence,
            receipt: receipt.clone(),
            facts: Vec::new(),
            problem: None,
            failed: false,
            busy: false,
            buttons: Vec::new(),
        }
    }

    fn unknown(
        receipt: &Receipt,
        asking: bool,
        may_ask: bool,
        may_leave: bool,
        problem: Option<&Problem>,
    ) -> Self {
        let mut buttons = Vec::new();
        if may_ask {
            buttons.push(("Ask again", Intent::AskAgain, ButtonKind::Primary));
        }
        if may_leave {
            buttons.push(("I have looked at my account", Intent::Dismiss, ButtonKind::Secondary));
        }
        // Where the bank can be asked, it is, again and again and by itself.
        let sentence = if asking || (may_ask && !may_leave) {
            "We do not know yet whether this went through. We are asking your bank."
        } else if may_leave {
            "We do not know yet whether this went through. Look at your account before you send it once more."
        } else {
            "We do not know yet whether this went through. Ask again before you send it once more."
        };
        Self {
            class: "step warn",
            busy: asking,
            problem: problem.filter(|_| !asking).cloned(),
            buttons,
            ..Self::new(Icon::Question, "Not certain yet", sentence, receipt)
        }
    }

    fn done(done: &DoneView) -> Self {
        let (heading, sentence) = if done.differs {
            (
                "Your bank did another transfer",
                "It is not the one that this page had kept. The receipt shows what your bank did; please compare.",
            )
        } else if done.already_done {
            (
                "This was already done",
                "Your bank had done this transfer before. It was not done a second time.",
            )
        } else {
            ("Transfer sent", "Your bank has done it. This is your receipt.")
        };
        let facts = [
            ("Time", done.at.as_deref().map(format::moment)),
            ("Reference number", done.number.clone()),
            ("New balance", done.balance_after.as_ref().map(format::money)),
            ("Your bank says", done.message.clone()),
        ];
        Self {
            class: if done.differs { "step warn" } else { "step good" },
            facts: facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
            buttons: vec![("Make another transfer", Intent::Dismiss, ButtonKind::Primary)],
            ..Self::new(
                if done.differs { Icon::Question } else { Icon::Tick },
                heading,
                sentence,
                &done.receipt,
            )
        }
    }
}
