//! Checks that the books balance. The triggers of the schema check every entry; this finds changes that bypassed them.
//!
//! A bank that opens looks at what was booked since the last audit, so that opening does not take longer each year.
//! [`Ledger::audit`] looks at everything.

use std::time::Duration;

use super::error::LedgerError;
use super::handle::{Ledger, with_write_timeout};
use super::locks::lock_bookings;
use super::store::SqlValue;

impl Ledger {
    /// The sum over all postings, in minor units: zero in sound books, whatever was transferred.
    pub async fn postings_sum(&self) -> Result<i64, LedgerError> {
        self.number("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM postings", &[]).await
    }

    pub async fn transfer_count(&self) -> Result<i64, LedgerError> {
        self.number("SELECT count(*) FROM transfers", &[]).await
    }

    pub async fn spent_token_count(&self) -> Result<i64, LedgerError> {
        self.number("SELECT count(*) FROM spent_tokens", &[]).await
    }

    /// Checks all bookings. It takes longer the more there are.
    pub async fn audit(&self) -> Result<(), LedgerError> {
        let whole = [
            ("the balances of a currency do not sum to zero", UNBALANCED),
            ("an order is marked as carried out and has no transfer", UNDONE),
            ("an order has been decided and has not spent exactly one token", UNSPENT),
            ("a customer was told that there is no transfer, and there is an order", RETIRED),
        ];
        for (finding, sql) in whole {
            ensure_none(finding, self.number(sql, &[]).await?)?;
        }
        self.audit_after(0).await
    }

    /// Checks what was booked since the last audit, and remembers how far it came.
    pub(super) async fn audit_since_last(&self) -> Result<(), LedgerError> {
        let since = self.number("SELECT coalesce(max(booking_id), 0) FROM audits", &[]).await?;
        let last = with_write_timeout(self.last_booking()).await?;
        self.audit_after(since).await?;
        if last > since {
            with_write_timeout(self.remember_audit(last)).await?;
        }
        Ok(())
    }

    async fn remember_audit(&self, last: i64) -> Result<(), LedgerError> {
        let mut tx = self.store.writer.begin().await?;
        let sql = "INSERT INTO audits (booking_id) VALUES ($1) ON CONFLICT DO NOTHING";
        tx.execute(sql, &[last.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// The last booking of all that will ever be below it: none with a smaller number is still uncommitted.
    async fn last_booking(&self) -> Result<i64, LedgerError> {
        let mut tx = self.store.writer.begin().await?;
        lock_bookings(&mut tx).await?;
        let last = tx.fetch_number("SELECT coalesce(max(id), 0) FROM bookings", &[]).await?;
        tx.commit().await?;
        last.ok_or(LedgerError::UnexpectedRows)
    }

    async fn audit_after(&self, booking: i64) -> Result<(), LedgerError> {
        let checks = [
            ("a booking does not have exactly its two postings", INCOMPLETE),
            ("a posting does not continue the balance of its account", BROKEN_CHAIN),
            ("a customer account was below zero", OVERDRAWN),
            ("a transfer is not in the books as a booking and a decided order", UNRECORDED),
        ];
        for (finding, sql) in checks {
            ensure_none(finding, self.number(sql, &[booking.into()]).await?)?;
        }
        Ok(())
    }

    /// Without a timeout, because an audit can take long.
    async fn number(&self, sql: &'static str, values: &[SqlValue<'_>]) -> Result<i64, LedgerError> {
        let rows: Vec<(i64,)> = self.store.reader.fetch_all_within(Duration::MAX, sql, values).await?;
        rows.first().map(|(number,)| *number).ok_or(LedgerError::UnexpectedRows)
    }
}

fn ensure_none(finding: &str, found: i64) -> Result<(), LedgerError> {
    if found == 0 {
        Ok(())
    } else {
        Err(LedgerError::Damaged { finding: format!("{finding} ({found} found)") })
    }
}

const UNBALANCED: &str = "SELECT count(*) FROM (
    SELECT 1 FROM accounts a GROUP BY a.currency HAVING sum(coalesce((SELECT balance_after FROM postings
        WHERE account_id = a.id ORDER BY booking_id DESC LIMIT 1), 0)) <> 0) AS found";

const UNDONE: &str = "SELECT count(*) FROM orders o
    WHERE o.refusal IS NULL AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t.id = o.id)";

/// Without its row a token could pay for another order. The index does not have the row either, so both tables are compared.
const UNSPENT: &str = "SELECT count(*) FROM (
    SELECT o.id FROM orders o LEFT JOIN spent_tokens s ON s.order_id = o.id GROUP BY o.id HAVING count(s.order_id) <> 1) AS found";

const RETIRED: &str = "SELECT count(*) FROM retired_keys r
    JOIN orders o ON o.id = r.id AND o.issuer = r.issuer AND o.subject = r.subject";

const INCOMPLETE: &str = "SELECT count(*) FROM bookings b WHERE b.id > $1 AND (
    2 <> (SELECT count(*) FROM postings WHERE booking_id = b.id)
    OR NOT EXISTS (SELECT 1 FROM postings
        WHERE account_id = b.from_account AND booking_id = b.id AND amount = -b.amount)
    OR NOT EXISTS (SELECT 1 FROM postings
        WHERE account_id = b.to_account AND booking_id = b.id AND amount = b.amount))";

const BROKEN_CHAIN: &str = "SELECT count(*) FROM postings p
    WHERE p.booking_id > $1 AND p.balance_after <> p.amount + coalesce((SELECT balance_after FROM postings
        WHERE account_id = p.account_id AND booking_id < p.booking_id ORDER BY booking_id DESC LIMIT 1), 0)";

const OVERDRAWN: &str = "SELECT count(*) FROM postings p JOIN accounts a ON a.id = p.account_id
    WHERE p.booking_id > $1 AND p.balance_after < 0 AND a.kind = 'customer'";

const UNRECORDED: &str = "SELECT
    (SELECT count(*) FROM transfers t WHERE t.booking_id > $1 AND NOT EXISTS
        (SELECT 1 FROM orders o WHERE o.id = t.id AND o.refusal IS NULL))
  + (SELECT count(*) FROM bookings b WHERE b.id > $1 AND b.kind = 'transfer' AND NOT EXISTS
        (SELECT 1 FROM transfers t WHERE t.booking_id = b.id))";
