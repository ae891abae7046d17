//! What became of an order, as whoever lost the answer asks. "There is no such transfer" is believed, and another one is
//! made: so it is a decision like the others. It is in the books before it is told, and the id is never paid afterwards.
//!
//! That also settles what nobody can know. A commit that failed may still reach the disk, until the next one is written
//! over it or the books are opened anew: so nothing is told before a commit has succeeded after it. For the same reason all
//! of this, what was found too, comes from a connection that writes.

use uuid::Uuid;

use super::query::{TRANSFER, TransferRow};
use super::sql::{Connection, PATIENCE, Tx, values};
use super::{Customer, Ledger, LedgerError, Transfer};

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

/// Whether somebody was told so before.
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
        // Before the books are read: what is decided after this look is found in them.
        let is_undecided = self.counter.is_undecided(id);
        let text = id.to_string();
        let values = values![&text, &customer.issuer, &customer.subject];
        let is_known = self.reader.optional::<TransferRow>(TRANSFER, values![&text]).await?.is_some()
            || self.reader.optional::<(i64,)>(RETIRED, values).await?.is_some();
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
        let id = id.to_string();
        let look = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            if let Tx::Postgres(..) = tx {
                // Another bank may be deciding the order. Then it holds this lock until that is committed. And a lock is
                // written down, so that the commit of this transaction waits for the standby: a server that has started
                // anew shows what the standby does not have yet.
                let lock = "SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE";
                tx.optional::<(i64,)>(lock, values![account]).await?;
            }
            let mut status = TransferStatus::NotYetMade;
            if let Some(row) = tx.optional::<TransferRow>(TRANSFER, values![&id]).await? {
                status = TransferStatus::Made(Box::new(row.into()));
            } else if let Some(now) = retired_at {
                tx.run(RETIRE, values![&id, &customer.issuer, &customer.subject, now]).await?;
                status = TransferStatus::NotMade;
            } else if tx
                .optional::<(i64,)>(RETIRED, values![&id, &customer.issuer, &customer.subject])
                .await?
                .is_some()
            {
                status = TransferStatus::NotMade;
            }
            tx.commit().await?;
            Ok(status)
        };
        self.write(look).await
    }

    /// Does what is written beside the orders.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let written = async { self.beside.connect().await?.within(PATIENCE, work).await }.await;
        self.health.note_write(written.as_ref().err());
        written
    }

    /// Whether the books can be read and written. The second is tried, unless it has just been shown or tried.
    pub(crate) async fn check_health(&self, now: i64) -> Result<(), LedgerError> {
        self.reader.optional::<(i64,)>("SELECT id FROM accounts LIMIT 1", &[]).await?;
        if self.health.is_fresh() {
            return Ok(());
        }
        // Whoever asks at the same time waits for the same answer.
        let _one_at_a_time = self.health.probe().await;
        if self.health.is_fresh() {
            return Ok(());
        }
        if self.health.has_just_failed() {
            return Err(sqlx::Error::PoolTimedOut.into());
        }
        let probe = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            let sql = "INSERT INTO probes (id, probed_at) VALUES (1, $1)
                       ON CONFLICT (id) DO UPDATE SET probed_at = excluded.probed_at";
            tx.run(sql, values![now]).await?;
            Ok(tx.commit().await?)
        };
        self.write(probe).await
    }
}
