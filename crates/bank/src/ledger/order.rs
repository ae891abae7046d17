//! What a customer orders, why it can be refused, and the rules that need no database.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::Customer;
use super::checked_name::{CheckedName, NameCheckResult, is_name};
use super::iban::{Iban, normalise};
use super::money::{MAX_MINOR, Money};
use super::reference;

/// An order to transfer money, well-formed but not yet checked.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The client's id of the order, from `Idempotency-Key`.
    pub(crate) id: Uuid,
    pub(crate) customer: Customer,
    pub(crate) payee: String,
    /// Minor units of ISO 4217.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reference: String,
    /// The payee's name; nothing from a client that does not check names.
    pub(crate) payee_name: Option<CheckedName>,
}

/// An order with what else decides it.
#[derive(Debug, Clone)]
pub(crate) struct TransferRequest {
    pub(crate) order: Order,
    pub(crate) token: TokenId,
    /// Unix seconds.
    pub(crate) now: i64,
}

/// The token that pays for a decision, once. `(issuer, jti)` names it (RFC 7519, section 4.1.7).
#[derive(Debug, Clone)]
pub(crate) struct TokenId {
    pub(crate) issuer: String,
    pub(crate) jti: String,
}

/// Why an order was refused for good. Stored, and part of the response to every repetition: fields may be added, not
/// renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub(crate) enum OrderRefusal {
    AccountNotFound,
    InvalidIban {
        reason: String,
    },
    InvalidAmount,
    InvalidReference {
        reason: String,
    },
    InvalidName,
    WrongCurrency {
        expected: String,
    },
    PayeeIsPayer,
    UnknownPayee,
    /// The customer was shown another result of the name check than there is now.
    NameCheckChanged {
        name_check: NameCheckResult,
    },
    InsufficientFunds {
        balance: Money,
    },
}

impl Order {
    /// What makes two orders the same order: one text, equal if and only if the contents are.
    pub(super) fn content(&self) -> String {
        let Self { payee, amount, currency, reference, payee_name, .. } = self;
        let payee = normalise(payee);
        // Without a name as it was written before there were names: those orders are repeated too.
        match payee_name {
            None => serde_json::json!([payee, amount, currency, reference]),
            Some(CheckedName { name, check }) => {
                serde_json::json!([payee, amount, currency, reference, name, check])
            }
        }
        .to_string()
    }

    /// The rules that need no database. Returns the payee's IBAN.
    pub(super) fn check(&self) -> Result<Iban, OrderRefusal> {
        let iban = Iban::parse(&self.payee)
            .map_err(|error| OrderRefusal::InvalidIban { reason: error.to_string() })?;
        if !(1..=MAX_MINOR).contains(&self.amount) {
            return Err(OrderRefusal::InvalidAmount);
        }
        reference::check(&self.reference)
            .map_err(|error| OrderRefusal::InvalidReference { reason: error.to_string() })?;
        match &self.payee_name {
            Some(named) if !is_name(&named.name) => Err(OrderRefusal::InvalidName),
            _ => Ok(iban),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(payee: &str, amount: i64, reference: &str) -> Order {
        Order {
            id: Uuid::nil(),
            customer: Customer { issuer: "i".into(), subject: "s".into() },
            payee: payee.into(),
            amount,
            currency: "EUR".into(),
            reference: reference.into(),
            payee_name: None,
        }
    }

    #[test]
    fn content_is_equal_for_same_order_written_differently() {
        let plain = order("DE89370400440532013000", 1, "a").content();
        assert_eq!(plain, order("de89 3704 0044 0532 0130 00", 1, "a").content());
        assert_ne!(plain, order("DE89370400440532013000", 2, "a").content());
        assert_ne!(plain, order("DE89370400440532013000", 1, "a ").content());
        // No way to move a character from one field to the next.
        assert_ne!(order("A\",1", 1, "").content(), order("A", 1, "\",1").content());
    }

    #[test]
    fn content_depends_on_name_and_result() {
        let with = |name: &str, check| {
            let payee_name = Some(CheckedName { name: name.into(), check });
            Order { payee_name, ..order("DE89370400440532013000", 1, "a") }.content()
        };
        let contents = [
            order("DE89370400440532013000", 1, "a").content(),
            with("Ben", NameCheckResult::Match),
            with("ben", NameCheckResult::Match),
            with("Ben", NameCheckResult::NoMatch),
            with("", NameCheckResult::NotPossible),
        ];
        let distinct: std::collections::BTreeSet<_> = contents.iter().collect();
        assert_eq!(distinct.len(), contents.len());
        // As orders without a name are stored since the first version.
        assert_eq!(contents[0], r#"["DE89370400440532013000",1,"EUR","a"]"#);
    }

    #[test]
    fn check_refuses_names_that_are_none() {
        let named = |name: &str| {
            let payee_name = Some(CheckedName { name: name.into(), check: NameCheckResult::Match });
            Order { payee_name, ..order("DE89370400440532013000", 1, "a") }.check()
        };
        for name in ["Ben", "Jürgen Öztürk", &"ü".repeat(70)] {
            assert!(named(name).is_ok(), "{name}");
        }
        for name in ["", " ", " Ben", "Ben ", "Ben\nExample", "\u{202e}neB", &"ü".repeat(71)] {
            assert_eq!(named(name), Err(OrderRefusal::InvalidName), "{name:?}");
        }
    }

    #[test]
    fn check_enforces_limits_of_amount_and_reference() {
        let payee = "DE89370400440532013000";
        assert!(order(payee, 1, &"ü".repeat(140)).check().is_ok());
        assert!(order(payee, MAX_MINOR, "").check().is_ok());
        for amount in [0, -1, i64::MIN, MAX_MINOR + 1, i64::MAX] {
            assert_eq!(order(payee, amount, "").check(), Err(OrderRefusal::InvalidAmount), "{amount}");
        }
        for reference in ["ü".repeat(141).as_str(), "a\nb", "a\u{202E}b", "\0"] {
            assert!(matches!(order(payee, 1, reference).check(), Err(OrderRefusal::InvalidReference { .. })));
        }
    }
}
