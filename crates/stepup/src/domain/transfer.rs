//! A transfer order: what the customer confirmed, its id, and the digest that binds it to the second factor.

use alloc::{borrow::ToOwned, string::String};
use serde::Serialize;

use crate::{
    domain::{
        iban::{Iban, IbanError},
        locale::Locale,
        message::Message,
        money::{self, AmountError, Money},
        payee_name::{self, CheckedName},
        reference::{self, ReferenceError},
        time::Timestamp,
    },
    json::Object,
};

/// What stands in the form, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// "Payee name"
    pub name: String,
    /// "Pay to (IBAN)"
    pub payee: String,
    /// "Amount"
    pub amount: String,
    /// "Reference"
    pub reference: String,
}

/// A field of the transfer form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// "Payee name"
    Name,
    /// "Pay to (IBAN)"
    Payee,
    /// "Amount"
    Amount,
    /// "Reference"
    Reference,
}

/// A transfer that can be sent: everything in it was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// Who gets the money.
    pub payee: Iban,
    /// The payee's name with the bank's answer about it; nothing when none was typed. Orders that older versions kept have none,
    /// and are written as they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<CheckedName>,
    /// How much, more than zero.
    pub amount: Money,
    /// What the payee reads, one line of at most 140 characters.
    pub reference: String,
}

/// What is wrong with a draft, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftErrors {
    /// About the payee's name.
    pub name: Option<Message>,
    /// About the payee.
    pub payee: Option<Message>,
    /// About the amount.
    pub amount: Option<Message>,
    /// About the reference.
    pub reference: Option<Message>,
}

impl Draft {
    /// Checks every field. The name is not in the order yet: it goes in with the bank's answer about it.
    ///
    /// `own` is the customer's own IBAN, when it is known: a transfer to oneself is a slip.
    pub fn validate(&self, currency: &str, locale: Locale, own: Option<&str>) -> Result<Order, DraftErrors> {
        let name = payee_name::from_input(&self.name, locale);
        let payee = self.validate_payee(locale, own);
        let amount = money::parse(&self.amount, currency, locale);
        let reference = reference::from_input(&self.reference, locale);
        match (name, payee, amount, reference) {
            (Ok(_), Ok(payee), Ok(amount), Ok(reference)) => {
                let amount = Money { amount, currency: currency.to_owned() };
                Ok(Order { payee, name: None, amount, reference })
            }
            (name, payee, amount, reference) => Err(DraftErrors {
                name: name.err(),
                payee: payee.err(),
                amount: amount.err().map(|e: AmountError| e.message(currency, locale)),
                reference: reference.err().map(ReferenceError::message),
            }),
        }
    }

    fn validate_payee(&self, locale: Locale, own: Option<&str>) -> Result<Iban, Message> {
        let iban = Iban::from_input(&self.payee, locale).map_err(IbanError::message)?;
        match own {
            Some(own) if own == iban.as_str() => Err(Message::new("iban.own")),
            _ => Ok(iban),
        }
    }

    pub(crate) fn read(object: &Object) -> Option<Self> {
        Some(Self {
            // Older versions kept none.
            name: object.text("name").unwrap_or_default(),
            payee: object.text("payee")?,
            amount: object.text("amount")?,
            reference: object.text("reference")?,
        })
    }

    /// Nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.payee.is_empty() && self.amount.is_empty() && self.reference.is_empty()
    }
}

/// What is, will be or was sent, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The payee's IBAN, grouped by four.
    pub payee: String,
    /// The payee's name, and what the bank answered about it.
    pub name: Option<CheckedName>,
    /// How much.
    pub money: Money,
    /// What the payee reads; may be empty.
    pub reference: String,
}

impl Order {
    /// From the tab's storage. It is not believed, only compared: the provider signed its digest. What could not have been
    /// typed was not written by Riser.
    pub(crate) fn read(object: &Object) -> Option<Self> {
        let amount = Money::read(object.object("amount")?)?;
        amount.may_be_sent().then_some(())?;
        let reference = object.text("reference")?;
        reference::check(&reference).ok()?;
        let name = match object.get("name") {
            None => None,
            Some(named) => CheckedName::read(named.as_object()?, "name", "check").ok()?,
        };
        Some(Self { payee: Iban::parse(&object.text("payee")?).ok()?, name, amount, reference })
    }

    /// As the page shows it.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        Receipt {
            payee: self.payee.grouped(),
            name: self.name.clone(),
            money: self.amount.clone(),
            reference: self.reference.clone(),
        }
    }

    /// As it would have been typed.
    #[must_use]
    pub fn to_draft(&self, locale: Locale) -> Draft {
        Draft {
            name: self.name.as_ref().map(|named| named.name.clone()).unwrap_or_default(),
            payee: self.payee.grouped(),
            amount: (locale.write)(&self.amount),
            reference: self.reference.clone(),
        }
    }
}

/// A transfer's id: a version 7 UUID that the client makes, so that the bank can tell a repetition from a new order, and
/// so that its index grows at one end. Ids of version 4, which older versions of Riser kept, are read as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TransferId(String);

impl TransferId {
    /// From the time and random bits (RFC 9562 5.7). `now` has whole seconds: within one, 74 random bits tell ids apart.
    #[must_use]
    pub fn new(now: Timestamp, mut bytes: [u8; 16]) -> Self {
        let milliseconds = now.0.max(0).saturating_mul(1_000);
        bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
        bytes[6] = bytes[6] & 0x0f | 0x70;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut text = String::with_capacity(36);
        for (i, byte) in bytes.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            for nibble in [byte >> 4, byte & 0x0f] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        Self(text)
    }

    /// From a text, when it is such an id: stored data may have been edited.
    pub(crate) fn read(text: String) -> Option<Self> {
        let fits = text.len() == 36
            && text.bytes().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => b == b'-',
                _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
            });
        fits.then_some(Self(text))
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            name: String::new(),
            payee: "gb82 west 1234 5698 7654 32".into(),
            amount: "12,50".into(),
            reference: " Rent ".into(),
        }
    }

    fn order() -> Order {
        draft().validate("EUR", Locale::default(), None).unwrap()
    }

    #[test]
    fn valid_draft_becomes_order() {
        let order = order();
        assert_eq!(order.payee.as_str(), "GB82WEST12345698765432");
        assert_eq!(order.amount, Money { amount: 1250, currency: "EUR".into() });
        assert_eq!(order.reference, "Rent");
        let again = order.to_draft(Locale::default()).validate("EUR", Locale::default(), None);
        assert_eq!(again, Ok(order));
    }

    #[test]
    fn reports_all_field_errors() {
        let draft = Draft {
            name: "x".repeat(71),
            payee: String::new(),
            amount: "0".into(),
            reference: "x".repeat(141),
        };
        let errors = draft.validate("EUR", Locale::default(), None).unwrap_err();
        assert!(errors.name.is_some() && errors.payee.is_some() && errors.amount.is_some(), "{errors:?}");
        assert!(errors.reference.unwrap().arguments.contains(&("found", "141".to_owned())));
    }

    /// Proves: currencies
    #[test]
    fn accepts_currencies_with_minor_unit() {
        for (currency, amount) in [
            ("EUR", Some(1250)),
            ("HUF", Some(1250)),
            ("JPY", None),
            ("KWD", Some(12_500)),
            ("CLF", Some(125_000)),
            ("XAU", None),
            ("eur", None),
            ("", None),
        ] {
            let order = draft().validate(currency, Locale::default(), None);
            assert_eq!(order.ok().map(|order| order.amount.amount), amount, "{currency}");
        }
        let whole = Draft { amount: "1,250".into(), ..draft() };
        assert_eq!(whole.validate("JPY", Locale::default(), None).unwrap().amount.amount, 1250);
    }

    #[test]
    fn refuses_own_iban() {
        let errors = draft().validate("EUR", Locale::default(), Some("GB82WEST12345698765432")).unwrap_err();
        assert!(errors.payee.unwrap().id == "iban.own");
    }

    #[test]
    fn id_is_uuid_version_7() {
        // The moment of the example in RFC 9562, A.6, in whole seconds.
        let id = TransferId::new(Timestamp(1_645_557_742), [0xff; 16]);
        assert_eq!(id.as_str(), "017f22e2-79b0-7fff-bfff-ffffffffffff");
        let later = TransferId::new(Timestamp(1_645_557_743), [0; 16]);
        assert_eq!(later.as_str(), "017f22e2-7d98-7000-8000-000000000000");
        assert!(later.as_str() > id.as_str(), "ids sort by their time");
        for far in [i64::MIN, -1, i64::MAX] {
            let id = TransferId::new(Timestamp(far), [0; 16]);
            assert_eq!(TransferId::read(id.as_str().to_owned()), Some(id), "{far}");
        }
        let older = "ffffffff-ffff-4fff-bfff-ffffffffffff";
        for known in [id.as_str(), older] {
            assert_eq!(TransferId::read(known.to_owned()).unwrap().as_str(), known);
        }
        for bad in
            ["", "ffffffff-ffff-4fff-bfff-fffffffffff", "FFFFFFFF-ffff-4fff-bfff-ffffffffffff", "../balance"]
        {
            assert_eq!(TransferId::read(bad.to_owned()), None, "{bad:?}");
        }
    }
}
