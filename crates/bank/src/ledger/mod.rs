//! The books: accounts, double-entry postings, decided orders, spent tokens. All SQL of the bank is in this room.
//!
//! - `sql`: one way to talk to both databases; `sqlite`, `postgres`: connections, locks, schemas, and what else differs.
//!   `lent`: connections that are given up when nothing comes from them.
//! - `open`: an audit, and the accounts that must exist.
//! - `order`: what a customer orders, and the rules that need no database.
//! - `decide`: orders in one transaction: replay, spend, decide, book, record. `situation`, `record`: what is read for it,
//!   and what is written. `group`: which orders share a transaction.
//! - `status`: what became of an order. `health`: can the books be written?
//! - `account`, `query`: reading. `lookup`: many accounts with one question. `audit`: do the books still balance?
//! - `money`, `iban`, `reference`: the words of the trade.

mod account;
mod audit;
mod decide;
mod group;
mod health;
mod iban;
mod lent;
mod lookup;
mod money;
mod open;
mod order;
mod postgres;
mod query;
mod record;
mod reference;
#[cfg(test)]
mod silence;
mod situation;
mod sql;
mod sqlite;
mod status;

use std::sync::Arc;

use serde::Serialize;

pub(crate) use account::{Account, Customer};
pub(crate) use decide::{Decision, Outcome, SingleUse};
pub use iban::{Country, Iban, IbanError};
pub(crate) use money::minor_digits;
pub use money::{Currency, MAX_MINOR, Money};
pub(crate) use order::{Order, Refusal};
pub(crate) use query::{Direction, Entry, Movement};
pub(crate) use status::TransferStatus;

/// The books of the bank. Cheap to clone; all clones share the same connections.
#[derive(Debug, Clone)]
pub struct Ledger {
    writer: sql::Pool,
    reader: sql::Pool,
    /// For what is written beside the orders. In PostgreSQL it may have to wait for an account's lock or a standby, and keeps
    /// neither orders nor readers waiting; a file has one writer.
    beside: sql::Pool,
    /// Where decisions wait for a writer.
    counter: Arc<group::Counter>,
    /// Where those wait who ask for an account.
    lookups: lookup::Lookups,
    health: health::Health,
}

/// One end of a transfer, as the other end may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Party {
    pub(crate) iban: String,
    pub(crate) holder: String,
}

/// A transfer that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// The UUID the client chose, hyphenated, in small letters.
    pub(crate) id: String,
    /// The number people read to each other on the phone.
    pub(crate) number: String,
    pub(crate) payer: Party,
    pub(crate) payee: Party,
    pub(crate) amount: Money,
    pub(crate) reference: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// What the payer had left.
    pub(crate) balance_after: Money,
}

/// Why the books did not answer.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The PostgreSQL server cannot be used.
    #[error("the database cannot be used")]
    Postgres(#[from] database_setup::postgres::PostgresError),
    /// The schema could not be brought up to date.
    #[error("the schema of the database cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The books do not balance: they were changed by something other than this program.
    #[error("the books do not balance: {finding}")]
    Damaged {
        /// What the audit found.
        finding: String,
    },
    /// A stored answer cannot be read: it was written by another version.
    #[error("the stored answer to order {id} cannot be read")]
    StoredAnswer {
        /// The order.
        id: String,
    },
    /// The database answered something else than it was asked.
    #[error("the database did not answer what it was asked")]
    Answer,
    /// A sum is beyond what the books can hold.
    #[error("an amount is beyond what the books can hold")]
    Overflow,
    /// The transaction failed that this decision was a part of, with others.
    #[error(transparent)]
    Group(Arc<LedgerError>),
    /// Nobody waits for the decision any more, so none was made.
    #[error("nobody waits for this decision any more")]
    Left,
    /// The books are closed.
    #[error("the books are closed")]
    Closed,
}

impl LedgerError {
    /// Whether the database has not answered, not in time, or not with what it was asked because it cannot read or write at
    /// present. What was asked of it may have been done or not, and may still come to be.
    pub(crate) fn is_away(&self) -> bool {
        use sqlx::Error::{Io, PoolTimedOut, Protocol, Tls};
        match self {
            // What a proxy says whose server has gone is no word of PostgreSQL's protocol.
            Self::Database(Io(_) | Tls(_) | Protocol(_) | PoolTimedOut) => true,
            Self::Database(error) => sqlite::is_away(error) || postgres::is_away(error),
            Self::Group(error) => error.is_away(),
            _ => false,
        }
    }

    /// Whether another transaction has had an account for too long.
    pub(crate) fn is_locked_out(&self) -> bool {
        match self {
            Self::Database(error) => postgres::is_locked_out(error),
            Self::Group(error) => error.is_locked_out(),
            _ => false,
        }
    }
}

impl Ledger {
    fn new(writer: sql::Pool, reader: sql::Pool, beside: sql::Pool, writers: usize) -> Self {
        let health = health::Health::default();
        let counter = Arc::new(group::Counter::open(&writer, writers, &health));
        let lookups = lookup::Lookups::new(reader.clone());
        Self { writer, reader, beside, counter, lookups, health }
    }

    /// Decides an order, at most once. When this is answered, the decision is on the disk.
    pub(crate) async fn decide(
        &self,
        order: &Order,
        token: &SingleUse,
        now: i64,
    ) -> Result<Decision, LedgerError> {
        self.counter.decide(decide::Job { order: order.clone(), token: token.clone(), now }).await
    }

    /// Waits for what is under way and closes the connections.
    pub(crate) async fn close(&self) {
        self.counter.close().await;
        self.reader.close().await;
        self.beside.close().await;
        self.writer.close().await;
    }
}
