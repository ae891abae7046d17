//! Orders that are decided together, on both databases: the result is that of deciding them one after the other.

use postgres_for_tests::{Durability, Server};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ledger::account::Customer;
use crate::ledger::handle::Ledger;
use crate::ledger::open::OpeningAccount;
use crate::ledger::order::TokenId;
use database_setup::Database;

/// IBANs, customers, and what they open with. The last of them has no account.
const PEOPLE: [(&str, &str, i64); 4] = [
    ("DE89370400440532013000", "ada", 100),
    ("GB82WEST12345698765432", "ben", 10),
    ("FR1420041010050500013M02606", "cleo", 1),
    ("NL91ABNA0417164300", "nobody", 0),
];

async fn ledger(database: &Database) -> Ledger {
    let ledger = Ledger::open(database).await.unwrap();
    for (iban, subject, balance_minor) in &PEOPLE[..3] {
        let (holder, subject) = ((*subject).to_owned(), Some((*subject).to_owned()));
        let (iban, balance_minor) = ((*iban).to_owned(), *balance_minor);
        let account = OpeningAccount { iban, holder, subject, balance_minor, currency: "EUR".into() };
        ledger.ensure_account(&account, "issuer", 0).await.unwrap();
    }
    ledger
}

/// An order: its id, its token, from whom, to whom, how much.
type Wish = (u8, u8, usize, usize, i64);

fn request((id, token, from, to, amount): Wish) -> TransferRequest {
    let order = Order {
        id: Uuid::from_u128(id.into()),
        customer: Customer { issuer: "issuer".into(), subject: PEOPLE[from].1.into() },
        payee: PEOPLE[to].0.into(),
        amount,
        currency: "EUR".into(),
        reference: format!("\u{e9}\\\"' $1 {amount}"),
        payee_name: None,
    };
    TransferRequest { order, token: TokenId { issuer: "issuer".into(), jti: token.to_string() }, now: 7 }
}

/// What is decided of these in one transaction, and what is on the accounts then.
async fn together(ledger: &Ledger, requests: &[TransferRequest]) -> (Vec<TransferDecision>, Vec<i64>) {
    let mut tx = ledger.store.writer.begin().await.unwrap();
    let decisions =
        decide(&mut tx, requests, &|_| true).await.unwrap().into_iter().map(Option::unwrap).collect();
    tx.commit().await.unwrap();
    let mut balances = Vec::new();
    for (iban, ..) in &PEOPLE[..3] {
        balances.push(ledger.balance(iban).await.unwrap().unwrap());
    }
    (decisions, balances)
}

fn describe(decisions: &[TransferDecision]) -> Vec<String> {
    decisions
        .iter()
        .map(|decision| match decision {
            TransferDecision::New(Ok(transfer)) => format!("made, {} left", transfer.balance_after),
            TransferDecision::New(Err(refusal)) => format!("refused: {refusal:?}"),
            TransferDecision::Replayed(outcome) => format!("replayed: {}", outcome.is_ok()),
            TransferDecision::KeyReused => "another's id".into(),
            TransferDecision::KeyRetired => "retired id".into(),
            TransferDecision::TokenSpent => "spent".into(),
        })
        .collect()
}

async fn batch_is_decided_in_order(ledger: Ledger) {
    let wishes = [
        (1, 1, 0, 1, 60),
        (2, 2, 0, 1, 60), // more than the first has left
        (3, 3, 1, 2, 65), // what the first has brought
        (4, 4, 0, 1, 40), // twice the same, but for id and token
        (5, 5, 1, 2, 5),
        (6, 6, 1, 2, 5),
        (1, 7, 0, 1, 60), // the first again, with another token
        (8, 1, 0, 1, 1),  // the token of the first
        (1, 1, 0, 1, 61), // the id of the first
        (9, 9, 3, 0, 1),
        (10, 10, 0, 3, 1),
        (11, 11, 0, 0, 1),
        (12, 12, 3, 0, 0), // nothing, from nobody
    ];
    let requests: Vec<TransferRequest> = wishes.into_iter().map(request).collect();
    let (decisions, balances) = together(&ledger, &requests).await;
    let expected = [
        "made, 40 left",
        "refused: InsufficientFunds { balance: Money { amount: 40, currency: Currency(\"EUR\") } }",
        "made, 5 left",
        "made, 0 left",
        "made, 40 left",
        "made, 35 left",
        "replayed: true",
        "spent",
        "another's id",
        "refused: AccountNotFound",
        "refused: UnknownPayee",
        "refused: PayeeIsPayer",
        "refused: AccountNotFound",
    ];
    assert_eq!(describe(&decisions), expected);
    assert_eq!(balances, [0, 35, 76]);
    // Each has the number of its own booking, and is found again under its own id.
    for (request, decision) in requests.iter().zip(&decisions) {
        let TransferDecision::New(Ok(transfer)) = decision else { continue };
        let mut tx = ledger.store.writer.begin().await.unwrap();
        assert_eq!(transfer::find(&mut tx, request.order.id).await.unwrap().unwrap(), *transfer);
        tx.commit().await.unwrap();
    }
    let again = together(&ledger, &requests).await;
    assert!(describe(&again.0).iter().all(|text| !text.starts_with("made")), "{:?}", again.0);
    assert_eq!(again.1, balances);
    ledger.audit().await.unwrap();
    ledger.close().await;
}

#[tokio::test]
async fn batch_is_decided_in_order_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = Database::File(folder.path().join("bank.sqlite"));
    batch_is_decided_in_order(ledger(&file).await).await;
}

#[tokio::test]
async fn batch_is_decided_in_order_in_postgresql() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    batch_is_decided_in_order(ledger(&server.url("books").parse().unwrap()).await).await;
}

/// What is on an account that is not locked can change between the reading and the booking.
#[tokio::test(flavor = "multi_thread")]
async fn account_opened_during_decision_is_not_found() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let ledger = ledger(&server.url("books").parse().unwrap()).await;
    let (iban, subject, _) = PEOPLE[3];
    let order = request((1, 1, 3, 0, 5));
    let waits = async || {
        let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        ledger.store.reader.fetch_number(sql, &[]).await.unwrap().unwrap() > 0
    };

    // Between the locks and the reading the account is opened,
    let mut reading = ledger.store.reader.begin().await.unwrap();
    reading.execute("LOCK TABLE spent_tokens IN ACCESS EXCLUSIVE MODE", &[]).await.unwrap();
    let (books, asked) = (ledger.clone(), order.clone());
    let deciding = tokio::spawn(async move { books.decide(asked).await });
    while !waits().await {}
    let (holder, subject) = (subject.to_owned(), Some(subject.to_owned()));
    let account =
        OpeningAccount { iban: iban.to_owned(), holder, subject, balance_minor: 100, currency: "EUR".into() };
    ledger.ensure_account(&account, "issuer", 0).await.unwrap();
    // and between the reading and the booking another bank pays something in.
    let mut booking = ledger.store.reader.begin().await.unwrap();
    booking.execute("LOCK TABLE bookings IN SHARE ROW EXCLUSIVE MODE", &[]).await.unwrap();
    reading.commit().await.unwrap();
    while !waits().await && !deciding.is_finished() {}
    let sql = "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
         SELECT 'opening', ben.id, it.id, 1, 'EUR', 0 FROM accounts ben, accounts it
         WHERE ben.iban = $1 AND it.iban = $2";
    booking.execute(sql, &[PEOPLE[1].0.into(), iban.into()]).await.unwrap();
    booking.commit().await.unwrap();

    let decided = deciding.await.unwrap().unwrap();
    assert!(matches!(decided, TransferDecision::New(Err(OrderRefusal::AccountNotFound))), "{decided:?}");
    assert_eq!(ledger.balance(iban).await.unwrap(), Some(101));
    ledger.close().await;
}

/// In the order in which rounds decide them.
fn in_rounds(requests: &[TransferRequest]) -> Vec<usize> {
    let (mut order, mut waiting) = (Vec::new(), (0..requests.len()).collect::<Vec<_>>());
    while !waiting.is_empty() {
        let (round, later) = split_round(requests, &waiting);
        order.extend(round);
        waiting = later;
    }
    order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn batch_equals_sequence(
        wishes in prop::collection::vec((0..6_u8, 0..8_u8, 0..4_usize, 0..4_usize, 0..80_i64), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let requests: Vec<TransferRequest> = wishes.into_iter().map(request).collect();
            let ledgers = [ledger(&Database::Memory).await, ledger(&Database::Memory).await];
            let (all, balances) = together(&ledgers[0], &requests).await;
            let mut last = Vec::new();
            for place in in_rounds(&requests) {
                let (one, after) = together(&ledgers[1], std::slice::from_ref(&requests[place])).await;
                prop_assert_eq!(format!("{:?}", one[0]), format!("{:?}", all[place]));
                last = after;
            }
            prop_assert_eq!(balances, last);
            for ledger in ledgers {
                ledger.audit().await.unwrap();
                ledger.close().await;
            }
            Ok(())
        })?;
    }
}
