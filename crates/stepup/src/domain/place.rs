//! The places of the client. Each has an address, a title and an entry in the history.

use alloc::{
    borrow::{Cow, ToOwned},
    string::String,
};

/// Where a customer is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// The balance, and the latest payments.
    #[default]
    Home,
    /// All payments.
    Payments,
    /// One of them, by the bank's id.
    Payment(String),
    /// The form.
    Pay,
    /// What will be sent, and what has become of it.
    Check,
    /// The statements.
    Statements,
}

/// No bank's id is longer.
const MAX_ID_BYTES: usize = 64;

impl Place {
    /// The place of a path; `None` for a path that is none of the client's.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        Some(match path {
            "" | "/" => Self::Home,
            "/payments" => Self::Payments,
            "/pay" => Self::Pay,
            "/pay/check" => Self::Check,
            "/statements" => Self::Statements,
            _ => return Self::payment(path.strip_prefix("/payments/")?),
        })
    }

    /// The place of a payment; `None` when the id is not one that can stand in a path as it is.
    pub(crate) fn payment(id: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
        let is_id = !id.is_empty() && id.len() <= MAX_ID_BYTES && id.bytes().all(fits);
        is_id.then(|| Self::Payment(id.to_owned()))
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Home => "/",
            Self::Payments => "/payments",
            Self::Payment(id) => return Cow::Owned(["/payments/", id].concat()),
            Self::Pay => "/pay",
            Self::Check => "/pay/check",
            Self::Statements => "/statements",
        })
    }

    /// The id of the message that is its title.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Home => "account.heading",
            Self::Payments => "nav.payments",
            Self::Payment(_) => "payment.heading",
            Self::Pay => "nav.pay",
            Self::Check => "check.heading",
            Self::Statements => "nav.statements",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec::Vec};

    #[test]
    fn path_leads_back_to_place() {
        let places = [
            Place::Home,
            Place::Payments,
            Place::Payment("018bcfe5-6800-7000-8000-000000000001".into()),
            Place::Pay,
            Place::Check,
            Place::Statements,
        ];
        for place in places {
            assert_eq!(Place::parse(&place.path()), Some(place));
        }
    }

    #[test]
    fn unknown_path_is_no_place() {
        let long = ["/payments/", &"1".repeat(65)].concat();
        let foreign: Vec<String> = [
            "/callback",
            "/pay/",
            "/Pay",
            "/payments/",
            "/payments/..",
            "/payments/1/2",
            "/payments/%2e",
            "//evil.example",
            "https://evil.example/pay",
            "javascript:alert(1)",
            "/payments/1?x=y",
            "pay",
        ]
        .map(ToString::to_string)
        .into();
        for path in foreign.iter().chain([&long]) {
            assert_eq!(Place::parse(path), None, "{path}");
        }
    }
}
