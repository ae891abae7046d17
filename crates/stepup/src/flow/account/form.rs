//! The transfer form: what stands in it, and what is wrong with that.

use alloc::{borrow::ToOwned, string::String};

use crate::{
    domain::{Draft, DraftErrors, Field, Iban, Locale, Message, Money, Order, money, payee_name, reference},
    view::{FieldView, FormView, NameCheckView},
};

#[derive(Debug, Default)]
pub(super) struct Form {
    draft: Draft,
    errors: DraftErrors,
    /// Since "Transfer" was pressed.
    has_summary: bool,
}

pub(super) struct Rules {
    /// The account's currency (ISO 4217).
    pub(super) currency: String,
    /// How the customer writes money and text.
    pub(super) locale: Locale,
    /// The customer's own IBAN, when the bank says it: nobody pays themselves.
    pub(super) own: Option<String>,
    /// Has there to be a name?
    pub(super) asks_for_name: bool,
}

impl Form {
    pub(super) fn new(draft: Draft) -> Self {
        Self { draft, ..Self::default() }
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The amount in minor units, when it can be read.
    pub(super) fn amount(&self, currency: &str, locale: Locale) -> Option<i64> {
        money::parse(&self.draft.amount, currency, locale).ok()
    }

    /// The name as it will be sent, when it can be; empty without one.
    pub(super) fn name(&self, locale: Locale) -> Option<String> {
        payee_name::from_input(&self.draft.name, locale).ok()
    }

    /// IBAN and name, as far as the bank can be asked about them.
    pub(super) fn payee(&self, locale: Locale) -> Option<(Iban, String)> {
        let name = self.name(locale).filter(|name| !name.is_empty())?;
        Some((self.iban(locale)?, name))
    }

    /// The IBAN as it was typed, when it is one.
    pub(super) fn iban(&self, locale: Locale) -> Option<Iban> {
        Iban::from_input(&self.draft.payee, locale).ok()
    }

    /// Somebody who was paid before: the name is known.
    pub(super) fn fill_name(&mut self, name: &str) {
        if self.draft.name.is_empty() {
            name.clone_into(&mut self.draft.name);
            self.errors.name = None;
        }
    }

    /// The name could not be checked.
    pub(super) fn refuse_name(&mut self, message: Message) {
        self.errors.name = Some(message);
    }

    /// What is wrong with the amount, which the form's own rules do not tell.
    pub(super) fn refuse_amount(&mut self, message: Message) {
        self.errors.amount = Some(message);
    }

    /// "Transfer" was pressed, and this is wrong.
    pub(super) fn set_errors(&mut self, errors: DraftErrors) {
        (self.errors, self.has_summary) = (errors, true);
    }

    /// Shows what was to be sent, unless something else was typed.
    pub(super) fn fill(&mut self, order: &Order, locale: Locale) {
        if self.draft.is_empty() {
            self.draft = order.to_draft(locale);
        }
    }

    /// What would be sent, or what is wrong.
    pub(super) fn validate(&self, rules: &Rules) -> Result<Order, DraftErrors> {
        let read = self.draft.validate(&rules.currency, rules.locale, rules.own.as_deref());
        let is_missing = rules.asks_for_name && self.name(rules.locale).is_some_and(|name| name.is_empty());
        if !is_missing {
            return read;
        }
        Err(DraftErrors { name: Some(payee_name::missing()), ..read.err().unwrap_or_default() })
    }

    pub(super) fn edit(&mut self, field: Field, text: String) {
        let (place, error) = match field {
            Field::Name => (&mut self.draft.name, &mut self.errors.name),
            Field::Payee => (&mut self.draft.payee, &mut self.errors.payee),
            Field::Amount => (&mut self.draft.amount, &mut self.errors.amount),
            Field::Reference => (&mut self.draft.reference, &mut self.errors.reference),
        };
        *place = text;
        *error = None;
    }

    /// The customer leaves a field: it is checked, and shown as it will be read.
    pub(super) fn leave(&mut self, field: Field, rules: &Rules) {
        let errors = self.validate(rules).err().unwrap_or_default();
        let draft = &mut self.draft;
        // An empty field is not yet an error: the customer may only be looking around.
        match field {
            Field::Name if !draft.name.is_empty() => {
                self.errors.name = errors.name;
                draft.name = reference::clean(&draft.name);
            }
            Field::Payee if !draft.payee.is_empty() => {
                self.errors.payee = errors.payee;
                if let Ok(iban) = Iban::from_input(&draft.payee, rules.locale) {
                    draft.payee = iban.grouped();
                }
            }
            Field::Amount if !draft.amount.is_empty() => {
                self.errors.amount = errors.amount;
                if let Ok(amount) = money::parse(&draft.amount, &rules.currency, rules.locale) {
                    let currency = rules.currency.clone();
                    draft.amount = (rules.locale.write)(&Money { amount, currency });
                }
            }
            Field::Reference => {
                self.errors.reference = errors.reference;
                draft.reference = reference::clean(&draft.reference);
            }
            _ => {}
        }
    }

    /// Checks again the fields that something was wrong with. Was the amount one of them?
    pub(super) fn recheck(&mut self, rules: &Rules) -> bool {
        let now = self.validate(rules).err().unwrap_or_default();
        let DraftErrors { payee, name, amount, reference } = core::mem::take(&mut self.errors);
        let had_amount = amount.is_some();
        self.errors = DraftErrors {
            payee: payee.and(now.payee),
            name: name.and(now.name),
            amount: amount.and(now.amount),
            reference: reference.and(now.reference),
        };
        had_amount
    }

    pub(super) fn view(&self, currency: &str) -> FormView {
        let field =
            |text: &str, error: &Option<Message>| FieldView { text: text.to_owned(), error: error.clone() };
        FormView {
            name: field(&self.draft.name, &self.errors.name),
            asks_for_name: false,
            name_check: NameCheckView::None,
            left: None,
            repeats: false,
            has_summary: self.has_summary && self.errors != DraftErrors::default(),
            payee: field(&self.draft.payee, &self.errors.payee),
            amount: field(&self.draft.amount, &self.errors.amount),
            reference: field(&self.draft.reference, &self.errors.reference),
            currency: currency.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: language-keeps-input
    #[test]
    fn errors_are_said_anew_in_another_language() {
        let german = Locale {
            notation: |_| crate::domain::Notation {
                decimal: ',',
                group: Some('.'),
                sizes: [3, 3],
                signs: alloc::vec::Vec::new(),
            },
            write: |money| money.decimal().replace('.', ","),
            ..Locale::default()
        };
        let rules = |locale| Rules { currency: "EUR".into(), locale, own: None, asks_for_name: false };
        let mut form = Form::default();
        form.edit(Field::Amount, "x".into());
        form.edit(Field::Payee, "GB82".into());
        form.leave(Field::Amount, &rules(Locale::default()));
        let english = form.view("EUR").amount.error;
        assert!(form.recheck(&rules(german)));
        let view = form.view("EUR");
        assert!(view.amount.error.is_some() && view.amount.error != english, "with another example");
        assert_eq!((view.amount.text.as_str(), view.payee.error), ("x", None), "nobody has left that field");
        assert!(!Form::default().recheck(&rules(german)));
    }

    #[test]
    fn field_is_checked_on_blur_unless_empty() {
        let rules =
            Rules { currency: "EUR".into(), locale: Locale::default(), own: None, asks_for_name: true };
        let mut form = Form::default();
        for field in [Field::Name, Field::Payee, Field::Amount, Field::Reference] {
            form.leave(field, &rules);
        }
        assert_eq!(form.errors, DraftErrors::default(), "the customer is only looking around");
        for (field, text) in [
            (Field::Name, "x".repeat(71)),
            (Field::Payee, "GB82".to_owned()),
            (Field::Amount, "12,".to_owned()),
            (Field::Reference, "x".repeat(1000)),
        ] {
            form.edit(field, text);
            form.leave(field, &rules);
            let view = form.view("EUR");
            assert!(view.field(field).error.is_some(), "{field:?}");
            form.edit(field, "1".into());
            assert!(form.view("EUR").field(field).error.is_none(), "{field:?}: being mended");
        }
    }
}
