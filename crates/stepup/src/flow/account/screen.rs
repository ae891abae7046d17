//! What the account page shows.

use alloc::{borrow::ToOwned, boxed::Box, vec::Vec};

use super::Account;
use crate::{
    domain::{Iban, Money, Payee, Place},
    flow::context::Context,
    view::{
        AccountView, FormView, HistoryView, Loadable, PayeesView, PaymentsView, Screen, StatementsContent,
        StatementsPage, TransferView,
    },
};

/// Those before them are among the payments.
const MAX_RECENT_PAYEES: usize = 4;

impl Account {
    fn form_view(&self, cx: &Context) -> FormView {
        let payee = self.form.payee(cx.locale);
        let amount = self.form.amount(self.overview.currency(), cx.locale);
        FormView {
            asks_for_name: self.payee_check.asks_for_name(),
            name_check: payee.map(|(iban, name)| self.payee_check.view(&iban, &name)).unwrap_or_default(),
            left: amount.and_then(|amount| self.overview.left_after(amount)),
            repeats: amount.zip(self.form.iban(cx.locale)).is_some_and(|(amount, iban)| {
                let money = Money { amount, currency: self.overview.currency().to_owned() };
                self.overview.has_sent(&iban.grouped(), &money, cx.now)
            }),
            ..self.form.view(self.overview.currency())
        }
    }

    /// Those that were paid last.
    fn recent_payees(&self) -> Vec<Payee> {
        let mut recent: Vec<Payee> = Vec::new();
        if let Loadable::Ready(HistoryView::List(list)) = self.overview.history() {
            for past in list.into_iter().filter(|past| past.outgoing) {
                let Ok(iban) = Iban::parse(&past.iban) else { continue };
                if !recent.iter().any(|known| known.iban == iban) {
                    recent.push(Payee { iban, name: past.counterparty });
                }
            }
        }
        recent
    }

    pub(super) fn known_payees(&self) -> Vec<Payee> {
        [self.payees.saved(), &self.recent_payees()].concat()
    }

    fn payees_view(&self) -> PayeesView {
        let saved = self.payees.saved();
        let mut recent = self.recent_payees();
        recent.retain(|recent| !saved.iter().any(|saved| saved.iban == recent.iban));
        recent.truncate(MAX_RECENT_PAYEES);
        PayeesView {
            are_offered: self.payee_check.asks_for_name(),
            recent,
            saved: saved.to_vec(),
            status: self.payees.status.clone(),
        }
    }

    pub(crate) fn view(&self, cx: &Context) -> Screen {
        let session = self.customer.view(self.is_sending());
        if let Some(mut content) = self.statements.view() {
            if let (StatementsContent::Failed(problem), Some(_)) = (&mut content, self.transfer.sent()) {
                *problem = problem.clone().with_unanswered_transfer();
            }
            let older = self.statements.older();
            return Screen::Statements(Box::new(StatementsPage { content, older, session }));
        }
        let mut transfer = self.transfer.view(self.customer.is_logged_in());
        if let Some(TransferView::Review { receipt, repeats, unkeyed }) = &mut transfer {
            *repeats = self.overview.has_sent(&receipt.payee, &receipt.money, cx.now);
            *unkeyed = self.preflight.refuses_key();
            if self.confirmation.is_some() {
                transfer = Some(TransferView::Sending { receipt: receipt.clone(), second: false });
            }
        }
        Screen::Account(Box::new(AccountView {
            balance: self.overview.balance(),
            history: self.overview.history(),
            payments: if cx.place == Place::Payments {
                self.payments.view(&self.overview, cx.locale)
            } else {
                PaymentsView::default()
            },
            payment: self.payment(cx),
            transfer: transfer.unwrap_or_else(|| TransferView::Form(self.form_view(cx))),
            payees: self.payees_view(),
            session,
            shows_transfer: self.is_on_page(cx),
            leads_to_statements: self.leads_to_statements(cx),
        }))
    }
}
