//! What decisions leave in the books: bookings first, then the orders with their answers, the spent tokens, and the
//! transfers. Each of the two is one way to the database, however many decisions there are.

use serde_json::json;

use super::LedgerError;
use super::decide::Ruling;
use super::sql::{Texts, Tx, each, values};

/// `$1` has for each booking: the accounts that it is from and to, amount, currency, time.
const BOOKINGS: Texts = each!(
    "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
     SELECT 'transfer', CAST(question.value ->> 0 AS BIGINT), CAST(question.value ->> 1 AS BIGINT),
         CAST(question.value ->> 2 AS BIGINT), question.value ->> 3, CAST(question.value ->> 4 AS BIGINT)
     FROM ",
    " ORDER BY question.key RETURNING id, from_account, to_account, amount"
);

/// Moves the money of those that were permitted, in their order, and gives each its booking's number.
pub(super) async fn book(tx: &mut Tx<'_>, rulings: &mut [Ruling<'_>]) -> Result<(), LedgerError> {
    let mut moves: Vec<_> = rulings.iter_mut().filter_map(Ruling::as_move).collect();
    if moves.is_empty() {
        return Ok(());
    }
    let bookings: Vec<_> = moves
        .iter()
        .map(|(job, it)| {
            let order = &job.order;
            json!([it.from.id, it.to.id, order.amount, order.currency, job.now])
        })
        .collect();
    let mut booked: Vec<(i64, i64, i64, i64)> =
        tx.all(BOOKINGS, values![&json!(bookings).to_string()]).await?;
    // The numbers rise in the order in which the bookings were made. No database promises to tell of them in this order, so
    // each is compared with what was ordered.
    booked.sort_unstable();
    if booked.len() != moves.len() {
        return Err(LedgerError::Answer);
    }
    for ((job, it), (id, from, to, amount)) in moves.iter_mut().zip(booked) {
        if (from, to, amount) != (it.from.id, it.to.id, job.order.amount) {
            return Err(LedgerError::Answer);
        }
        it.booking = id;
    }
    Ok(())
}

/// `$1` has for each decision: the order's id, the customer's issuer and subject, the content, the refusal if it was one,
/// the time; the token's issuer and id; and if money moved, the number of the booking and the reference. One that was
/// refused can have characters that no text in PostgreSQL has.
const DECISIONS: Texts = Texts {
    sqlite: "INSERT INTO orders (id, issuer, subject, content, refusal, decided_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1);
         INSERT INTO spent_tokens (issuer, jti, order_id)
             SELECT value ->> 6, value ->> 7, value ->> 0 FROM json_each($1);
         INSERT INTO transfers (id, booking_id, reference)
             SELECT value ->> 0, value ->> 8, value ->> 9 FROM json_each($1) WHERE value ->> 8 IS NOT NULL",
    postgres: "WITH decision AS (SELECT value FROM json_array_elements($1::text::json)),
         decided AS (INSERT INTO orders (id, issuer, subject, content, refusal, decided_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, (value ->> 5)::bigint FROM decision),
         spent AS (INSERT INTO spent_tokens (issuer, jti, order_id)
             SELECT value ->> 6, value ->> 7, value ->> 0 FROM decision)
         INSERT INTO transfers (id, booking_id, reference)
             SELECT value ->> 0, (value ->> 8)::bigint, value ->> 9 FROM decision WHERE value ->> 8 IS NOT NULL",
};

/// Writes down what was decided.
pub(super) async fn record(tx: &mut Tx<'_>, rulings: &[Ruling<'_>]) -> Result<(), LedgerError> {
    if rulings.is_empty() {
        return Ok(());
    }
    let decisions: Vec<_> = rulings
        .iter()
        .map(|Ruling { job, outcome, .. }| {
            let (order, token) = (&job.order, &job.token);
            let refusal = outcome.as_ref().err().map(|refusal| json!(refusal).to_string());
            let (booking, reference) = outcome.as_ref().ok().map(|it| (it.booking, &order.reference)).unzip();
            json!([
                order.id.to_string(),
                order.customer.issuer,
                order.customer.subject,
                order.content(),
                refusal,
                job.now,
                token.issuer,
                token.jti,
                booking,
                reference,
            ])
        })
        .collect();
    Ok(tx.run(DECISIONS, values![&json!(decisions).to_string()]).await?)
}
