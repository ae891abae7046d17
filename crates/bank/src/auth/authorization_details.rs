//! Dynamic linking: the one payment that an access token is for, as its claim `authorization_details` names it (RFC 9396,
//! sections 2 and 9.1), against the order that it is sent with.

use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::json_object::JsonObject;
use crate::ledger::{Iban, NameCheckResult, Order, minor_digits};

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum AuthorizationDetails {
    #[default]
    #[serde(skip)]
    Absent,
    Payment([JsonObject<Payment>; 1]),
    /// Anything else, `null` too. It permits nothing.
    Other(IgnoredAny),
}

/// A payment. A member that is not known here may be a restriction, so that there is none (RFC 9396, section 5).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Payment {
    r#type: String,
    identifier: String,
    instructed_amount: JsonObject<InstructedAmount>,
    creditor_account: JsonObject<CreditorAccount>,
    #[serde(default)]
    remittance_information_unstructured: String,
    /// The payee's name and what the bank answered about it, as the customer was shown them: both or neither.
    creditor_name: Option<String>,
    creditor_name_check: Option<NameCheckResult>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstructedAmount {
    currency: String,
    /// A decimal number, as text.
    amount: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditorAccount {
    iban: String,
}

/// Why a token does not permit an order. None of the sentences says what the token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DetailsMismatch {
    #[error("the access token was confirmed for another transfer than this one")]
    OtherTransfer,
    #[error("the access token's authorization_details are not those of one payment_initiation")]
    Malformed,
    #[error(
        "the access token does not name the transfer that it was confirmed for, in authorization_details"
    )]
    Absent,
}

impl AuthorizationDetails {
    /// Whether the token is for this very order. Without the claim it is for any, unless the claim is `required`.
    pub(crate) fn check(&self, order: &Order, required: bool) -> Result<(), DetailsMismatch> {
        match self {
            Self::Absent if required => Err(DetailsMismatch::Absent),
            Self::Absent => Ok(()),
            Self::Other(_) => Err(DetailsMismatch::Malformed),
            Self::Payment([JsonObject(payment)]) if payment.matches(order) => Ok(()),
            Self::Payment(_) => Err(DetailsMismatch::OtherTransfer),
        }
    }
}

impl Payment {
    /// Compared by what they mean where an order can be written in several ways (the id's letters, blanks in the IBAN), and
    /// by the letter everywhere else.
    fn matches(&self, order: &Order) -> bool {
        let JsonObject(InstructedAmount { currency, amount }) = &self.instructed_amount;
        let JsonObject(CreditorAccount { iban }) = &self.creditor_account;
        self.r#type == "payment_initiation"
            && parse_uuid(&self.identifier) == Some(order.id)
            && parse_minor_units(amount, &order.currency) == Some(order.amount)
            && *currency == order.currency
            && Iban::parse(&order.payee).is_ok_and(|payee| payee.as_str() == iban)
            && self.remittance_information_unstructured == order.reference
            && self.creditor_name.as_ref() == order.payee_name.as_ref().map(|named| &named.name)
            && self.creditor_name_check == order.payee_name.as_ref().map(|named| named.check)
    }
}

/// Hyphenated, as in `Idempotency-Key`.
fn parse_uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// An amount in units with exactly the decimals of its currency, in minor units: `12.50` EUR is 1250, and so are `1250` JPY
/// and `1.250` KWD. No sign, no leading zero, no exponent.
fn parse_minor_units(text: &str, currency: &str) -> Option<i64> {
    let digits = minor_digits(currency)?;
    let (units, decimals) = match text.split_once('.') {
        Some((units, decimals)) if digits > 0 => (units, decimals),
        // Good where the currency has no decimals, as the number of them says below.
        None => (text, ""),
        Some(_) => return None,
    };
    let leading_zero = units.len() > 1 && units.starts_with('0');
    let plain = units.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit());
    if units.is_empty() || leading_zero || !plain || decimals.len() != digits as usize {
        return None;
    }
    [units, decimals].concat().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_amounts_exactly_or_not_at_all() {
        for (text, minor) in [
            ("0.00", 0),
            ("0.01", 1),
            ("12.50", 1_250),
            ("90071992547409.91", 9_007_199_254_740_991),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(parse_minor_units(text, "EUR"), Some(minor), "{text}");
        }
        for (text, currency, minor) in [
            ("1250", "JPY", Some(1_250)),
            ("0", "JPY", Some(0)),
            ("1.250", "KWD", Some(1_250)),
            ("0.1250", "CLF", Some(1_250)),
            ("12.50", "HUF", Some(1_250)),
            ("12.50", "JPY", None),
            ("1250.", "JPY", None),
            ("01250", "JPY", None),
            ("1.25", "KWD", None),
            ("1.2500", "KWD", None),
            ("1250", "KWD", None),
            ("1250", "XAU", None),
        ] {
            assert_eq!(parse_minor_units(text, currency), minor, "{text} {currency}");
        }
        for text in [
            "",
            ".",
            "1",
            "1.",
            ".50",
            "1.5",
            "1.500",
            "01.50",
            "00.50",
            "-1.50",
            "+1.50",
            " 1.50",
            "1.50 ",
            "1,50",
            "1e2.00",
            "1.5e",
            "1.+5",
            "1_0.00",
            "٣.٥٠",
            "92233720368547758.08",
            "0x1.00",
            "NaN",
        ] {
            assert_eq!(parse_minor_units(text, "EUR"), None, "{text:?}");
        }
    }

    #[test]
    fn permits_nothing_unless_claim_is_one_payment() {
        #[derive(Deserialize)]
        struct Claims {
            #[serde(default)]
            details: AuthorizationDetails,
        }
        let read = |text: &str| serde_json::from_str::<Claims>(text).unwrap().details;
        let good = r#"{"type":"payment_initiation","identifier":"1","instructedAmount":{"currency":"EUR","amount":"1.00"},"creditorAccount":{"iban":"X"}}"#;
        assert!(matches!(read("{}"), AuthorizationDetails::Absent));
        assert!(matches!(read(&format!(r#"{{"details":[{good}]}}"#)), AuthorizationDetails::Payment(_)));
        for other in [
            "null".to_owned(),
            "[]".to_owned(),
            good.to_owned(),
            format!("[{good},{good}]"),
            format!("[{}]", good.replacen('{', r#"{"locations":[],"#, 1)),
            format!("[{}]", good.replacen('{', r#"{"identifier":"2","#, 1)),
            format!("[{}]", good.replace(r#""amount":"1.00""#, r#""amount":1.00"#)),
            format!("[{}]", good.replace(r#""amount":"1.00""#, r#""amount":"1.00","amount":"2.00""#)),
            format!("[{}]", good.replacen('{', r#"{"creditorNameCheck":"maybe","#, 1)),
            format!("[{}]", good.replacen('{', r#"{"creditorName":{"name":"Ben"},"#, 1)),
            format!("[{}]", good.replace(r#"{"iban":"X"}"#, r#"["X"]"#)),
            r#"[["payment_initiation","1",{"currency":"EUR","amount":"1.00"},{"iban":"X"},""]]"#.to_owned(),
        ] {
            let details = read(&format!(r#"{{"details":{other}}}"#));
            assert!(matches!(details, AuthorizationDetails::Other(_)), "{other}");
        }
    }
}
