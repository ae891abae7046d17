//! Where the customer is on the account page, and where links and the history lead.

use super::{Account, form::Form};
use crate::{
    domain::{Draft, Entropy, Place, Problem, Receipt},
    flow::{context::Context, statements, transfer::Transfer},
    oidc::Purpose,
    view::{Loadable, PastTransfer, PayeesStatus},
};

impl Account {
    /// The place that the customer is at, now that something has happened: a form and a transfer take turns.
    pub(super) fn settle(&self, cx: &mut Context) {
        let settled = match (&cx.place, &self.transfer) {
            (Place::Pay | Place::Check, Transfer::Editing) => Place::Pay,
            (Place::Pay | Place::Check, Transfer::Done(_)) => self.receipt.clone().unwrap_or(Place::Check),
            // When the browser is about to leave, the customer sees why, and can cancel.
            (Place::Pay, _) | (_, Transfer::Leaving(_)) => Place::Check,
            (Place::Statements, _) if !self.statements.is_open() => Place::Home,
            _ => return,
        };
        cx.place = settled;
    }

    /// Is the form or the transfer what the customer sees?
    pub(super) fn is_on_page(&self, cx: &Context) -> bool {
        match &cx.place {
            Place::Pay | Place::Check => true,
            place => matches!(self.transfer, Transfer::Done(_)) && self.receipt.as_ref() == Some(place),
        }
    }

    /// A link, or Back and Forward: none of them sends anything. What waited for a button at the place that is left is
    /// cancelled; what was sent is waited for from anywhere.
    pub(super) fn visit(&mut self, place: Place, cx: &mut Context) {
        if place == cx.place {
            return;
        }
        self.statements.close(cx);
        if self.is_on_page(cx) && place != Place::Check && self.transfer.may_be_left() {
            self.dismiss(cx);
        }
        cx.place = place;
        self.load_payment(cx);
    }

    /// The payment of this place, unless it is known.
    pub(super) fn load_payment(&mut self, cx: &mut Context) {
        if let Place::Payment(id) = &cx.place
            && !self.is_on_page(cx)
            && self.payments.find(id, &self.overview).is_none()
        {
            let id = id.clone();
            self.payment.load(&id, &self.customer, cx);
        }
    }

    /// The payment of this place.
    pub(super) fn payment(&self, cx: &Context) -> Loadable<PastTransfer> {
        let Place::Payment(id) = &cx.place else { return Loadable::Withheld };
        match self.payments.find(id, &self.overview) {
            Some(payment) => Loadable::Ready(payment.clone()),
            None => self.payment.content().clone(),
        }
    }

    /// "Pay again": the form has what the payment has, instead of what stood in it.
    pub(super) fn pay_again(&mut self, cx: &mut Context) {
        let draft = match (&self.transfer, self.payment(cx)) {
            (Transfer::Done(done), _) if self.is_on_page(cx) => {
                let Receipt { payee, name, money, reference } = done.receipt.clone();
                let name = name.map(|named| named.name).unwrap_or_default();
                Draft { name, payee, amount: (cx.locale.write)(&money), reference }
            }
            (Transfer::Editing, Loadable::Ready(payment)) => Draft {
                name: payment.counterparty,
                payee: payment.iban,
                amount: (cx.locale.write)(&payment.money),
                reference: payment.reference,
            },
            _ => return,
        };
        self.dismiss(cx);
        self.form = Form::new(draft);
        cx.place = Place::Pay;
        self.store_draft(cx);
    }

    pub(super) fn visit_statements(&mut self, entropy: Entropy, cx: &mut Context) {
        // A transfer that is on its way to the provider or the bank has the floor.
        self.visit(if self.is_sending() { Place::Check } else { Place::Statements }, cx);
        self.open_statements(entropy, cx);
    }

    pub(super) fn open_statements(&mut self, entropy: Entropy, cx: &mut Context) {
        if self.leads_to_statements(cx) && !self.is_sending() {
            self.update_statements(cx, |_, customer, cx| statements::open(entropy, customer, cx));
        }
    }

    pub(super) fn leads_to_statements(&self, cx: &Context) -> bool {
        cx.config.statements && self.customer.is_logged_in()
    }

    /// The customer is back from the provider, on the way to something.
    pub(crate) fn continue_after_login(&mut self, purpose: Purpose, cx: &mut Context) {
        match purpose {
            Purpose::Statements { .. } => {
                cx.place = Place::Statements;
                self.update_statements(cx, |_, customer, cx| statements::open_after_login(customer, cx));
            }
            Purpose::SavePayee { payee, .. } => self.payees.save(payee, None, &self.customer, cx),
            Purpose::LogIn | Purpose::StepUp(_) => {}
        }
    }

    /// The reason why there is nothing of what the customer was on the way to.
    pub(crate) fn show_rejection(&mut self, purpose: &Purpose, problem: Problem, cx: &mut Context) {
        if let Purpose::SavePayee { .. } = purpose {
            self.payees.status = PayeesStatus::Failed(problem);
        } else {
            cx.place = Place::Statements;
            self.statements = statements::show_problem(problem);
        }
    }
}
