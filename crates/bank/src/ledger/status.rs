//! What became of an order, for a client that lost the answer. It believes "there is no such transfer" and makes another one:
//! so this is a decision like the others. It is in the database before it is told, and the id is never paid afterwards.
//!
//! That also settles what nobody can know. A commit that failed may still reach the disk, until the next one overwrites it or
//! the database is opened anew: so nothing is told before a commit has succeeded after it. For the same reason all of this,
//! what was found too, comes from a connection that writes.

use uuid::Uuid;

use super::account::Customer;
use super::error::LedgerError;
use super::handle::Ledger;
use super::locks;
use super::store::{Connection, QUERY_TIMEOUT, Transaction};
use super::transfer::{self, Transfer, TransferRow};

/// What became of an order.
#[derive(Debug)]
pub(crate) enum TransferStatus {
    /// It was carried out.
    Made(Box<Transfer>),
    /// It is being decided.
    Undecided,
    /// It was not carried out so far.
    NotYetMade,
    /// It was not carried out, and will not be.
    NotMade,
}

/// Unless there is an order: one that was refused has its decision, and somebody else's id is not this customer's.
const RETIRE: &str = "INSERT INTO retired_keys (id, issuer, subject, retired_at)
     SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM orders WHERE id = $1)
     ON CONFLICT DO NOTHING";

/// Whether the customer was told so before.
const RETIRED: &str = "SELECT retired_at FROM retired_keys WHERE id = $1 AND issuer = $2 AND subject = $3";

impl Ledger {
    /// The transfer with this id, whoever made it, and whether none will be made with it for this customer. Where there is
    /// none, there may be one later.
    pub(crate) async fn preliminary_status(
        &self,
        id: Uuid,
        customer: &Customer,
        account: i64,
    ) -> Result<TransferStatus, LedgerError> {
        // Before the database is read: what is decided after this look is found there.
        let is_undecided = self.queue.is_undecided(id);
        let text = id.to_string();
        let values = [&text, &customer.issuer, &customer.subject].map(Into::into);
        let transfer: Option<TransferRow> =
            self.store.reader.fetch_optional(transfer::BY_ID, &[(&text).into()]).await?;
        let is_known =
            transfer.is_some() || self.store.reader.fetch_number(RETIRED, &values).await?.is_some();
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

    /// What no failure of a disk or a server can make untrue. With a time, an id without an order is retired.
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
            let status = match (transfer::find(&mut tx, id).await?, retired_at) {
                (Some(transfer), _) => TransferStatus::Made(Box::new(transfer)),
                (None, Some(now)) => {
                    retire(&mut tx, id, customer, now).await?;
                    TransferStatus::NotMade
                }
                (None, None) if is_retired(&mut tx, id, customer).await? => TransferStatus::NotMade,
                (None, None) => TransferStatus::NotYetMade,
            };
            tx.commit().await?;
            Ok(status)
        };
        self.write_beside(read).await
    }

    /// Does what is written beside the orders.
    async fn write_beside<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let pool = &self.store.side_writer;
        let written = async { pool.acquire().await?.work_within(QUERY_TIMEOUT, work).await }.await;
        self.health.note_write(written.as_ref().err());
        written
    }

    /// Whether the database can be read and written. The second is tried, unless it has just been shown or tried.
    pub(crate) async fn check_health(&self, now: i64) -> Result<(), LedgerError> {
        self.store.reader.fetch_number("SELECT id FROM accounts LIMIT 1", &[]).await?;
        if self.health.has_just_succeeded() {
            return Ok(());
        }
        // Whoever asks at the same time waits for the same answer.
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

async fn retire(
    tx: &mut Transaction<'_>,
    id: Uuid,
    Customer { issuer, subject }: &Customer,
    now: i64,
) -> Result<(), sqlx::Error> {
    let id = id.to_string();
    tx.execute(RETIRE, &[(&id).into(), issuer.into(), subject.into(), now.into()]).await
}

async fn is_retired(
    tx: &mut Transaction<'_>,
    id: Uuid,
    Customer { issuer, subject }: &Customer,
) -> Result<bool, sqlx::Error> {
    let id = id.to_string();
    let retired_at = tx.fetch_number(RETIRED, &[(&id).into(), issuer.into(), subject.into()]).await?;
    Ok(retired_at.is_some())
}
