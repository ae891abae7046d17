//! Loads accounts with one query that are asked for at the same time. It begins after all of these requests, so that no
//! balance is older than its request.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sqlx::FromRow;

use super::account::{Account, BY_CUSTOMER, BY_CUSTOMERS, Customer};
use super::batcher::{Batcher, Handler, IsAwaited};
use super::error::LedgerError;
use super::store::Pool;

/// Shorter than for orders, because later callers wait for this query too.
const LOAD_TIMEOUT: Duration = Duration::from_secs(5);

type LoadResult = Result<Option<Account>, LedgerError>;

pub(super) type AccountLoader = Batcher<AccountReader>;

#[derive(Clone)]
pub(super) struct AccountReader(pub(super) Pool);

#[derive(FromRow)]
struct AccountRow {
    key: i64,
    #[sqlx(flatten)]
    account: Account,
}

impl Handler for AccountReader {
    type Request = Customer;
    type Reply = LoadResult;
    const MAX_BATCH: usize = 256;

    async fn handle(&self, customers: &[Customer], _: &IsAwaited<'_>) -> Vec<LoadResult> {
        match self.load(customers).await {
            Ok(accounts) => accounts.into_iter().map(Ok).collect(),
            Err(error) => {
                let error = Arc::new(LedgerError::from(error));
                customers.iter().map(|_| Err(LedgerError::Batch(Arc::clone(&error)))).collect()
            }
        }
    }
}

impl AccountReader {
    /// In the order of the customers.
    async fn load(&self, customers: &[Customer]) -> Result<Vec<Option<Account>>, sqlx::Error> {
        if let [Customer { issuer, subject }] = customers {
            let values = [issuer.into(), subject.into()];
            let rows = self.0.fetch_all_within(LOAD_TIMEOUT, BY_CUSTOMER, &values).await?;
            return Ok(vec![rows.into_iter().next()]);
        }
        let mut accounts = vec![None; customers.len()];
        let pairs: Vec<_> = customers.iter().map(|it| (&it.issuer, &it.subject)).collect();
        let pairs = json!(pairs).to_string();
        let rows = self.0.fetch_all_within(LOAD_TIMEOUT, BY_CUSTOMERS, &[(&pairs).into()]).await?;
        for AccountRow { key, account } in rows {
            if let Some(slot) = usize::try_from(key).ok().and_then(|index| accounts.get_mut(index)) {
                *slot = Some(account);
            }
        }
        Ok(accounts)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;
    use postgres_for_tests::{Durability, Server};

    use database_setup::Database;

    use super::*;
    use crate::ledger::handle::Ledger;
    use crate::ledger::open::OpeningAccount;
    use crate::ledger::tests::stalled_postgres::StalledPostgres;

    /// IBANs that exist, and what is on the accounts.
    const ACCOUNTS: [(&str, &str, i64); 3] = [
        ("DE89370400440532013000", "ada", 100),
        ("GB82WEST12345698765432", "ben \"' $1 ü", 200),
        ("FR1420041010050500013M02606", "[0]", 300),
    ];

    async fn open(ledger: &Ledger, (iban, subject, balance_minor): (&str, &str, i64)) {
        let (holder, subject) = (subject.to_owned(), Some(subject.to_owned()));
        let currency = "EUR".to_owned();
        let account = OpeningAccount { iban: iban.to_owned(), holder, subject, balance_minor, currency };
        ledger.ensure_account(&account, "issuer", 0).await.unwrap();
    }

    async fn each_caller_gets_their_own_account(database: &Database) {
        let ledger = Ledger::open(database).await.unwrap();
        for account in ACCOUNTS {
            open(&ledger, account).await;
        }
        let customer =
            |issuer: &str, subject: &str| Customer { issuer: issuer.into(), subject: subject.into() };
        let mut customers = vec![customer("issuer", "nobody"), customer("another issuer", "ada")];
        // More than fit into one batch.
        for n in 0..=(2 * AccountReader::MAX_BATCH) {
            customers.push(customer("issuer", ACCOUNTS[n % ACCOUNTS.len()].1));
        }
        let accounts = join_all(customers.iter().map(|customer| ledger.account_of(customer))).await;
        for (customer, account) in customers.iter().zip(accounts) {
            let known =
                ACCOUNTS.iter().find(|known| customer.issuer == "issuer" && known.1 == customer.subject);
            let found = account
                .unwrap()
                .map(|account| (account.party.iban, account.party.holder, account.balance.amount));
            assert_eq!(found, known.map(|&(iban, subject, amount)| (iban.into(), subject.into(), amount)));
        }
        assert_eq!(ledger.loader.counts(), (0, 0), "nobody reads when nobody asks");

        // The first caller goes away, and the others are answered.
        assert!(ledger.account_of(&customers[2]).now_or_never().is_none());
        assert!(ledger.account_of(&customers[3]).await.unwrap().is_some());

        ledger.close().await;
        let refused = join_all(customers[..3].iter().map(|customer| ledger.account_of(customer))).await;
        assert!(refused.iter().all(Result::is_err), "the database is closed");
        assert_eq!(ledger.loader.counts(), (0, 0));
    }

    #[tokio::test]
    async fn each_caller_gets_their_own_account_in_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        each_caller_gets_their_own_account(&Database::File(folder.path().join("bank.sqlite"))).await;
        each_caller_gets_their_own_account(&Database::Memory).await;
    }

    #[tokio::test]
    async fn each_caller_gets_their_own_account_in_postgresql() {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        each_caller_gets_their_own_account(&server.url("books").parse().unwrap()).await;
    }

    #[tokio::test]
    async fn stalled_query_does_not_block_the_next() {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        let ledger = Ledger::open(&server.url("books").parse().unwrap()).await.unwrap();
        open(&ledger, ACCOUNTS[0]).await;
        let mut server = StalledPostgres::new(&server.url("books")).await;
        let ada = Customer { issuer: "issuer".into(), subject: "ada".into() };
        assert!(ledger.account_of(&ada).await.unwrap().is_some());

        server.stall().await;
        let began = Instant::now();
        let asked = ledger.account_of(&ada);
        assert!(tokio::time::timeout(LOAD_TIMEOUT * 2, asked).await.unwrap().is_err());
        assert!(began.elapsed() >= LOAD_TIMEOUT);
        server.resume().await;
        for _ in 0..10 {
            assert!(ledger.account_of(&ada).await.unwrap().is_some());
        }
    }
}
