//! The locks that PostgreSQL needs. In SQLite each write transaction has the lock of the whole database.
//!
//! An account's row is its lock. A transaction takes all the locks that it needs before it reads what it decides by, in the
//! order of the accounts' ids, so that no two wait for each other. The triggers of the schema take them too.

use std::collections::HashSet;

use database_setup::postgres::SessionScope;

use super::order::TransferRequest;
use super::store::Transaction;

/// An advisory lock, the same in each bank.
const OPENING_LOCK: i64 = 0x0062_616E_6B00;

/// Locks the accounts that these orders are about, as far as they exist, and returns which these are; none in SQLite, where
/// all are locked.
pub(super) async fn lock_accounts(
    tx: &mut Transaction<'_>,
    requests: &[TransferRequest],
) -> Result<Option<HashSet<i64>>, sqlx::Error> {
    let Transaction::Postgres(tx, scope) = tx else { return Ok(None) };
    let (mut issuers, mut subjects, mut payees) = (Vec::new(), Vec::new(), Vec::new());
    for TransferRequest { order, .. } in requests {
        issuers.push(order.customer.issuer.as_str());
        subjects.push(order.customer.subject.as_str());
        payees.extend(order.check().ok().map(|iban| iban.to_string()));
    }
    // The sorting is done before the locking: rows that are locked are never changed.
    let sql = "SELECT a.id FROM accounts a WHERE a.id IN (
                   SELECT c.account_id FROM unnest($1::text[], $2::text[]) AS wanted (issuer, subject)
                       JOIN account_access c ON c.issuer = wanted.issuer AND c.subject = wanted.subject
                   UNION ALL SELECT b.id FROM unnest($3::text[]) AS wanted (iban)
                       JOIN accounts b ON b.iban = wanted.iban)
               ORDER BY a.id FOR NO KEY UPDATE OF a";
    let query = sqlx::query_scalar(sql).bind(issuers).bind(subjects).bind(payees);
    let query = query.persistent(*scope == SessionScope::Connection);
    Ok(Some(query.fetch_all(&mut **tx).await?.into_iter().collect()))
}

/// Locks one account. A row lock is written to the log, so that the commit of this transaction waits for the standby too.
pub(super) async fn lock_account(tx: &mut Transaction<'_>, id: i64) -> Result<(), sqlx::Error> {
    if let Transaction::Postgres(..) = tx {
        tx.fetch_number("SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE", &[id.into()]).await?;
    }
    Ok(())
}

/// Lets one bank at a time open accounts, until the end of the transaction.
pub(super) async fn lock_opening(tx: &mut Transaction<'_>) -> Result<(), sqlx::Error> {
    if let Transaction::Postgres(..) = tx {
        let sql = "SELECT 1::bigint FROM pg_advisory_xact_lock($1)";
        tx.fetch_number(sql, &[OPENING_LOCK.into()]).await?;
    }
    Ok(())
}

/// Waits until current bookings are committed, and lets none begin until the end of the transaction: some milliseconds.
pub(super) async fn lock_bookings(tx: &mut Transaction<'_>) -> Result<(), sqlx::Error> {
    match tx {
        Transaction::Sqlite(_) => Ok(()),
        Transaction::Postgres(..) => tx.execute("LOCK TABLE bookings IN SHARE MODE", &[]).await,
    }
}
