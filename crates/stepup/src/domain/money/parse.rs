//! Amounts as people type and paste them.

use alloc::{borrow::ToOwned, string::String, string::ToString, vec::Vec};

use crate::domain::money::{Money, largest, minor_digits, power};
use crate::domain::{
    locale::{Locale, Notation},
    message::Message,
    text,
};

/// Why a typed amount cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountError {
    /// Nothing was typed.
    Empty,
    /// Something other than digits and separators, or separators in odd places.
    NotANumber,
    /// Two amounts are written like that, in minor units: in some countries the one, in others the other.
    Ambiguous(i64, i64),
    /// The sign of another currency, or a word.
    OtherCurrency(String),
    /// Zero (a sign is not a digit).
    Zero,
    /// More than any account could hold.
    TooLarge,
    /// ISO 4217 gives it no minor unit, or it is no currency.
    Currency,
}

impl AmountError {
    /// For the customer, with examples as their browser writes them.
    #[must_use]
    pub fn message(&self, currency: &str, locale: Locale) -> Message {
        let write = |amount| (locale.write)(&Money { amount, currency: currency.to_owned() });
        let digits = minor_digits(currency).unwrap_or(0);
        let example = || ("example", write(1250 * power(digits.saturating_sub(2))));
        match self {
            Self::Empty => Message::with("amount.empty", [example()]),
            Self::NotANumber => {
                Message::with("amount.not_a_number", [("count", digits.to_string()), example()])
            }
            Self::Ambiguous(one, other) => {
                Message::with("amount.ambiguous", [("one", write(*one)), ("other", write(*other))])
            }
            Self::OtherCurrency(found) => Message::with(
                "amount.other_currency",
                [("currency", currency.to_owned()), ("found", found.clone())],
            ),
            Self::Zero => Message::new("amount.zero"),
            Self::TooLarge => Message::new("amount.too_large"),
            Self::Currency => Message::new("amount.currency"),
        }
    }
}

/// Between units and the parts of a unit, where that is neither a point nor a comma: the Arabic sign, or the locale's.
const DECIMAL: u8 = b';';
/// Signs at the end of a sentence. Two blanks become one of them and a blank on many phones.
const STOPS: [char; 4] = ['.', '。', '।', '۔'];

/// Reads an amount as people type and paste it, in minor units.
///
/// The currency's sign, code or name may stand before or behind it. Digits may be those of any script. Either of `.` and `,`
/// may stand before decimals. A single one before exactly three digits is a group only when the locale groups with it: a
/// German `1.234` is 1234.00, an English `1.234` is refused, because neither 1234 nor 1.23 would surely be what was meant.
/// Where a currency has three decimals, only the locale's own decimal sign is read so, and the other one is asked about. Nor
/// is `0,500` five hundred in any language: a group before others does not begin with a zero. Blanks and apostrophes separate
/// groups too.
pub fn parse(text: &str, currency: &str, locale: Locale) -> Result<i64, AmountError> {
    let digits = minor_digits(currency).ok_or(AmountError::Currency)?;
    let notation = (locale.notation)(currency);
    let text = text::normalize(text, locale);
    let signs: Vec<String> = notation.signs.iter().map(|sign| text::normalize(sign, locale)).collect();
    // Some signs end in a full stop: the sentence's is the one that is left.
    let number = without_stop(without_currency(&text, &signs), text.ends_with(' '));
    let number = without_currency(number, &signs);
    if number.is_empty() {
        return Err(AmountError::Empty);
    }
    if let Some(found) = other_currency(number) {
        return Err(AmountError::OtherCurrency(found.to_owned()));
    }
    let number = separated(number, &notation).ok_or(AmountError::NotANumber)?;
    let minor = read(&number, digits, &notation)?;
    match minor {
        0 => Err(AmountError::Zero),
        m if m <= largest(digits) => Ok(m),
        _ => Err(AmountError::TooLarge),
    }
}

/// Without the stop that ends a sentence, or that a phone has made of two blanks. `12.` alone may be unfinished.
fn without_stop(text: &str, before_blank: bool) -> &str {
    match text.strip_suffix(STOPS) {
        Some(rest) if before_blank || rest.contains(['.', ',']) => rest,
        _ => text,
    }
}

/// Without the account's currency before and behind. Swiss and German amounts without cents end in a dash, and what came in is
/// shown with a plus.
fn without_currency<'t>(text: &'t str, signs: &[String]) -> &'t str {
    let trim = |text: &'t str| text.trim_matches(|c| c == ' ' || c == '+');
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let mut text = trim(text);
    loop {
        // The longest of each: `kr.` and not `kr`.
        let (mut before, mut behind) = (0, 0);
        for sign in signs {
            let (length, bytes) = (sign.len(), text.as_bytes());
            let at = bytes.len().wrapping_sub(length);
            let is = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(sign));
            // `kr` is not what `kroner` begins with.
            if length > before
                && is(text.get(..length))
                && !(letter(sign.as_bytes().last()) && letter(bytes.get(length)))
            {
                before = length;
            } else if length > behind
                && is(text.get(at..))
                && !(letter(sign.as_bytes().first()) && letter(bytes.get(at.wrapping_sub(1))))
            {
                behind = length;
            }
        }
        if before + behind == 0 {
            break;
        }
        let rest = text.get(before..text.len() - behind).unwrap_or_default();
        text = trim(if before > 0 { rest.strip_prefix(". ").unwrap_or(rest) } else { rest });
    }
    let whole = text.trim_end_matches('-');
    if whole.len() < text.len() { whole.strip_suffix(['.', ',']).unwrap_or(text) } else { text }
}

/// A word or a sign beside the number that the account's currency does not have.
fn other_currency(text: &str) -> Option<&str> {
    let (first, last) = (text.find(|c: char| c.is_ascii_digit())?, text.rfind(|c: char| c.is_ascii_digit())?);
    let is_sign = |c: char| c.is_ascii_alphabetic() || c == '$' || !(c.is_ascii() || c == '\u{66b}');
    [&text[..first], &text[last + 1..]].into_iter().map(str::trim).find(|beside| {
        beside.len() <= 24
            && beside.contains(is_sign)
            && beside.chars().all(|c| is_sign(c) || matches!(c, '.' | ' ' | '/'))
    })
}

/// In ASCII, with one sign for all that separate decimals and nothing else, and blanks for all that separate groups and nothing
/// else.
fn separated(text: &str, notation: &Notation) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for c in text.chars() {
        out.push(match c {
            '.' => b'.',
            ',' => b',',
            c if c == notation.decimal || c == '\u{66b}' => DECIMAL,
            c if Some(c) == notation.group => b' ',
            ' ' | '\'' | '`' | '’' | '‘' | 'ʼ' | '′' | '\u{66c}' => b' ',
            '\u{60c}' => b',',
            // What NFKC has made of an accent that stands for an apostrophe: a blank with the accent above it.
            '\u{301}' => continue,
            c => u8::try_from(c).ok().filter(u8::is_ascii_digit)?,
        });
    }
    Some(out)
}

fn read(text: &[u8], digits: u8, notation: &Notation) -> Result<i64, AmountError> {
    let whole = || total(text, &[], digits, notation);
    let Some(at) = text.iter().rposition(|b| matches!(*b, b'.' | b',' | DECIMAL)) else { return whole() };
    let (units, sign, decimals) = (&text[..at], text[at], &text[at + 1..]);
    if units.contains(&sign) {
        return whole();
    }
    let is_decimal = sign == DECIMAL || notation.decimal == char::from(sign);
    match (decimals.len(), digits) {
        (3, ..=2) if notation.group == Some(char::from(sign)) => whole(),
        (0, _) | (3, ..=2) => Err(AmountError::NotANumber),
        (3, _) if !is_decimal && units.iter().all(u8::is_ascii_digit) => {
            let decimal = total(units, decimals, digits, notation)?;
            match whole() {
                Ok(whole) => Err(AmountError::Ambiguous(whole, decimal)),
                Err(_) => Ok(decimal),
            }
        }
        _ => total(units, decimals, digits, notation),
    }
}

/// In minor units. More decimals than the currency has are none when they are zeros: `1,250.00` yen.
fn total(units: &[u8], decimals: &[u8], digits: u8, notation: &Notation) -> Result<i64, AmountError> {
    let (kept, rest) = decimals.split_at(decimals.len().min(digits.into()));
    let too_fine = !rest.is_empty() && (decimals.len() > 2 || rest.iter().any(|b| *b != b'0'));
    if too_fine || !decimals.iter().all(u8::is_ascii_digit) || !is_grouped(units, notation.sizes) {
        return Err(AmountError::NotANumber);
    }
    let missing = usize::from(digits) - kept.len();
    let all = units.iter().filter(|b| b.is_ascii_digit()).chain(kept).chain(&[b'0'; 4][..missing]);
    all.copied()
        .try_fold(0_i64, |sum, b| sum.checked_mul(10)?.checked_add((b - b'0').into()))
        .ok_or(AmountError::TooLarge)
}

/// Digits, or one kind of separator between groups of them: of three, of two before three as in India, or as the locale has them.
fn is_grouped(units: &[u8], sizes: [usize; 2]) -> bool {
    let Some(separator) = units.iter().copied().find(|b| !b.is_ascii_digit()) else {
        return !units.is_empty();
    };
    let groups: Vec<&[u8]> = units.rsplit(|b| *b == separator).collect();
    let fits = |[last, each]: [usize; 2]| {
        groups.iter().enumerate().all(|(at, group)| match group.len() {
            length if at == 0 => length == last,
            length if at + 1 < groups.len() => length == each,
            length => (1..=each).contains(&length) && group[0] != b'0',
        })
    };
    separator != DECIMAL
        && groups.iter().all(|group| group.iter().all(u8::is_ascii_digit))
        && (fits([3, 3]) || fits([3, 2]) || fits(sizes))
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;
    use crate::english;

    /// What browsers do, for a locale with these separators.
    macro_rules! locale {
        ($decimal:literal, $group:literal, $($sign:literal),*) => {
            Locale {
                notation: |currency| Notation {
                    decimal: $decimal,
                    group: Some($group),
                    sizes: [3, 3],
                    signs: [currency, $($sign),*].map(str::to_owned).into(),
                },
                write: |money| {
                    let english = crate::domain::money::write_in_english(money);
                    english.chars().map(|c| match c { '.' => $decimal, ',' => $group, digit => digit }).collect()
                },
                normalize: |text| text.nfkc().collect(),
                lower: str::to_lowercase,
                has_stacked_marks: |_| false,
                ui_locales: String::new,
            }
        };
    }

    const ENGLISH: Locale = locale!('.', ',', "€", "euros", "kr", "US$", "$");
    const GERMAN: Locale = locale!(',', '.', "€", "Euro", "CHF", "Fr.");
    const FRENCH: Locale = locale!(',', '\u{202f}', "€", "euros", "F\u{202f}CFA");
    const SWISS: Locale = locale!('.', '’', "CHF", "Fr.");
    const ARABIC: Locale = locale!('\u{66b}', '\u{66c}', "€", "ج.م.\u{200f}", "\u{200f}د.إ.\u{200f}");
    const CAPE_VERDE: Locale = locale!('$', '\u{a0}', "\u{200b}", "US$", "$");

    fn read_all(currency: &str, cases: &[(&str, Locale, Result<i64, AmountError>)]) {
        for (text, locale, expected) in cases {
            assert_eq!(
                parse(text, currency, *locale),
                *expected,
                "{text:?} in {:?}",
                (locale.notation)(currency)
            );
        }
    }

    /// Proves: amount-parsing
    #[test]
    fn accepts_typed_amounts() {
        use AmountError::{Empty, NotANumber, TooLarge, Zero};
        read_all(
            "EUR",
            &[
                ("12.50", ENGLISH, Ok(1250)),
                ("12,50", ENGLISH, Ok(1250)),
                ("12,5", GERMAN, Ok(1250)),
                ("12", ENGLISH, Ok(1200)),
                (" 1 234,50 ", GERMAN, Ok(123_450)),
                ("1,234.50", GERMAN, Ok(123_450)),
                ("1.234,50", ENGLISH, Ok(123_450)),
                ("1,234", ENGLISH, Ok(123_400)),
                ("1.234", GERMAN, Ok(123_400)),
                ("1\u{202f}234,56", FRENCH, Ok(123_456)),
                ("1.234.567", ENGLISH, Ok(123_456_700)),
                ("12,34,567.50", ENGLISH, Ok(123_456_750)),
                ("12,34,567", GERMAN, Ok(123_456_700)),
                ("1'234.50", ENGLISH, Ok(123_450)),
                ("1’234.50", SWISS, Ok(123_450)),
                ("1'234.50", SWISS, Ok(123_450)),
                ("1´234.50", SWISS, Ok(123_450)),
                ("0,500", ENGLISH, Err(NotANumber)),
                ("0.500", GERMAN, Err(NotANumber)),
                ("00,123", ENGLISH, Err(NotANumber)),
                ("0 500", ENGLISH, Err(NotANumber)),
                ("12 50", ENGLISH, Err(NotANumber)),
                ("12.5 0", ENGLISH, Err(NotANumber)),
                ("1 234,567.00", ENGLISH, Err(NotANumber)),
                ("0.01", ENGLISH, Ok(1)),
                ("1.234", ENGLISH, Err(NotANumber)),
                ("12.", ENGLISH, Err(NotANumber)),
                (".50", ENGLISH, Err(NotANumber)),
                ("12,34.56", ENGLISH, Err(NotANumber)),
                ("1,2345.00", ENGLISH, Err(NotANumber)),
                ("1.2.3", ENGLISH, Err(NotANumber)),
                ("1.234.5", ENGLISH, Err(NotANumber)),
                ("1_234", ENGLISH, Err(NotANumber)),
                ("1٫234.50", ENGLISH, Err(NotANumber)),
                ("1٫234٫567", ARABIC, Err(NotANumber)),
                ("1;5", ENGLISH, Err(NotANumber)),
                (" , ", ENGLISH, Err(NotANumber)),
                (".", ENGLISH, Err(NotANumber)),
                ("1,,234", ENGLISH, Err(NotANumber)),
                ("1. 5", ENGLISH, Err(NotANumber)),
                ("12.345", ENGLISH, Err(NotANumber)),
                ("12.5000", ENGLISH, Err(NotANumber)),
                ("-5", ENGLISH, Err(NotANumber)),
                ("−5", ENGLISH, Err(NotANumber)),
                ("1e3", ENGLISH, Err(NotANumber)),
                ("12½", ENGLISH, Err(NotANumber)),
                ("12²", ENGLISH, Err(NotANumber)),
                ("1²3", ENGLISH, Err(NotANumber)),
                ("", ENGLISH, Err(Empty)),
                ("\u{feff} \u{200b}", ENGLISH, Err(Empty)),
                ("€", ENGLISH, Err(Empty)),
                ("0", ENGLISH, Err(Zero)),
                ("0,00", GERMAN, Err(Zero)),
                ("99999999999999999999", ENGLISH, Err(TooLarge)),
                ("10000000000.01", ENGLISH, Err(TooLarge)),
            ],
        );
    }

    /// Proves: amount-parsing
    #[test]
    fn accepts_pasted_amounts() {
        use AmountError::NotANumber;
        let blanks = " ".repeat(20) + "1234.56";
        read_all(
            "EUR",
            &[
                (&blanks, ENGLISH, Ok(123_456)),
                ("€12.50", ENGLISH, Ok(1250)),
                ("12,50 €", GERMAN, Ok(1250)),
                ("EUR 12,50", GERMAN, Ok(1250)),
                ("12.50eur", ENGLISH, Ok(1250)),
                ("€ 1.234,50 EUR", GERMAN, Ok(123_450)),
                ("12,50 Euro", GERMAN, Ok(1250)),
                ("\u{200e}€\u{a0}12.50\u{202c}", ENGLISH, Ok(1250)),
                ("1\u{200b}2\u{2060}.50\u{feff}", ENGLISH, Ok(1250)),
                ("12\u{ad}.50\u{fe0f}\u{e0041}", ENGLISH, Ok(1250)),
                ("1\u{3000}234\u{ff0e}\u{ff15}\u{ff10}", ENGLISH, Ok(123_450)),
                ("１，２３４．５０", GERMAN, Ok(123_450)),
                ("𝟏𝟐.𝟓𝟎", ENGLISH, Ok(1250)),
                ("١٬٢٣٤٫٥٠", ENGLISH, Ok(123_450)),
                ("١٢٫٥", ARABIC, Ok(1250)),
                ("١٢،٥٠", ARABIC, Ok(1250)),
                ("۱۲٫۵۰ €", ARABIC, Ok(1250)),
                ("१२.५०", ENGLISH, Ok(1250)),
                ("৳१२", ENGLISH, Err(AmountError::OtherCurrency("৳".into()))),
                ("٣", ENGLISH, Ok(300)),
                ("一二", ENGLISH, Ok(1200)),
                ("12.50. ", ENGLISH, Ok(1250)),
                ("12.50.", ENGLISH, Ok(1250)),
                ("12. ", ENGLISH, Ok(1200)),
                ("12,50 €. ", GERMAN, Ok(1250)),
                ("१२.५०। ", ENGLISH, Ok(1250)),
                ("12,-", GERMAN, Ok(1200)),
                ("12.– €", GERMAN, Ok(1200)),
                ("1.234,-- EUR", GERMAN, Ok(123_400)),
                ("12-", GERMAN, Err(NotANumber)),
                ("+€12.50", ENGLISH, Ok(1250)),
                ("12,50+ €", GERMAN, Ok(1250)),
                ("1+2", ENGLISH, Err(NotANumber)),
                ("kr. 50", ENGLISH, Ok(5000)),
                ("kr.50", ENGLISH, Err(NotANumber)),
            ],
        );
        read_all("CHF", &[("Fr. 1'234.50", SWISS, Ok(123_450)), ("CHF 12.-", SWISS, Ok(1200))]);
        read_all("AED", &[("\u{200f}١٬٢٣٤٫٥٠\u{a0}د.إ.\u{200f}", ARABIC, Ok(123_450))]);
        read_all("USD", &[("1\u{a0}234$50 US$", CAPE_VERDE, Ok(123_450)), ("$12", CAPE_VERDE, Ok(1200))]);
        read_all("XOF", &[("1\u{202f}234 F\u{a0}CFA", FRENCH, Ok(1234))]);
    }

    /// Proves: amount-other-currency
    #[test]
    fn names_other_currency() {
        let other = |found: &str| Err(AmountError::OtherCurrency(found.into()));
        read_all(
            "EUR",
            &[
                ("£12.50", ENGLISH, other("£")),
                ("12.50 GBP", ENGLISH, other("GBP")),
                ("chf 12", ENGLISH, other("chf")),
                ("12 zł", ENGLISH, other("zł")),
                ("12 kroner", ENGLISH, other("kroner")),
                ("R$ 12", ENGLISH, other("R$")),
                ("¥1,250", ENGLISH, other("¥")),
                ("€ 12 GBP", ENGLISH, other("GBP")),
                ("about", ENGLISH, Err(AmountError::NotANumber)),
            ],
        );
        let message = AmountError::OtherCurrency("$".into()).message("EUR", ENGLISH);
        assert_eq!(english::message(message.id, &message.arguments), "This account pays in EUR, not in $.");
    }

    /// Proves: amount-parsing
    #[test]
    fn decimals_match_currency() {
        use AmountError::{Ambiguous, NotANumber};
        read_all(
            "JPY",
            &[
                ("1250", ENGLISH, Ok(1250)),
                ("1,250", ENGLISH, Ok(1250)),
                ("1.250", GERMAN, Ok(1250)),
                ("1,250.00", ENGLISH, Ok(1250)),
                ("12.5", ENGLISH, Err(NotANumber)),
                ("12.50", ENGLISH, Err(NotANumber)),
                ("1.250", ENGLISH, Err(NotANumber)),
            ],
        );
        read_all(
            "KWD",
            &[
                ("1.250", ENGLISH, Ok(1250)),
                ("1,250", GERMAN, Ok(1250)),
                ("1.2", ENGLISH, Ok(1200)),
                ("1 234,567", ENGLISH, Ok(1_234_567)),
                ("1.234,567", ENGLISH, Ok(1_234_567)),
                ("1.250.000", ENGLISH, Ok(1_250_000_000)),
                ("0,500", ENGLISH, Ok(500)),
                ("1,250", ENGLISH, Err(Ambiguous(1_250_000, 1250))),
                ("1.250", GERMAN, Err(Ambiguous(1_250_000, 1250))),
                ("1.250", FRENCH, Err(Ambiguous(1_250_000, 1250))),
                ("1.2345", ENGLISH, Err(NotANumber)),
            ],
        );
        read_all("CLF", &[("1.2345", ENGLISH, Ok(12_345)), ("1.234", ENGLISH, Ok(12_340))]);
        read_all("XAU", &[("1", ENGLISH, Err(AmountError::Currency))]);
        for (error, currency, sentence) in [
            (NotANumber, "EUR", "Use digits with 2 decimals at most, for example 12.50."),
            (NotANumber, "JPY", "Use digits without decimals, for example 1,250."),
            (NotANumber, "KWD", "Use digits with 3 decimals at most, for example 12.500."),
            (AmountError::Empty, "HUF", "Enter an amount, for example 12.50."),
            (Ambiguous(1_250_000, 1250), "KWD", "This can be read in two ways. Write 1,250.000 or 1.250."),
        ] {
            let message = error.message(currency, ENGLISH);
            assert_eq!(english::message(message.id, &message.arguments), sentence);
        }
    }

    proptest::proptest! {
        /// Proves: amount-round-trip
        #[test]
        fn written_amount_is_read_back(minor in 1..=super::largest(0), locale in 0_usize..6, currency in 0_usize..4) {
            let locale = [ENGLISH, GERMAN, FRENCH, SWISS, ARABIC, CAPE_VERDE][locale];
            let currency = ["EUR", "JPY", "KWD", "CLF"][currency];
            let money = Money { amount: minor, currency: currency.into() };
            proptest::prop_assert_eq!(parse(&(locale.write)(&money), currency, locale), Ok(minor));
        }

        #[test]
        fn never_panics_on_text(text in "[0-9.,' $€A-z\u{200b}-\u{200f}\u{660}-\u{66c}-]{0,24}") {
            for locale in [ENGLISH, ARABIC, CAPE_VERDE] {
                if let Ok(minor) = parse(&text, "EUR", locale) {
                    proptest::prop_assert!((1..=largest(2)).contains(&minor));
                }
            }
        }
    }
}
