//! Which transfers are looked for.

use std::ops::Range;

use super::money::minor_digits;
use super::movement::{Direction, Movement};

/// What the transfers of a list have in common.
#[derive(Debug, Clone)]
pub(crate) struct TransferFilter {
    pub(crate) words: SearchWords,
    pub(crate) direction: Option<Direction>,
    /// Unix seconds: not before the start, and before the end.
    pub(crate) booked_at: Range<i64>,
}

impl TransferFilter {
    /// Whether it passes everything.
    pub(super) fn is_empty(&self) -> bool {
        self.words.0.is_empty() && self.direction.is_none() && self.booked_at == (i64::MIN..i64::MAX)
    }

    pub(super) fn passes(&self, movement: &Movement) -> bool {
        self.booked_at.contains(&movement.booked_at)
            && self.direction.is_none_or(|direction| direction == movement.direction())
            && self.words.match_movement(movement)
    }
}

/// Words that are all in a transfer: in the other side's name, also as the payer wrote it, in its IBAN, in the reference, or in
/// the amount. The case of
/// letters does not matter. In Rust and not in SQL, because databases fold letters differently, and SQLite only those of ASCII.
#[derive(Debug, Clone, Default)]
pub(crate) struct SearchWords(Vec<String>);

impl From<&str> for SearchWords {
    fn from(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }
}

impl SearchWords {
    fn match_movement(&self, movement: &Movement) -> bool {
        let iban = movement.counterparty.iban.as_deref().unwrap_or_default();
        let reference = movement.reference.as_deref().unwrap_or_default();
        let confirmed = movement.confirmed_name().payee_name.unwrap_or_default();
        let text = [&movement.counterparty.holder, &confirmed, iban, reference].join("\n").to_lowercase();
        let amount = decimal(movement.amount, movement.currency.as_str());
        self.0.iter().all(|word| text.contains(word.as_str()) || is_amount(word, &amount))
    }
}

/// As in `1234.50`.
fn decimal(amount: i64, currency: &str) -> String {
    let digits = minor_digits(currency).unwrap_or(2) as usize;
    let text = format!("{:0>width$}", amount.abs(), width = digits + 1);
    let (major, minor) = text.split_at(text.len() - digits);
    if minor.is_empty() { major.to_owned() } else { format!("{major}.{minor}") }
}

/// Whether people write this amount so: grouped or not, with a comma or a point, without decimals that are zero.
fn is_amount(word: &str, amount: &str) -> bool {
    let (major, minor) = amount.split_once('.').unwrap_or((amount, ""));
    let is_whole = || minor.bytes().all(|digit| digit == b'0') && is_grouped(word, major);
    let has_decimals = |(whole, decimals)| !minor.is_empty() && decimals == minor && is_grouped(whole, major);
    is_whole() || word.rsplit_once(['.', ',']).is_some_and(has_decimals)
}

/// Whether the digits are these, in one group or several: three digits at the end of an amount, two or three elsewhere.
fn is_grouped(word: &str, digits: &str) -> bool {
    let groups: Vec<_> = word.split(['.', ',', '\'', '’']).collect();
    let fits = groups.iter().skip(1).all(|group| matches!(group.len(), 2 | 3));
    let ends_in_three = groups.len() == 1 || groups.last().is_some_and(|group| group.len() == 3);
    fits && ends_in_three && groups.concat() == digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::checked_name::RecordedName;
    use crate::ledger::money::Currency;
    use crate::ledger::movement::Counterparty;

    fn movement(amount: i64, currency: &str) -> Movement {
        Movement {
            transfer_id: None,
            booking: 1,
            amount: -amount,
            currency: Currency::parse(currency).unwrap(),
            counterparty: Counterparty {
                iban: Some("DE89370400440532013000".into()),
                holder: "Jürgen Öztürk".into(),
            },
            reference: Some("Miete MÄRZ".into()),
            name: RecordedName { payee_name: Some("Juergen O.".into()), ..RecordedName::default() },
            booked_at: 0,
            balance_after: 0,
        }
    }

    #[test]
    fn words_are_found_in_name_iban_and_reference_in_any_case() {
        for (text, is_match) in [
            ("", true),
            ("  ", true),
            ("jürgen", true),
            ("juergen", true),
            ("JÜRGEN öZTÜRK", true),
            ("öztürk märz", true),
            ("de89 3704", true),
            ("de893704", true),
            ("miete april", false),
            ("jurgen", false),
        ] {
            assert_eq!(SearchWords::from(text).match_movement(&movement(1, "EUR")), is_match, "{text}");
        }
    }

    #[test]
    fn amounts_are_found_as_people_write_them() {
        for (amount, currency, found, not_found) in [
            (
                123_450,
                "EUR",
                ["1234.50", "1234,50", "1,234.50", "1.234,50", "1'234.50"],
                ["1234", "234.50", "1234.5"],
            ),
            (123_400, "EUR", ["1234", "1,234", "1.234", "1234.00", "1.234,00"], ["123400", "1234.", "12.34"]),
            (
                12_345_600,
                "INR",
                ["1,23,456", "123456", "1,23,456.00", "123,456", "123456,00"],
                ["1,234,56", "12,3456", "123"],
            ),
            (
                100_000_000,
                "EUR",
                ["1'000'000", "1000000.00", "1.000.000,00", "1,000,000", "10,00,000"],
                ["1000", "1,0000,00", "1.000"],
            ),
            (5, "EUR", ["0.05", "0,05", "0.05", "0.05", "0.05"], ["5", "0", "05"]),
            (1250, "JPY", ["1250", "1,250", "1.250", "1'250", "1’250"], ["12.50", "1250.00", "125"]),
            (1250, "KWD", ["1.250", "1,250", "1.250", "1.250", "1.250"], ["1250", "1.25", "12.50"]),
        ] {
            let mut movement = movement(amount, currency);
            movement.counterparty.iban = None;
            for word in found {
                assert!(SearchWords::from(word).match_movement(&movement), "{word} in {amount} {currency}");
            }
            for word in not_found {
                assert!(!SearchWords::from(word).match_movement(&movement), "{word} in {amount} {currency}");
            }
        }
    }
}
