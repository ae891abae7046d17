//! What became of an order, as whoever lost the answer asks. "There is no such transfer" is believed, and another one is
//! made: so it is a decision like the others. It is in the books before it is told, and the id is never paid afterwards.
//!
//! That also settles what nobody can know. A commit that failed may still reach the disk, until the next one is written
//! over it or the books are opened anew: so nothing is told before a commit has succeeded after it.

use uuid::Uuid;

use super::query::{TRANSFER, TransferRow};
use super::sql::{Connection, PATIENCE, Pool, values};
use super::{Customer, Ledger, LedgerError, Transfer};

/// What became of an order.
#[derive(Debug)]
pub(crate) enum TransferStatus {
    /// It was carried out.
    Made(Box<Transfer>),
    /// It is being decided.
    Undecided,
    /// It was not carried out, and will not be.
    NotMade,
}

/// Unless there is an order: one that was refused has its decision, and somebody else's id is not this customer's.
const RETIRE: &str = "INSERT INTO retired_keys (id, issuer, subject, retired_at)
     SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM orders WHERE id = $1)
     ON CONFLICT DO NOTHING";

impl Ledger {
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
        let undecided = self.counter.is_undecided(id);
        let id = id.to_string();
        let made: Option<TransferRow> = self.reader.optional(TRANSFER, values![&id]).await?;
        if let Some(row) = made {
            return Ok(TransferStatus::Made(Box::new(row.into())));
        }
        if undecided {
            return Ok(TransferStatus::Undecided);
        }
        let retire = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            if let super::sql::Tx::Postgres(_) = tx {
                // Another bank may be deciding the order. Then it holds this lock until that is committed.
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
        let done = self.writing_connections().connect().await?.within(PATIENCE, retire).await;
        self.health.note_write(done.as_ref().err());
        Ok(done?.map_or(TransferStatus::NotMade, |row| TransferStatus::Made(Box::new(row.into()))))
    }

    /// For what is written beside the orders. In PostgreSQL it may have to wait for an account's lock, and must not keep the
    /// orders waiting; a file has one writer.
    fn writing_connections(&self) -> &Pool {
        match self.writer {
            Pool::File(_) | Pool::Memory(_) => &self.writer,
            Pool::Postgres(_) => &self.reader,
        }
    }

    /// Whether the books can be read, and written: after a failure this is tried.
    pub(crate) async fn check_health(&self, now: i64) -> Result<(), LedgerError> {
        self.reader.optional::<(i64,)>("SELECT id FROM accounts LIMIT 1", &[]).await?;
        if self.health.last_write_succeeded() {
            return Ok(());
        }
        let probe = async |connection: &mut Connection| {
            let mut tx = connection.begin().await?;
            let sql = "INSERT INTO probes (id, probed_at) VALUES (1, $1)
                       ON CONFLICT (id) DO UPDATE SET probed_at = excluded.probed_at";
            tx.run(sql, values![now]).await?;
            Ok(tx.commit().await?)
        };
        let done = self.writing_connections().connect().await?.within(PATIENCE, probe).await;
        self.health.note_write(done.as_ref().err());
        done
    }
}
