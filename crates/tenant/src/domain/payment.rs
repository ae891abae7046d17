//! `authorization_details` of the type `payment_initiation` (RFC 9396): the one payment that a request is for. It is read
//! as strictly as its section 5 has it, shown to the customer on both devices, and signed into the access token.

mod reference;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type, as requests and metadata name it (RFC 9396, 2.1 and 10).
pub(crate) const TYPE: &str = "payment_initiation";

/// Enough for every identifier of a client's choice, a UUID for example.
const MAX_IDENTIFIER_LENGTH: usize = 64;
/// Units of the largest amount: below a million million, so that cents are exact everywhere.
const MAX_UNITS: usize = 12;

/// A payment. The members stand as RFC 9396 has them in its figure 2, in one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Payment {
    r#type: String,
    /// The client's id of the payment (2.2).
    identifier: String,
    instructed_amount: InstructedAmount,
    creditor_account: CreditorAccount,
    /// Whom the customer wants to pay, as they typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    creditor_name: Option<String>,
    /// What the payee's bank said of that name; stands with the name, and never without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    creditor_name_check: Option<NameCheck>,
    remittance_information_unstructured: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstructedAmount {
    currency: String,
    /// Units and, where the currency has them, a dot and its decimals.
    amount: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditorAccount {
    iban: String,
}

/// Whether a name belongs to an IBAN: the results of Verification of Payee (Regulation (EU) 2024/886).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NameCheck {
    Match,
    CloseMatch,
    NoMatch,
    NotPossible,
}

impl fmt::Display for NameCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Match => "match",
            Self::CloseMatch => "close match",
            Self::NoMatch => "no match",
            Self::NotPossible => "not possible",
        })
    }
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
    #[error(
        "instructedAmount must be an amount above zero, with exactly the decimals of its currency (ISO 4217), as in 12.50 EUR, 1250 JPY or 1.250 KWD."
    )]
    Amount,
    #[error("The iban of creditorAccount must be an IBAN in capital letters and without blanks.")]
    Iban,
    #[error(
        "creditorName must be one line of 1 to 140 characters, all of which are seen, and stand with creditorNameCheck: match, close-match, no-match or not-possible."
    )]
    Name,
    #[error(
        "remittanceInformationUnstructured must be one line of at most 140 characters, all of which are seen."
    )]
    Reference,
}

impl Payment {
    pub(crate) fn parse(text: &str) -> Result<Self, PaymentError> {
        let value: Value = serde_json::from_str(text).map_err(|_| PaymentError::Form)?;
        if value[0]["type"].as_str().is_some_and(|kind| kind != TYPE) {
            return Err(PaymentError::Type);
        }
        let member = |name: &str| value[0].get(name);
        let (name, check) = (member("creditorName"), member("creditorNameCheck"));
        let is_known = |check: &Value| NameCheck::deserialize(check).is_ok();
        if name.is_some() != check.is_some() || !check.is_none_or(is_known) {
            return Err(PaymentError::Name);
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
        if !(1..=MAX_IDENTIFIER_LENGTH).contains(&identifier.len()) || !identifier.bytes().all(plain) {
            return Err(PaymentError::Identifier);
        }
        if !instructed_amount.is_valid() {
            return Err(PaymentError::Amount);
        }
        if !is_iban(&creditor_account.iban) {
            return Err(PaymentError::Iban);
        }
        if self
            .creditor_name
            .as_deref()
            .is_some_and(|name| name.trim().is_empty() || !reference::is_plain(name))
        {
            return Err(PaymentError::Name);
        }
        if !reference::is_plain(&self.remittance_information_unstructured) {
            return Err(PaymentError::Reference);
        }
        Ok(())
    }

    /// For the log: `1,234.50 EUR`. Pages write it in the language of the customer.
    pub(crate) fn amount(&self) -> String {
        format!("{} {}", self.grouped(",", "."), self.currency())
    }

    pub(crate) fn currency(&self) -> &str {
        &self.instructed_amount.currency
    }

    /// The number alone, with these between thousands and before the decimals.
    pub(crate) fn grouped(&self, group: &str, decimal: &str) -> String {
        let amount = &self.instructed_amount.amount;
        let (units, decimals) = amount.split_once('.').unwrap_or((amount, ""));
        let mut text = String::new();
        for (at, digit) in units.chars().enumerate() {
            if at > 0 && (units.len() - at).is_multiple_of(3) {
                text.push_str(group);
            }
            text.push(digit);
        }
        if !decimals.is_empty() {
            text.push_str(decimal);
            text.push_str(decimals);
        }
        text
    }

    /// For people: the IBAN in groups of four.
    pub(crate) fn iban(&self) -> String {
        let iban = self.creditor_account.iban.as_bytes();
        iban.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The payee's name, and what the check of it said.
    pub(crate) fn name(&self) -> Option<(&str, NameCheck)> {
        self.creditor_name.as_deref().zip(self.creditor_name_check)
    }

    /// Who is paid, in few words: the name, or else the IBAN.
    pub(crate) fn recipient(&self) -> String {
        self.name().map_or_else(|| self.iban(), |(name, _)| name.to_owned())
    }

    /// For the log: `12.50 EUR to Ben Example (name check: match), GB82 …`.
    pub(crate) fn summary(&self) -> String {
        let (amount, iban) = (self.amount(), self.iban());
        match self.name() {
            Some((name, check)) => format!("{amount} to {name} (name check: {check}), {iban}"),
            None => format!("{amount} to {iban}"),
        }
    }

    pub(crate) fn reference(&self) -> &str {
        &self.remittance_information_unstructured
    }
}

impl InstructedAmount {
    /// One way to write each amount: no sign, no leading zero, the currency's decimals, more than nothing.
    fn is_valid(&self) -> bool {
        let Some(decimals) = decimals(&self.currency) else { return false };
        let (units, rest) = match self.amount.split_once('.') {
            Some((units, rest)) if decimals > 0 => (units, rest),
            None if decimals == 0 => (self.amount.as_str(), ""),
            _ => return false,
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (1..=MAX_UNITS).contains(&units.len())
            && digits(units)
            && digits(rest)
            && rest.len() == decimals
            && (units == "0" || !units.starts_with('0'))
            && self.amount.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
    }
}

/// How many decimals a currency has (ISO 4217, list one); nothing for what has none to count, as gold, and for what is no code.
/// A code that is newer than this list most likely has two.
fn decimals(currency: &str) -> Option<usize> {
    const OTHERS: [(Option<usize>, &str); 4] = [
        (Some(0), "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (Some(3), "BHD IQD JOD KWD LYD OMR TND"),
        (Some(4), "CLF UYW"),
        (None, "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"),
    ];
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let other = OTHERS.iter().find(|(_, currencies)| currencies.split(' ').any(|other| other == currency));
    other.map_or(Some(2), |(decimals, _)| *decimals)
}

/// ISO 13616: the form, and the check digits (ISO 7064, mod 97-10).
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let lengths = bytes.get(..2).and_then(length_in).map_or(15..=34, |length| length..=length);
    let form = lengths.contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        // They pass the sum for some accounts, and are never issued.
        && !matches!(&bytes[2..4], b"00" | b"01" | b"99")
        && bytes[4..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let remainder = |sum: u32, byte: &u8| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter - b'A') + 10) % 97,
    };
    form && bytes[4..].iter().chain(&bytes[..4]).fold(0, remainder) == 1
}

/// The length of a country's IBANs (SWIFT registry), for the countries that have them.
fn length_in(country: &[u8]) -> Option<usize> {
    const LENGTHS: [(usize, &str); 18] = [
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FK FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    ];
    let found = LENGTHS.iter().find(|(_, all)| all.split(' ').any(|one| one.as_bytes() == country));
    found.map(|(length, _)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_match_iso_4217() {
        let letters = || 'A'..='Z';
        let mut known = 0;
        for code in letters()
            .flat_map(|a| letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c]))))
        {
            let Some(currency) = iso_currency::Currency::from_code(&code) else { continue };
            assert_eq!(decimals(&code), currency.exponent().map(usize::from), "{code}");
            known += 1;
        }
        assert!(known > 150, "{known}");
        for (code, expected) in [("ZZZ", Some(2)), ("eur", None), ("EURO", None), ("", None)] {
            assert_eq!(decimals(code), expected, "{code}");
        }
    }

    #[test]
    fn amount_has_decimals_of_currency() {
        let parse = |currency: &str, amount: &str| {
            Payment::parse(&GOOD.replace("EUR", currency).replace("1234567.50", amount)).map(|it| it.amount())
        };
        for (currency, amount, shown) in [
            ("HUF", "1234.50", "1,234.50 HUF"),
            ("JPY", "1250", "1,250 JPY"),
            ("JPY", "1", "1 JPY"),
            ("KWD", "1234.567", "1,234.567 KWD"),
            ("CLF", "0.0001", "0.0001 CLF"),
        ] {
            assert_eq!(parse(currency, amount).as_deref(), Ok(shown));
        }
        for (currency, amount) in [
            ("HUF", "1234"),
            ("JPY", "1250.00"),
            ("JPY", "0"),
            ("JPY", "012"),
            ("JPY", "1250."),
            ("JPY", ""),
            ("KWD", "1.25"),
            ("KWD", "0.000"),
            ("CLF", "1.250"),
            ("XAU", "1"),
            ("XAU", "1.00"),
        ] {
            assert_eq!(parse(currency, amount), Err(PaymentError::Amount), "{amount} {currency}");
        }
    }

    const GOOD: &str = r#"[{"type":"payment_initiation","identifier":"018f-1","instructedAmount":{"currency":"EUR","amount":"1234567.50"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"remittanceInformationUnstructured":"Rent"}]"#;

    #[test]
    fn payment_is_formatted_for_people() {
        let payment = Payment::parse(GOOD).unwrap();
        assert_eq!(payment.amount(), "1,234,567.50 EUR");
        assert_eq!(payment.iban(), "GB82 WEST 1234 5698 7654 32");
        assert_eq!(payment.reference(), "Rent");
        assert_eq!(serde_json::to_string(&[payment]).unwrap(), GOOD, "signed as it was asked for");
        for (amount, shown) in [("0.01", "0.01 EUR"), ("999.00", "999.00 EUR"), ("1000.00", "1,000.00 EUR")] {
            let payment = Payment::parse(&GOOD.replace("1234567.50", amount)).unwrap();
            assert_eq!(payment.amount(), shown);
        }
    }

    const NAMED: &str = r#"[{"type":"payment_initiation","identifier":"018f-1","instructedAmount":{"currency":"EUR","amount":"12.50"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"creditorName":"Ben Example","creditorNameCheck":"close-match","remittanceInformationUnstructured":""}]"#;

    #[test]
    fn name_stands_with_its_check() {
        let payment = Payment::parse(NAMED).unwrap();
        assert_eq!(payment.name(), Some(("Ben Example", NameCheck::CloseMatch)));
        assert_eq!(
            payment.summary(),
            "12.50 EUR to Ben Example (name check: close match), GB82 WEST 1234 5698 7654 32"
        );
        assert_eq!(serde_json::to_string(&[payment]).unwrap(), NAMED, "signed as it was asked for");
        for (text, said) in [
            ("match", NameCheck::Match),
            ("no-match", NameCheck::NoMatch),
            ("not-possible", NameCheck::NotPossible),
        ] {
            let payment = Payment::parse(&NAMED.replace("close-match", text)).unwrap();
            assert_eq!(payment.name().map(|(_, check)| check), Some(said), "{text}");
        }
        for (from, to, error) in [
            (r#""creditorName":"Ben Example","#, "", PaymentError::Name),
            (r#""creditorNameCheck":"close-match","#, "", PaymentError::Name),
            ("close-match", "CloseMatch", PaymentError::Name),
            (r#""close-match""#, "1", PaymentError::Name),
            (r#""close-match""#, "null", PaymentError::Name),
            ("Ben Example", "", PaymentError::Name),
            ("Ben Example", " ", PaymentError::Name),
            ("Ben Example", r"Ben\nExample", PaymentError::Name),
            ("Ben Example", "Ben\u{202e}Example", PaymentError::Name),
            ("Ben Example", &"x".repeat(141), PaymentError::Name),
            (r#""Ben Example""#, "1", PaymentError::Form),
            (r#""Ben Example""#, "null", PaymentError::Form),
        ] {
            assert_eq!(Payment::parse(&NAMED.replace(from, to)).map(drop), Err(error), "{from} {to}");
        }
    }

    #[test]
    fn refuses_anything_but_one_exact_payment() {
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
