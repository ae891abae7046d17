//! `authorization_details` of the type `payment_initiation` (RFC 9396): the one payment that a request is for. It is read
//! as strictly as its section 5 has it, shown to the customer on both devices, and signed into the access token.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type, as requests and metadata name it (RFC 9396, 2.1 and 10).
pub(crate) const TYPE: &str = "payment_initiation";

/// As long as a reference may be (SEPA), in characters.
const REFERENCE_MAX: usize = 140;
/// Enough for every identifier of a client's choice, a UUID for example.
const IDENTIFIER_MAX: usize = 64;
/// Units of the largest amount: below a million million, so that cents are exact everywhere.
const UNITS_MAX: usize = 12;

/// A payment. The members stand as RFC 9396 has them in its figure 2, in one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Payment {
    r#type: String,
    /// The client's id of the payment (2.2).
    identifier: String,
    instructed_amount: InstructedAmount,
    creditor_account: CreditorAccount,
    remittance_information_unstructured: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstructedAmount {
    currency: String,
    /// Units, a dot, two decimals.
    amount: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditorAccount {
    iban: String,
}

/// Why the parameter is refused (RFC 9396, 5). None of the sentences quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PaymentError {
    #[error("authorization_details must be a list of one JSON object of the type payment_initiation.")]
    Form,
    #[error("The type of authorization_details must be payment_initiation.")]
    Type,
    #[error("identifier must have 1 to 64 letters, digits or hyphens.")]
    Identifier,
    #[error("instructedAmount must be an amount above zero, as in 12.50, and a currency, as in EUR.")]
    Amount,
    #[error("The iban of creditorAccount must be an IBAN in capital letters and without blanks.")]
    Iban,
    #[error("remittanceInformationUnstructured must be one line of plain text, at most 140 characters.")]
    Reference,
}

impl Payment {
    /// Reads the parameter.
    pub(crate) fn parse(text: &str) -> Result<Self, PaymentError> {
        let value: Value = serde_json::from_str(text).map_err(|_| PaymentError::Form)?;
        if value[0]["type"].as_str().is_some_and(|kind| kind != TYPE) {
            return Err(PaymentError::Type);
        }
        // From the text, for a member that is there twice is an error here and not in a `Value`.
        let [payment]: [Self; 1] = serde_json::from_str(text).map_err(|_| PaymentError::Form)?;
        // Structs are also read from lists, in the order of their fields; written again, they are objects.
        if serde_json::to_value([&payment]).ok() != Some(value) {
            return Err(PaymentError::Form);
        }
        payment.check()?;
        Ok(payment)
    }

    fn check(&self) -> Result<(), PaymentError> {
        let Self { identifier, instructed_amount, creditor_account, .. } = self;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(1..=IDENTIFIER_MAX).contains(&identifier.len()) || !identifier.bytes().all(plain) {
            return Err(PaymentError::Identifier);
        }
        let currency = &instructed_amount.currency;
        if !is_amount(&instructed_amount.amount)
            || currency.len() != 3
            || !currency.bytes().all(|byte| byte.is_ascii_uppercase())
        {
            return Err(PaymentError::Amount);
        }
        if !is_iban(&creditor_account.iban) {
            return Err(PaymentError::Iban);
        }
        let reference = &self.remittance_information_unstructured;
        if reference.chars().count() > REFERENCE_MAX || reference.chars().any(misleads) {
            return Err(PaymentError::Reference);
        }
        Ok(())
    }

    /// For people: `1,234.50 EUR`.
    pub(crate) fn amount(&self) -> String {
        let InstructedAmount { currency, amount } = &self.instructed_amount;
        let (units, cents) = amount.split_once('.').unwrap_or((amount, ""));
        let mut grouped = String::new();
        for (at, digit) in units.chars().enumerate() {
            if at > 0 && (units.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{grouped}.{cents} {currency}")
    }

    /// For people: the IBAN in groups of four.
    pub(crate) fn payee(&self) -> String {
        let iban = self.creditor_account.iban.as_bytes();
        iban.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// What the payee reads; may be empty.
    pub(crate) fn reference(&self) -> &str {
        &self.remittance_information_unstructured
    }
}

/// One way to write each amount: no sign, no leading zero, two decimals, more than nothing.
fn is_amount(text: &str) -> bool {
    let Some((units, cents)) = text.split_once('.') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(units)
        && digits(cents)
        && cents.len() == 2
        && units.len() <= UNITS_MAX
        && (units == "0" || !units.starts_with('0'))
        && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// ISO 13616: the form, and the check digits (ISO 7064, mod 97-10).
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let form = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let remainder = |sum: u32, byte: &u8| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter - b'A') + 10) % 97,
    };
    form && bytes[4..].iter().chain(&bytes[..4]).fold(0, remainder) == 1
}

/// Characters that break a line, or turn or hide the text around them: the page would not show what is signed.
fn misleads(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"[{"type":"payment_initiation","identifier":"018f-1","instructedAmount":{"currency":"EUR","amount":"1234567.50"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"remittanceInformationUnstructured":"Rent"}]"#;

    #[test]
    fn a_payment_is_shown_as_people_read_it() {
        let payment = Payment::parse(GOOD).unwrap();
        assert_eq!(payment.amount(), "1,234,567.50 EUR");
        assert_eq!(payment.payee(), "GB82 WEST 1234 5698 7654 32");
        assert_eq!(payment.reference(), "Rent");
        assert_eq!(serde_json::to_string(&[payment]).unwrap(), GOOD, "signed as it was asked for");
        for (amount, shown) in [("0.01", "0.01 EUR"), ("999.00", "999.00 EUR"), ("1000.00", "1,000.00 EUR")] {
            let payment = Payment::parse(&GOOD.replace("1234567.50", amount)).unwrap();
            assert_eq!(payment.amount(), shown);
        }
    }

    #[test]
    fn whatever_is_not_one_payment_to_the_letter_is_refused() {
        use PaymentError::{Amount, Form, Iban, Identifier, Reference, Type};
        let two = format!("[{0},{0}]", &GOOD[1..GOOD.len() - 1]);
        for (text, error) in [
            ("", Form),
            ("[]", Form),
            ("{}", Form),
            ("[1]", Form),
            (two.as_str(), Form),
            (&GOOD[1..GOOD.len() - 1], Form),
            (&GOOD.replace("[{", r#"[{"locations":[],"#), Form),
            (&GOOD.replace("[{", r#"[{"type":"payment_initiation","#), Form),
            (&GOOD.replace(r#""amount":"1234567.50""#, r#""amount":1234567.5"#), Form),
            (&GOOD.replace(r#""amount":"1234567.50""#, r#""amount":"1.00","amount":"2.00""#), Form),
            (&GOOD.replace(r#"{"currency":"EUR","amount":"1234567.50"}"#, r#"["EUR","1.00"]"#), Form),
            (&GOOD.replace(r#","remittanceInformationUnstructured":"Rent""#, ""), Form),
            (&GOOD.replace(r#""Rent""#, "null"), Form),
            (&GOOD.replace("payment_initiation", "account_information"), Type),
            (&GOOD.replace("018f-1", ""), Identifier),
            (&GOOD.replace("018f-1", "<b>"), Identifier),
            (&GOOD.replace("018f-1", &"1".repeat(65)), Identifier),
            (&GOOD.replace("EUR", "eur"), Amount),
            (&GOOD.replace("EUR", "EURO"), Amount),
            (&GOOD.replace("1234567.50", "0.00"), Amount),
            (&GOOD.replace("1234567.50", "-1.00"), Amount),
            (&GOOD.replace("1234567.50", "1"), Amount),
            (&GOOD.replace("1234567.50", "1.5"), Amount),
            (&GOOD.replace("1234567.50", "1.500"), Amount),
            (&GOOD.replace("1234567.50", "01.50"), Amount),
            (&GOOD.replace("1234567.50", ".50"), Amount),
            (&GOOD.replace("1234567.50", "1,50"), Amount),
            (&GOOD.replace("1234567.50", "1e3.00"), Amount),
            (&GOOD.replace("1234567.50", "1234567890123.00"), Amount),
            (&GOOD.replace("GB82", "GB83"), Iban),
            (&GOOD.replace("GB82WEST", "gb82west"), Iban),
            (&GOOD.replace("GB82", "GB82 "), Iban),
            (&GOOD.replace("GB82WEST12345698765432", "GB82"), Iban),
            (&GOOD.replace("Rent", r"a\nb"), Reference),
            (&GOOD.replace("Rent", "a\u{202e}b"), Reference),
            (&GOOD.replace("Rent", "a\u{200b}b"), Reference),
            (&GOOD.replace("Rent", &"x".repeat(141)), Reference),
        ] {
            assert_eq!(Payment::parse(text).map(drop), Err(error), "{text}");
        }
    }
}
