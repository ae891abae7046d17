//! One order, one transaction: either everything of it is in the books (the outcome, the spent token, the postings), or
//! nothing is.

use super::account::{find_by_customer, find_by_iban};
use super::query::transfer_by_id;
use super::{Ledger, LedgerError, Order, Refusal, Transfer, Tx};

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

impl Ledger {
    /// Decides an order, at most once.
    ///
    /// The id is looked up before the token: a customer whose answer got lost asks again with a token that the first
    /// attempt has spent.
    pub(crate) async fn decide(
        &self,
        order: &Order,
        token: &SingleUse,
        now: i64,
    ) -> Result<Decision, LedgerError> {
        let mut tx = self.begin().await?;
        if let Some(decision) = recorded(&mut tx, order).await? {
            return Ok(decision);
        }
        if is_spent(&mut tx, token).await? {
            return Ok(Decision::TokenSpent);
        }
        let outcome = carry_out(&mut tx, order, now).await?;
        record(&mut tx, order, token, outcome.as_ref().err(), now).await?;
        let outcome = match outcome {
            Ok(()) => Ok(transfer_by_id(&mut tx, order.id).await?),
            Err(refusal) => Err(refusal),
        };
        tx.commit().await?;
        Ok(Decision::New(outcome))
    }
}

async fn recorded(tx: &mut Tx, order: &Order) -> Result<Option<Decision>, LedgerError> {
    let id = order.id.to_string();
    let row: Option<(String, String, String, Option<String>)> =
        sqlx::query_as("SELECT issuer, subject, content, refusal FROM orders WHERE id = ?1")
            .bind(&id)
            .fetch_optional(&mut **tx)
            .await?;
    let Some((issuer, subject, content, refusal)) = row else { return Ok(None) };
    let same_customer = issuer == order.customer.issuer && subject == order.customer.subject;
    if !same_customer || content != order.content() {
        return Ok(Some(Decision::KeyReused));
    }
    let outcome = match refusal {
        None => Ok(transfer_by_id(tx, order.id).await?),
        Some(json) => Err(serde_json::from_str(&json).map_err(|_| LedgerError::StoredAnswer { id })?),
    };
    Ok(Some(Decision::Replayed(outcome)))
}

async fn is_spent(tx: &mut Tx, token: &SingleUse) -> Result<bool, LedgerError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM spent_tokens WHERE issuer = ?1 AND jti = ?2")
        .bind(&token.issuer)
        .bind(&token.jti)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}

/// Applies the rules and, if they allow it, moves the money.
async fn carry_out(tx: &mut Tx, order: &Order, now: i64) -> Result<Result<(), Refusal>, LedgerError> {
    let Some(account) = find_by_customer(tx, &order.customer).await? else {
        return Ok(Err(Refusal::AccountNotFound));
    };
    let iban = match order.check() {
        Ok(iban) => iban,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let currency = account.balance.currency.as_str();
    let wrong_currency = || Refusal::WrongCurrency { expected: currency.to_owned() };
    if order.currency != currency {
        return Ok(Err(wrong_currency()));
    }
    if iban.as_str() == account.party.iban {
        return Ok(Err(Refusal::PayeeIsPayer));
    }
    let Some(payee) = find_by_iban(tx, iban.as_str()).await? else {
        return Ok(Err(Refusal::UnknownPayee));
    };
    if payee.balance.currency != account.balance.currency {
        return Ok(Err(wrong_currency()));
    }
    if account.balance.amount.checked_sub(order.amount).ok_or(LedgerError::Overflow)? < 0 {
        return Ok(Err(Refusal::InsufficientFunds { balance: account.balance }));
    }
    payee.balance.amount.checked_add(order.amount).ok_or(LedgerError::Overflow)?;
    let (booking,): (i64,) = sqlx::query_as(
        "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
         VALUES ('transfer', ?1, ?2, ?3, ?4, ?5) RETURNING id",
    )
    .bind(account.id)
    .bind(payee.id)
    .bind(order.amount)
    .bind(&order.currency)
    .bind(now)
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query("INSERT INTO transfers (id, booking_id, reference) VALUES (?1, ?2, ?3)")
        .bind(order.id.to_string())
        .bind(booking)
        .bind(&order.reference)
        .execute(&mut **tx)
        .await?;
    Ok(Ok(()))
}

async fn record(
    tx: &mut Tx,
    order: &Order,
    token: &SingleUse,
    refusal: Option<&Refusal>,
    now: i64,
) -> Result<(), LedgerError> {
    let id = order.id.to_string();
    let refusal = refusal.map(|refusal| serde_json::json!(refusal).to_string());
    sqlx::query(
        "INSERT INTO orders (id, issuer, subject, content, refusal, decided_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&id)
    .bind(&order.customer.issuer)
    .bind(&order.customer.subject)
    .bind(order.content())
    .bind(refusal)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    sqlx::query("INSERT INTO spent_tokens (issuer, jti, order_id) VALUES (?1, ?2, ?3)")
        .bind(&token.issuer)
        .bind(&token.jti)
        .bind(&id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
