//! From the form to an order that is confirmed.

use alloc::{borrow::ToOwned, string::String};

use super::{Account, form::Rules};
use crate::{
    domain::{CheckedName, DraftErrors, Entropy, Field, Locale, Message, Order},
    flow::{
        context::Context,
        transfer::{self, Transfer},
    },
    http::{HttpResult, RequestId},
};

impl Account {
    /// What the form is checked against, as far as the bank has told.
    fn rules(&self, locale: Locale) -> Rules {
        Rules {
            currency: self.overview.currency().to_owned(),
            locale,
            own: self.overview.own_iban(),
            asks_for_name: self.payee_check.asks_for_name(),
        }
    }

    fn refuse_above_balance(&mut self, cx: &Context) {
        if let Some(amount) = self.form.amount(self.overview.currency(), cx.locale)
            && let Some(message) = self.overview.above_balance(amount, cx.locale)
        {
            self.form.refuse_amount(message);
        }
    }

    /// What is wrong is said anew: amounts are read and written in another language. What was typed stays as it is.
    pub(super) fn recheck_form(&mut self, cx: &Context) {
        if self.form.recheck(&self.rules(cx.locale)) {
            self.refuse_above_balance(cx);
        }
    }

    pub(super) fn edit(&mut self, field: Field, text: String, cx: &mut Context) {
        if matches!(self.transfer, Transfer::Editing) {
            self.is_reviewing = false;
            self.form.edit(field, text);
            self.store_draft(cx);
        }
    }

    /// The customer leaves a field: it is checked, and shown as it will be read.
    pub(super) fn leave(&mut self, field: Field, cx: &mut Context) {
        if !matches!(self.transfer, Transfer::Editing) {
            return;
        }
        self.form.leave(field, &self.rules(cx.locale));
        if field == Field::Amount {
            self.refuse_above_balance(cx);
        }
        let asks = matches!(field, Field::Name | Field::Payee);
        if asks
            && let Some(iban) = self.form.iban(cx.locale)
            && let Some(known) = self.known_payees().into_iter().find(|known| known.iban == iban)
        {
            self.form.fill_name(&known.name);
        }
        self.store_draft(cx);
        if asks {
            self.check_payee(cx);
        }
    }

    /// Asks the bank about the name in the form, as soon as there are a name and an IBAN.
    fn check_payee(&mut self, cx: &mut Context) {
        if let Some((iban, name)) = self.form.payee(cx.locale) {
            self.payee_check.ask(&iban, &name, &self.customer, cx);
        }
    }

    /// The bank has answered about the payee's name, or whether it checks names at all.
    pub(super) fn handle_payee_check(&mut self, id: RequestId, outcome: HttpResult, cx: &mut Context) {
        let may_be_absent = self.overview.has_no_history() && !cx.config.api.has_origin_of(&cx.config.home);
        if let Some(saved) = self.payee_check.handle_response(id, outcome, may_be_absent, cx) {
            self.payees.set_saved(saved);
        }
        if cx.login_event.is_some()
            || self.payee_check.is_pending()
            || !core::mem::take(&mut self.is_reviewing)
        {
            return;
        }
        match self.form.payee(cx.locale) {
            Some((iban, name)) if self.payee_check.has_failed(&iban, &name) => {
                self.form.refuse_name(Message::new("name.not_checked"));
            }
            _ => self.review(cx),
        }
    }

    /// "Transfer": what will be sent, or what is wrong.
    pub(super) fn review(&mut self, cx: &mut Context) {
        let order = match core::mem::replace(&mut self.transfer, Transfer::Editing).review(cx) {
            Ok(order) => order,
            Err(other) => {
                self.transfer = other;
                return;
            }
        };
        let Some(order) = order.or_else(|| self.order_of_form(cx)) else { return };
        match self.overview.above_balance(order.amount.amount, cx.locale) {
            // One that was sent before may be why there is less: the same order again has the same id.
            Some(message) if self.sent.id_of(&order).is_none() => {
                self.form.refuse_amount(message);
                self.form.fill(&order, cx.locale);
            }
            _ => {
                self.transfer = Transfer::Reviewing(order);
                self.confirmation = None;
                self.preflight.begin(cx);
            }
        }
    }

    /// What stands in the form, with the bank's answer about the name. Nothing while that is awaited, or when something is wrong,
    /// which the form says then.
    fn order_of_form(&mut self, cx: &mut Context) -> Option<Order> {
        self.payee_check.discover(&self.customer, cx);
        let order = match self.form.validate(&self.rules(cx.locale)) {
            Ok(order) => order,
            Err(errors) => {
                self.form.set_errors(errors);
                return None;
            }
        };
        self.form.set_errors(DraftErrors::default());
        let name = self.form.name(cx.locale).filter(|name| !name.is_empty());
        if let Some(name) = &name {
            self.payee_check.ask(&order.payee, name, &self.customer, cx);
            if let Some(check) = self.payee_check.answer(&order.payee, name) {
                return Some(Order { name: Some(CheckedName { name: name.clone(), check }), ..order });
            }
        }
        self.is_reviewing = self.payee_check.is_pending();
        if self.is_reviewing {
            return None;
        }
        if name.is_some() {
            self.form.refuse_name(Message::new("name.not_checked"));
            return None;
        }
        Some(order)
    }

    /// How a transfer may be sent is known now, or asked once more.
    pub(super) fn handle_preflight(&mut self, outcome: &HttpResult, cx: &mut Context) {
        self.preflight.handle_response(outcome, cx);
        // It has to be read before it is confirmed what it means that the transfer is sent without the header.
        if !self.preflight.is_pending()
            && let Some(entropy) = self.confirmation.take().filter(|_| !self.preflight.refuses_key())
        {
            self.confirm(entropy, cx);
        }
    }

    /// "Confirm transfer".
    pub(super) fn confirm(&mut self, entropy: Entropy, cx: &mut Context) {
        let Transfer::Reviewing(order) = &self.transfer else { return };
        let order = order.clone();
        let again = self.sent.id_of(&order).cloned();
        let unkeyed = self.preflight.refuses_key();
        if cx.offline {
            self.update_transfer(cx, |_, _, cx| transfer::refuse_offline(order, again.is_some(), cx));
        } else if self.preflight.is_pending() {
            self.confirmation.get_or_insert(entropy);
        } else {
            self.update_transfer(cx, |_, customer, cx| {
                transfer::confirm(&order, again, unkeyed, entropy, customer, cx)
            });
        }
    }

    /// "Cancel", or "I have seen it": the form, with what was typed, or what was to be sent.
    pub(super) fn dismiss(&mut self, cx: &mut Context) {
        self.confirmation = None;
        let order = self.transfer.order().cloned();
        self.update_transfer(cx, |transfer, _, cx| transfer.dismiss(cx));
        if let Some(order) = order {
            self.form.fill(&order, cx.locale);
            // The bank may have refused it because it answers otherwise now.
            self.payee_check.forget();
            self.check_payee(cx);
        }
    }
}
