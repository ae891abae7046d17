//! The status of an order, for a client that lost the response. After "there is no such transfer" it makes another one: so this
//! is a decision like the others. It is committed before the response, and the id is never paid afterwards.
//!
//! The commit also settles earlier ones. A commit that failed may still reach the disk, until the next one overwrites it or
//! the database is opened anew: so every status is read in a transaction that writes, and sent after its commit.

use uuid::Uuid;

use super::account::Customer;
use super::error::LedgerError;
use super::handle::Ledger;
use super::locks;
use super::store::{Connection, SqlValue};
use super::transfer::{self, Transfer};

#[derive(Debug)]
pub(crate) enum TransferStatus {
    Made(Box<Transfer>),
    Undecided,
    /// It was not carried out so far.
    NotYetMade,
    /// It was not carried out, and will not be.
    NotMade,
}

/// Unless there is an order: a refused one has its decision, and another customer's id cannot be retired.
const RETIRE: &str = "INSERT INTO retired_keys (id, issuer, subject, retired_at)
     SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM orders WHERE id = $1)
     ON CONFLICT DO NOTHING";

const RETIRED: &str = "SELECT retired_at FROM retired_keys WHERE id = $1 AND issuer = $2 AND subject = $3";

impl Ledger {
    /// The transfer with this id, of any customer, or whether the id is retired for this one. Where there is neither, there
    /// may be a transfer later.
    pub(crate) async fn preliminary_status(
        &self,
        id: Uuid,
        customer: &Customer,
        account: i64,
    ) -> Result<TransferStatus, LedgerError> {
        // Before the database is read: what is decided after this is found there.
        let is_undecided = self.queue.has(|request| request.order.id == id);
        let text = id.to_string();
        let [id_value, issuer, subject] = [&text, &customer.issuer, &customer.subject].map(SqlValue::from);
        let reader = &self.store.reader;
        let transfer: Option<Transfer> = reader.fetch_optional(transfer::BY_ID, &[id_value]).await?;
        let is_known =
            transfer.is_some() || reader.fetch_number(RETIRED, &[id_value, issuer, subject]).await?.is_some();
        match is_known {
            true => self.settled_status(id, customer, account, None).await,
            false if is_undecided => Ok(TransferStatus::Undecided),
            false => Ok(TransferStatus::NotYetMade),
        }
    }

    /// The same, and where there is no transfer, none will be made.
    pub(crate) async fn final_status(
        &self,
        id: Uuid,
        customer: &Customer,
        account: i64,
        now: i64,
    ) -> Result<TransferStatus, LedgerError> {
        match self.preliminary_status(id, customer, account).await? {
            TransferStatus::NotYetMade => self.settled_status(id, customer, account, Some(now)).await,
            known => Ok(known),
        }
    }

    /// A status that no failure of a disk or a server can change. With a time, an id without an order is retired.
    async fn settled_status(
        &self,
        id: Uuid,
        customer: &Customer,
        account: i64,
        retired_at: Option<i64>,
    ) -> Result<TransferStatus, LedgerError> {
        let read = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            // Another bank may be deciding the order. Then it holds this lock until that is committed. And the commit after
            // a lock waits for the standby: a server that was restarted shows what the standby does not have yet.
            locks::lock_account(&mut tx, account).await?;
            let text = id.to_string();
            let [id_value, issuer, subject] =
                [&text, &customer.issuer, &customer.subject].map(SqlValue::from);
            let status = if let Some(transfer) = transfer::find(&mut tx, id).await? {
                TransferStatus::Made(Box::new(transfer))
            } else if let Some(now) = retired_at {
                tx.execute(RETIRE, &[id_value, issuer, subject, now.into()]).await?;
                TransferStatus::NotMade
            } else if tx.fetch_number(RETIRED, &[id_value, issuer, subject]).await?.is_some() {
                TransferStatus::NotMade
            } else {
                TransferStatus::NotYetMade
            };
            tx.commit().await?;
            Ok(status)
        };
        self.write_beside(read).await
    }

    /// Whether the database can be read and written. A write is tried, unless one has just succeeded or failed.
    pub(crate) async fn check_health(&self, now: i64) -> Result<(), LedgerError> {
        self.store.reader.fetch_number("SELECT id FROM accounts LIMIT 1", &[]).await?;
        if self.health.has_just_succeeded() {
            return Ok(());
        }
        // Concurrent callers wait for the same result.
        let _one_at_a_time = self.health.lock_probe().await;
        if self.health.has_just_succeeded() {
            return Ok(());
        }
        if self.health.has_just_failed() {
            return Err(sqlx::Error::PoolTimedOut.into());
        }
        let probe = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            let sql = "INSERT INTO probes (id, probed_at) VALUES (1, $1)
                       ON CONFLICT (id) DO UPDATE SET probed_at = excluded.probed_at";
            tx.execute(sql, &[now.into()]).await?;
            Ok(tx.commit().await?)
        };
        self.write_beside(probe).await
    }
}
