//! The books: accounts, double-entry postings, decided orders, spent tokens. All SQL of the bank is in this room.
//!
//! - `open`: connections, migrations, opening accounts; `private`: the files are this user's alone.
//! - `order`: what a customer orders, and the rules that need no database.
//! - `decide`: one order, one transaction: replay, spend, decide, book, record.
//! - `account`, `query`: reading. `audit`: do the books still balance?
//! - `money`, `iban`: the words of the trade.

mod account;
mod audit;
mod decide;
mod iban;
mod money;
mod open;
mod order;
mod private;
mod query;

use serde::Serialize;

pub(crate) use account::{Account, Customer};
pub(crate) use decide::{Decision, Outcome, SingleUse};
pub use iban::{Country, Iban, IbanError};
pub use money::{Currency, MAX_MINOR, Money};
pub(crate) use order::{Order, Refusal};
pub(crate) use query::{Direction, Entry, Movement};

/// The books of the bank. Cheap to clone; all clones share the same connections.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// One connection: SQLite has one writer at a time, and queueing here is fair where its own lock is not.
    writer: open::Pool,
    reader: open::Pool,
}

type Tx = sqlx::Transaction<'static, sqlx::Sqlite>;

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
    /// A sum is beyond what the books can hold.
    #[error("an amount is beyond what the books can hold")]
    Overflow,
}

impl Ledger {
    /// Begins the one kind of write transaction there is: it takes the write lock at once, so that what it reads
    /// cannot change before it writes.
    async fn begin(&self) -> Result<Tx, LedgerError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Waits for what is under way and closes the connections.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
