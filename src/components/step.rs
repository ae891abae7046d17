//! The words of each step of a transfer between the form and its end, as data: one layout draws them all.

use stepup::{
    domain::{Iban, Message, Payee, Problem, Receipt},
    view::{DoneView, PayeesView, TransferView},
};

use super::{button::ButtonKind, icon::Icon, payees, receipt};
use crate::{format, intent::Intent, messages};

/// What one step says and offers.
pub(crate) struct StepContent {
    pub(crate) icon: Icon,
    /// What the colours say, beside the words.
    pub(crate) class: &'static str,
    /// The ids of the messages that have them.
    pub(crate) headline: &'static str,
    pub(crate) sentence: &'static str,
    /// Instead of the headline.
    pub(crate) title: Option<String>,
    pub(crate) receipt: Receipt,
    /// Does each line of the receipt lead back to its field?
    pub(crate) may_change: bool,
    /// The message that has something to consider.
    pub(crate) warning: Option<&'static str>,
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

/// "Pay €12.50 to Ben Example?"
fn question(receipt: &Receipt, name: &str) -> String {
    let arguments = vec![("amount", format::money(&receipt.money)), ("name", name.to_owned())];
    messages::message(&Message { id: "check.question", arguments })
}

/// Who cancels at the provider has not failed at anything.
pub(crate) const CANCELLED: &str = "provider.cancelled";

const CANCEL: (&str, Intent, ButtonKind) = ("button.cancel", Intent::Cancel, ButtonKind::Secondary);

impl StepContent {
    /// The step for everything but the form, which draws itself.
    pub(crate) fn of(transfer: &TransferView, payees: &PayeesView) -> Option<Self> {
        Some(match transfer {
            TransferView::Form(_) => return None,
            TransferView::Review { receipt, repeats, unkeyed } => Self {
                title: receipt.name.as_ref().map(|named| question(receipt, &named.name)),
                may_change: true,
                warning: repeats.then_some("form.repeats"),
                buttons: vec![("button.confirm", Intent::Confirm, ButtonKind::Primary), CANCEL],
                ..Self::new(
                    Icon::Paper,
                    if *unkeyed { "step.review_unkeyed" } else { "step.review" },
                    receipt,
                )
            },
            TransferView::Sending { receipt, second: false } => {
                Self { busy: true, ..Self::new(Icon::Paper, "step.sending", receipt) }
            }
            TransferView::Sending { receipt, second: true } => {
                Self { busy: true, ..Self::new(Icon::Paper, "step.sending_confirmed", receipt) }
            }
            TransferView::Leaving(receipt) => Self {
                busy: true,
                buttons: vec![("button.continue", Intent::Proceed, ButtonKind::Primary), CANCEL],
                ..Self::new(Icon::Phone, "step.leaving", receipt)
            },
            TransferView::Interrupted { receipt, nothing_moved } => Self {
                class: "step warn",
                buttons: vec![("button.check_again", Intent::Review, ButtonKind::Primary), CANCEL],
                ..Self::new(
                    Icon::Phone,
                    if *nothing_moved { "step.interrupted_unmoved" } else { "step.interrupted" },
                    receipt,
                )
            },
            TransferView::Returning(receipt) => {
                Self { busy: true, ..Self::new(Icon::Phone, "step.returning", receipt) }
            }
            TransferView::Unknown { receipt, asking, may_ask, may_leave, problem } => {
                Self::unknown(receipt, *asking, *may_ask, *may_leave, problem.as_ref())
            }
            TransferView::Done(done) => Self::done(done, payees),
            TransferView::NotSent { receipt, problem, may_repeat } => {
                let repeat = ("button.send_again", Intent::Review, ButtonKind::Primary);
                let change = |kind| ("button.change", Intent::Dismiss, kind);
                Self {
                    class: if problem.headline == CANCELLED { "step" } else { "step bad" },
                    failed: true,
                    problem: Some(problem.clone()),
                    buttons: if *may_repeat {
                        vec![repeat, change(ButtonKind::Secondary)]
                    } else {
                        vec![change(ButtonKind::Primary)]
                    },
                    sentence: problem.sentence,
                    ..Self::new(Icon::Warning, problem.headline, receipt)
                }
            }
        })
    }

    fn new(icon: Icon, text: &'static str, receipt: &Receipt) -> Self {
        Self {
            icon,
            class: "step",
            headline: text,
            sentence: text,
            title: None,
            receipt: receipt.clone(),
            may_change: false,
            warning: None,
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
            buttons.push(("button.ask_again", Intent::AskAgain, ButtonKind::Primary));
        }
        if may_leave {
            buttons.push(("button.looked", Intent::Dismiss, ButtonKind::Secondary));
        }
        // Where the bank can be asked, it is, again and again and by itself.
        let text = if asking || (may_ask && !may_leave) {
            "step.unknown_asking"
        } else if may_leave {
            "step.unknown_look"
        } else {
            "step.unknown"
        };
        Self {
            class: "step warn",
            busy: asking,
            problem: problem.filter(|_| !asking).cloned(),
            buttons,
            ..Self::new(Icon::Question, text, receipt)
        }
    }

    fn done(done: &DoneView, payees: &PayeesView) -> Self {
        let text = if done.differs {
            "step.differs"
        } else if done.already_done {
            "step.already_done"
        } else {
            "step.done"
        };
        let facts = [
            ("receipt.time", done.at.as_deref().map(format::moment)),
            ("receipt.number", done.number.clone()),
            ("receipt.new_balance", done.balance_after.as_ref().map(format::money)),
            ("bank.says", done.message.clone()),
        ];
        let facts: Vec<_> = facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let Receipt { money, payee, name, reference, .. } = &done.receipt;
        let sent = [
            ("history.sent_to", name.as_ref().map_or("", |named| &named.name)),
            ("receipt.iban", payee),
            ("form.reference", reference),
        ];
        // Time and number; how much is left is nobody else's concern.
        let booked = facts.iter().filter(|(name, _)| matches!(*name, "receipt.time" | "receipt.number"));
        let sent = sent.into_iter().chain(booked.map(|(name, value)| (*name, &**value)));
        let mut buttons = vec![
            ("button.another", Intent::Dismiss, ButtonKind::Primary),
            ("button.pay_again", Intent::PayAgain, ButtonKind::Secondary),
            ("button.print", Intent::Print, ButtonKind::Secondary),
        ];
        buttons.extend(receipt::share(format::signed(money, true), sent));
        if let (Some(named), Ok(iban)) = (&done.receipt.name, Iban::parse(&done.receipt.payee)) {
            buttons.extend(payees::save_button(payees, Payee { iban, name: named.name.clone() }));
        }
        Self {
            class: if done.differs { "step warn" } else { "step good" },
            facts,
            buttons,
            ..Self::new(if done.differs { Icon::Question } else { Icon::Tick }, text, &done.receipt)
        }
    }
}
