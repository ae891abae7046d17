//! Accounts that are asked for at the same time are read with one question: what takes the time is not the reading but the
//! way to the database and back.
//!
//! Whoever asks first is read at once and alone; who comes meanwhile waits for the next question, and it takes all of them.
//! No question is asked before those whom it is for have come, so that nobody is told of a balance from before they asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::sql::{Pool, values};
use super::{Account, Customer, LedgerError, account};

/// How many are read with one question at most.
const MOST: usize = 256;
/// How long an answer is waited for: everybody who comes meanwhile waits too.
const PATIENCE: Duration = Duration::from_secs(5);

type Answer = Result<Option<Account>, LedgerError>;

/// Where those wait who ask for an account.
#[derive(Debug, Clone)]
pub(super) struct Lookups {
    reader: Pool,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    askers: Vec<(Customer, oneshot::Sender<Answer>)>,
    /// Somebody reads, and will come back for those who are waiting then.
    is_read: bool,
}

/// The one who reads.
struct Reading {
    lookups: Lookups,
    is_over: bool,
}

impl Drop for Reading {
    /// After a panic, those who wait are told that they will not be answered, and the next one who asks reads again.
    fn drop(&mut self) {
        if !self.is_over {
            *self.lookups.waiting() = Waiting::default();
        }
    }
}

impl Lookups {
    pub(super) fn new(reader: Pool) -> Self {
        Self { reader, waiting: Arc::default() }
    }

    /// The account that this customer may use.
    pub(super) async fn account_of(&self, customer: &Customer) -> Answer {
        let (sender, answer) = oneshot::channel();
        {
            let mut waiting = self.waiting();
            waiting.askers.push((customer.clone(), sender));
            if !std::mem::replace(&mut waiting.is_read, true) {
                // A task of its own: an asker that goes away does not take the others' answers with it.
                tokio::spawn(Reading { lookups: self.clone(), is_over: false }.read());
            }
        }
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts of these customers, in their order.
    async fn read(&self, customers: &[&Customer]) -> Result<Vec<Option<Account>>, LedgerError> {
        if let [customer] = customers {
            let values = values![&customer.issuer, &customer.subject];
            let rows: Vec<account::Row> =
                self.reader.all_within(PATIENCE, account::BY_CUSTOMER, values).await?;
            return Ok(vec![rows.into_iter().next().map(Account::from)]);
        }
        let mut accounts = vec![None; customers.len()];
        let pairs: Vec<_> = customers.iter().map(|customer| (&customer.issuer, &customer.subject)).collect();
        let pairs = serde_json::json!(pairs).to_string();
        let rows: Vec<(i64, i64, String, String, String, i64)> =
            self.reader.all_within(PATIENCE, account::BY_CUSTOMERS, values![&pairs]).await?;
        for (place, id, iban, holder, currency, amount) in rows {
            if let Some(found) = usize::try_from(place).ok().and_then(|place| accounts.get_mut(place)) {
                *found = Some(Account::from((id, iban, holder, currency, amount)));
            }
        }
        Ok(accounts)
    }
}

impl Reading {
    async fn read(mut self) {
        loop {
            let askers: Vec<_> = {
                let mut waiting = self.lookups.waiting();
                let size = waiting.askers.len().min(MOST);
                if size == 0 {
                    (waiting.is_read, self.is_over) = (false, true);
                    return;
                }
                waiting.askers.drain(..size).collect()
            };
            let customers: Vec<_> = askers.iter().map(|(customer, _)| customer).collect();
            let answers = match self.lookups.read(&customers).await {
                Ok(accounts) => accounts.into_iter().map(Ok).collect(),
                Err(error) => {
                    let error = Arc::new(error);
                    askers.iter().map(|_| Err(LedgerError::Group(Arc::clone(&error)))).collect::<Vec<_>>()
                }
            };
            for ((_, asker), answer) in askers.into_iter().zip(answers) {
                // Whoever asked may have gone.
                let _ = asker.send(answer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;
    use postgres_for_tests::{Durability, Server};

    use super::super::{Ledger, silence};
    use super::*;
    use crate::config::OpeningAccount;
    use database_setup::Database;

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

    async fn everybody_is_given_their_own(database: &Database) {
        let ledger = Ledger::open(database).await.unwrap();
        for account in ACCOUNTS {
            open(&ledger, account).await;
        }
        let customer =
            |issuer: &str, subject: &str| Customer { issuer: issuer.into(), subject: subject.into() };
        let mut customers = vec![customer("issuer", "nobody"), customer("another issuer", "ada")];
        // More than are read at once.
        for n in 0..=(2 * MOST) {
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
        assert!(!ledger.lookups.waiting().is_read, "nobody reads when nobody asks");

        // The first asker goes away, and the others are answered.
        assert!(ledger.account_of(&customers[2]).now_or_never().is_none());
        assert!(ledger.account_of(&customers[3]).await.unwrap().is_some());

        ledger.close().await;
        let refused = join_all(customers[..3].iter().map(|customer| ledger.account_of(customer))).await;
        assert!(refused.iter().all(Result::is_err), "the database is closed");
        assert!(!ledger.lookups.waiting().is_read);
    }

    #[tokio::test]
    async fn everybody_is_given_their_own_in_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        everybody_is_given_their_own(&Database::File(folder.path().join("bank.sqlite"))).await;
        everybody_is_given_their_own(&Database::Memory).await;
    }

    #[tokio::test]
    async fn everybody_is_given_their_own_in_postgresql() {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        everybody_is_given_their_own(&server.url("books").parse().unwrap()).await;
    }

    /// A server that does not answer, as when the network swallows what it says.
    #[tokio::test]
    async fn one_question_without_an_answer_does_not_silence_the_next() {
        let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
        server.create("books").unwrap();
        let ledger = Ledger::open(&server.url("books").parse().unwrap()).await.unwrap();
        open(&ledger, ACCOUNTS[0]).await;
        let mut server = silence::Server::of(&server.url("books")).await;
        let ada = Customer { issuer: "issuer".into(), subject: "ada".into() };
        assert!(ledger.account_of(&ada).await.unwrap().is_some());

        server.falls_silent().await;
        let began = Instant::now();
        let asked = ledger.account_of(&ada);
        assert!(tokio::time::timeout(PATIENCE * 2, asked).await.unwrap().is_err());
        assert!(began.elapsed() >= PATIENCE);
        server.speaks_again().await;
        for _ in 0..10 {
            assert!(ledger.account_of(&ada).await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn who_asks_after_a_panic_is_answered() {
        let ledger = Ledger::open(&Database::Memory).await.unwrap();
        let waiting = async || {
            let (sender, answer) = oneshot::channel();
            let customer = Customer { issuer: "issuer".into(), subject: "ada".into() };
            let mut waiting = ledger.lookups.waiting();
            waiting.is_read = true;
            waiting.askers.push((customer.clone(), sender));
            (customer, answer)
        };
        let (customer, answer) = waiting().await;
        drop(Reading { lookups: ledger.lookups.clone(), is_over: false });
        assert!(answer.await.is_err(), "it waits for nobody");
        assert!(ledger.account_of(&customer).await.unwrap().is_none());
    }
}
