//! Customers by number, each with an account.

use fastrand::Rng;

/// A customer's `sub`.
pub fn subject(customer: usize) -> String {
    format!("customer|{customer}")
}

/// A customer's IBAN: a German one with the number as the account's, and right check digits (ISO 7064, MOD 97-10).
pub fn iban(customer: usize) -> String {
    // D and E are 13 and 14.
    let number = customer as u128 * 1_000_000 + 131_400;
    format!("DE{:02}{customer:018}", 98 - number % 97)
}

/// Their accounts as the bank's `--account` takes them.
pub fn accounts(customers: usize, balance: i64) -> Vec<String> {
    (0..customers).map(|n| format!("{};Customer {n};{balance};EUR;{}", iban(n), subject(n))).collect()
}

/// A UUID from this generator (RFC 9562, section 5.4).
pub fn uuid(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_have_valid_check_digits() {
        // The German example of the IBAN registry.
        assert_eq!(iban(370_400_440_532_013_000), "DE89370400440532013000");
        assert_eq!(iban(7).len(), 22);
        assert_ne!(iban(1), iban(2));
    }
}
