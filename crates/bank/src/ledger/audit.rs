//! Do the books still balance? Asked at every start, and by tests after whatever they did.

use super::{Ledger, LedgerError};

impl Ledger {
    /// The sum over all postings, in minor units: zero in sound books, whatever was transferred.
    pub async fn postings_sum(&self) -> Result<i64, LedgerError> {
        self.number("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM postings").await
    }

    /// How many transfers were carried out.
    pub async fn transfer_count(&self) -> Result<i64, LedgerError> {
        self.number("SELECT count(*) FROM transfers").await
    }

    /// How many tokens have been spent.
    pub async fn spent_token_count(&self) -> Result<i64, LedgerError> {
        self.number("SELECT count(*) FROM spent_tokens").await
    }

    /// Checks the books as a whole; the triggers of the schema have checked every single entry.
    pub async fn audit(&self) -> Result<(), LedgerError> {
        let checks = [
            ("the postings of a currency do not sum to zero", UNBALANCED),
            ("a booking does not have exactly two postings that sum to zero", INCOMPLETE),
            ("an account's balance is not the sum of its postings", BROKEN_CHAIN),
            ("a customer account is below zero", OVERDRAWN),
            ("a transfer has no decided order, or an order marked as carried out no transfer", UNRECORDED),
        ];
        for (finding, sql) in checks {
            let found = self.number(sql).await?;
            if found != 0 {
                return Err(LedgerError::Damaged { finding: format!("{finding} ({found} found)") });
            }
        }
        Ok(())
    }

    async fn number(&self, sql: &'static str) -> Result<i64, LedgerError> {
        let (number,): (i64,) = self.reader.one(sql, &[]).await?;
        Ok(number)
    }
}

const UNBALANCED: &str = "SELECT count(*) FROM (
    SELECT 1 FROM postings p JOIN accounts a ON a.id = p.account_id GROUP BY a.currency HAVING sum(p.amount) <> 0) AS found";

const INCOMPLETE: &str = "SELECT count(*) FROM (
    SELECT 1 FROM bookings b LEFT JOIN postings p ON p.booking_id = b.id
    GROUP BY b.id HAVING count(p.account_id) <> 2 OR sum(p.amount) <> 0) AS found";

const BROKEN_CHAIN: &str = "SELECT count(*) FROM accounts a
    WHERE coalesce((SELECT sum(amount) FROM postings WHERE account_id = a.id), 0) <> coalesce(
        (SELECT balance_after FROM postings WHERE account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0)";

const OVERDRAWN: &str = "SELECT count(*) FROM postings p JOIN accounts a ON a.id = p.account_id
    WHERE a.kind = 'customer' AND p.balance_after < 0";

const UNRECORDED: &str = "SELECT
    (SELECT count(*) FROM transfers t WHERE NOT EXISTS
        (SELECT 1 FROM orders o WHERE o.id = t.id AND o.refusal IS NULL))
  + (SELECT count(*) FROM orders o WHERE o.refusal IS NULL AND NOT EXISTS
        (SELECT 1 FROM transfers t WHERE t.id = o.id))";
