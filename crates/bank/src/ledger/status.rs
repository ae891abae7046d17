//! What became of an order, as whoever lost the answer asks. "There is no such transfer" is believed, and another one is
//! made: so it is a decision like the others. It is in the books before it is told, and the id is never paid afterwards.
//!
//! That also settles what nobody can know. A commit that failed may still reach the disk, until the next one is written
//! over it or the books are opened anew: so nothing is told before a commit has succeeded after it. For the same reason all
//! of this, what was found too, comes from a connection that writes.

use uuid::Uuid;

use super::query::{TRANSFER, TransferRow};
use super::sql::{Connection, PATIENCE, Pool, Tx, values};
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
    /// The same without a decision: where there is no transfer, there may be one later.
    pub(crate) async fn preliminary_status(
        &self,
        id: Uuid,
        customer: &Customer,
    ) -> Result<TransferStatus, LedgerError> {
        let is_undecided = self.counter.is_undecided(id);
        let id = id.to_string();
        if let Some(row) = self.reader.optional::<TransferRow>(TRANSFER, values![&id]).await? {
            return Ok(TransferStatus::Made(Box::new(row.into())));
        }
        if is_undecided {
            return Ok(TransferStatus::Undecided);
        }
        let values = values![&id, &customer.issuer, &customer.subject];
        let retired = self.reader.optional::<(i64,)>(RETIRED, values).await?;
        Ok(if retired.is_some() { TransferStatus::NotMade } else { TransferStatus::NotYetMade })
    }

    /// The transfer with this id, whoever made it. Where there is none, none will be made with it for this customer, whose
    /// account is `account`.
    pub(crate) async fn transfer_status(
        &self,
        id: Uuid,
        customer: &Customer,
        account: i64,
        now: i64,
    ) -> Result<TransferStatus, LedgerError> {
        // Before the books are read: what is decided after this look is found in them.
        let is_undecided = self.counter.is_undecided(id);
        let id = id.to_string();
        if is_undecided && self.reader.optional::<TransferRow>(TRANSFER, values![&id]).await?.is_none() {
            // It would be waited for as long as it takes.
            return Ok(TransferStatus::Undecided);
        }
        let look = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            if let Tx::Postgres(_) = tx {
                // Another bank may be deciding the order. Then it holds this lock until that is committed. And a lock is
                // written down, so that the commit of this transaction waits for the standby: a server that has started
                // anew shows what the standby does not have yet.
                let lock = "SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE";
                tx.optional::<(i64,)>(lock, values![account]).await?;
            }
            let made: Option<TransferRow> = tx.optional(TRANSFER, values![&id]).await?;
            if made.is_none() {
                tx.run(RETIRE, values![&id, &customer.issuer, &customer.subject, now]).await?;
            }
            tx.commit().await?;
            Ok(made)
        };
        let made = self.write(look).await?;
        Ok(made.map_or(TransferStatus::NotMade, |row| TransferStatus::Made(Box::new(row.into()))))
    }

    /// Does what is written beside the orders. In PostgreSQL it may have to wait for an account's lock, and must not keep the
    /// orders waiting; a file has one writer.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let connections = match self.writer {
            Pool::File { .. } | Pool::Memory(_) => &self.writer,
            Pool::Postgres(_) => &self.reader,
        };
        let written = async { connections.connect().await?.within(PATIENCE, work).await }.await;
        self.health.note_write(written.as_ref().err());
        written
    }

    /// Whether the books can be read and written. The second is tried, unless an order has just shown it.
    pub(crate) async fn check_health(&self, now: i64) -> Result<(), LedgerError> {
        self.reader.optional::<(i64,)>("SELECT id FROM accounts LIMIT 1", &[]).await?;
        if self.health.is_fresh() {
            return Ok(());
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
