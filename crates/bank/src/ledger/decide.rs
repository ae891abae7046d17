//! One order, in one transaction: either everything of it is in the books (the outcome, the spent token, the postings),
//! or nothing is.

use super::query::{number, transfer_by_id};
use super::sql::{Tx, values};
use super::{Account, Currency, LedgerError, Money, Order, Party, Refusal, Transfer, postgres, sqlite};

/// What has to be known for a decision.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) order: Order,
    pub(crate) token: SingleUse,
    /// Unix seconds.
    pub(crate) now: i64,
}

/// The token that pays for a decision, once. `(issuer, jti)` names it (RFC 7519, section 4.1.7).
#[derive(Debug, Clone)]
pub(crate) struct SingleUse {
    pub(crate) issuer: String,
    pub(crate) jti: String,
}

/// What became of an order.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Decided now.
    New(Outcome),
    /// Decided before; this is the answer from then.
    Replayed(Outcome),
    /// The id belongs to another order, or to somebody else's.
    KeyReused,
    /// The token has decided another order.
    TokenSpent,
}

/// The result of an order, as it is stored.
pub(crate) type Outcome = Result<Transfer, Refusal>;

/// Decides an order, at most once.
///
/// The id is looked up before the token: a customer whose answer got lost asks again with a token that the first attempt
/// has spent.
pub(super) async fn decide(tx: &mut Tx, job: &Job) -> Result<Decision, LedgerError> {
    let Job { order, token, now } = job;
    let checked = order.check();
    let payee = checked.as_ref().map_or("", |iban| iban.as_str());
    let situation = Situation::of(tx, order, token, payee).await?;
    if let Some(recorded) = situation.recorded {
        return replay(tx, order, recorded).await;
    }
    if situation.is_spent {
        return Ok(Decision::TokenSpent);
    }
    let outcome = match checked {
        // Whoever has no account is told that first, whatever else is wrong.
        Err(_) if situation.payer.is_none() => Err(Refusal::AccountNotFound),
        Err(refusal) => Err(refusal),
        Ok(_) => match permit(order, situation.payer, situation.payee)? {
            Ok((from, to)) => Ok(book(tx, order, from, to, *now).await?),
            Err(refusal) => Err(refusal),
        },
    };
    let booking = outcome.as_ref().ok().map(|(booking, _)| *booking);
    record(tx, job, booking, outcome.as_ref().err()).await?;
    Ok(Decision::New(outcome.map(|(_, transfer)| transfer)))
}

/// Everything that an order is decided by.
struct Situation {
    recorded: Option<Recorded>,
    is_spent: bool,
    payer: Option<Account>,
    payee: Option<Account>,
}

/// Issuer, subject, content and refusal of an order that was decided before.
type Recorded = (String, String, String, Option<String>);

/// All of it in one question: most of the time that a decision takes is the way to the database and back.
const SITUATION: &str = "SELECT o.issuer, o.subject, o.content, o.refusal, s.order_id,
         payer.id, payer.iban, payer.holder, payer.currency, coalesce((SELECT balance_after FROM postings
             WHERE account_id = payer.id ORDER BY booking_id DESC LIMIT 1), 0),
         payee.id, payee.iban, payee.holder, payee.currency, coalesce((SELECT balance_after FROM postings
             WHERE account_id = payee.id ORDER BY booking_id DESC LIMIT 1), 0)
     FROM (SELECT 1 AS one) AS question
     LEFT JOIN orders o ON o.id = $1
     LEFT JOIN spent_tokens s ON s.issuer = $2 AND s.jti = $3
     LEFT JOIN account_access c ON c.issuer = $4 AND c.subject = $5
     LEFT JOIN accounts payer ON payer.id = c.account_id
     LEFT JOIN accounts payee ON payee.iban = $6";

type Text = Option<String>;
type SituationRow =
    (Text, Text, Text, Text, Text, Option<i64>, Text, Text, Text, i64, Option<i64>, Text, Text, Text, i64);

impl Situation {
    async fn of(tx: &mut Tx, order: &Order, token: &SingleUse, payee: &str) -> Result<Self, sqlx::Error> {
        let id = order.id.to_string();
        let customer = &order.customer;
        let values = values![&id, &token.issuer, &token.jti, &customer.issuer, &customer.subject, payee];
        let row: SituationRow = tx.one(SITUATION, values).await?;
        let recorded = row.0.zip(row.1).zip(row.2);
        Ok(Self {
            recorded: recorded.map(|((issuer, subject), content)| (issuer, subject, content, row.3)),
            is_spent: row.4.is_some(),
            payer: account(row.5, row.6, row.7, row.8, row.9),
            payee: account(row.10, row.11, row.12, row.13, row.14),
        })
    }
}

/// Nothing when there is no such account.
fn account(id: Option<i64>, iban: Text, holder: Text, currency: Text, amount: i64) -> Option<Account> {
    let balance = Money { amount, currency: Currency::stored(currency?) };
    Some(Account { id: id?, party: Party { iban: iban?, holder: holder? }, balance })
}

async fn replay(tx: &mut Tx, order: &Order, recorded: Recorded) -> Result<Decision, LedgerError> {
    let (issuer, subject, content, refusal) = recorded;
    let same_customer = issuer == order.customer.issuer && subject == order.customer.subject;
    if !same_customer || content != order.content() {
        return Ok(Decision::KeyReused);
    }
    let stored_answer = |_| LedgerError::StoredAnswer { id: order.id.to_string() };
    Ok(Decision::Replayed(match refusal {
        None => Ok(transfer_by_id(tx, order.id).await?),
        Some(json) => Err(serde_json::from_str(&json).map_err(stored_answer)?),
    }))
}

/// The rules that need the accounts. Gives both of them when the money may move.
fn permit(
    order: &Order,
    from: Option<Account>,
    to: Option<Account>,
) -> Result<Result<(Account, Account), Refusal>, LedgerError> {
    let Some(from) = from else { return Ok(Err(Refusal::AccountNotFound)) };
    let currency = &from.balance.currency;
    let wrong_currency = || Refusal::WrongCurrency { expected: currency.to_string() };
    if order.currency != currency.as_str() {
        return Ok(Err(wrong_currency()));
    }
    let Some(to) = to else { return Ok(Err(Refusal::UnknownPayee)) };
    if to.id == from.id {
        return Ok(Err(Refusal::PayeeIsPayer));
    }
    if to.balance.currency != *currency {
        return Ok(Err(wrong_currency()));
    }
    if from.balance.amount.checked_sub(order.amount).ok_or(LedgerError::Overflow)? < 0 {
        return Ok(Err(Refusal::InsufficientFunds { balance: from.balance }));
    }
    to.balance.amount.checked_add(order.amount).ok_or(LedgerError::Overflow)?;
    Ok(Ok((from, to)))
}

/// Moves the money. Gives the number of the booking, and the transfer as it will be recorded.
async fn book(
    tx: &mut Tx,
    order: &Order,
    from: Account,
    to: Account,
    now: i64,
) -> Result<(i64, Transfer), sqlx::Error> {
    let (booking,): (i64,) = tx
        .one(
            "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
             VALUES ('transfer', $1, $2, $3, $4, $5) RETURNING id",
            values![from.id, to.id, order.amount, &order.currency, now],
        )
        .await?;
    let currency = from.balance.currency;
    let transfer = Transfer {
        id: order.id.to_string(),
        number: number(booking),
        payer: from.party,
        payee: to.party,
        amount: Money { amount: order.amount, currency: currency.clone() },
        reference: order.reference.clone(),
        created_at: now,
        // The database has come to the same result, or it would have refused the posting.
        balance_after: Money { amount: from.balance.amount - order.amount, currency },
    };
    Ok((booking, transfer))
}

/// Writes down what was decided: the order with its answer, the token as spent, and the transfer if there is one.
async fn record(
    tx: &mut Tx,
    job: &Job,
    booking: Option<i64>,
    refusal: Option<&Refusal>,
) -> Result<(), sqlx::Error> {
    let Job { order, token, now } = job;
    let id = order.id.to_string();
    let (customer, content) = (&order.customer, order.content());
    let refusal = refusal.map(|refusal| serde_json::json!(refusal).to_string());
    let sql = tx.choose(sqlite::RECORD, postgres::RECORD);
    tx.run(
        sql,
        values![
            &id,
            &customer.issuer,
            &customer.subject,
            &content,
            refusal.as_deref(),
            *now,
            &token.issuer,
            &token.jti,
            booking,
            &order.reference
        ],
    )
    .await
}
