//! Writes decisions: bookings first, then the orders with their outcomes, the spent tokens, and the transfers. Each of the two
//! is one statement, however many decisions there are. The two postings of a booking, and the balances, are made by triggers
//! (`migrations`).

use serde_json::json;
use sqlx::FromRow;

use super::checked_name::CheckedName;
use super::decision::PendingDecision;
use super::error::LedgerError;
use super::store::{Sql, Transaction, for_each_element};

/// `$1` has for each booking: the accounts that it is from and to, amount, currency, time.
const BOOKINGS: Sql = for_each_element!(
    "INSERT INTO bookings (kind, from_account, to_account, amount, currency, booked_at)
     SELECT 'transfer', CAST(question.value ->> 0 AS BIGINT), CAST(question.value ->> 1 AS BIGINT),
         CAST(question.value ->> 2 AS BIGINT), question.value ->> 3, CAST(question.value ->> 4 AS BIGINT)
     FROM ",
    " ORDER BY question.key RETURNING id, from_account, to_account, amount"
);

/// The order of the fields is the order in which they are compared.
#[derive(FromRow, PartialEq, Eq, PartialOrd, Ord)]
struct BookingRow {
    id: i64,
    from_account: i64,
    to_account: i64,
    amount: i64,
}

/// Moves the money of those that were permitted, in their order, and sets their booking's number.
pub(super) async fn insert_bookings(
    tx: &mut Transaction<'_>,
    decisions: &mut [PendingDecision<'_>],
) -> Result<(), LedgerError> {
    let permitted: Vec<_> = decisions.iter_mut().filter_map(PendingDecision::permitted_mut).collect();
    if permitted.is_empty() {
        return Ok(());
    }
    let bookings: Vec<_> = permitted
        .iter()
        .map(|(request, transfer)| {
            let order = &request.order;
            json!([transfer.from.id, transfer.to.id, order.amount, order.currency, request.now])
        })
        .collect();
    let mut rows: Vec<BookingRow> = tx.fetch_all(BOOKINGS, &[(&json!(bookings).to_string()).into()]).await?;
    // The numbers rise in the order in which the bookings were made. No database promises to return them in this order, so
    // each is compared with what was ordered.
    rows.sort_unstable();
    if rows.len() != permitted.len() {
        return Err(LedgerError::UnexpectedRows);
    }
    for ((request, transfer), row) in permitted.into_iter().zip(rows) {
        let expected = (transfer.from.id, transfer.to.id, request.order.amount);
        if (row.from_account, row.to_account, row.amount) != expected {
            return Err(LedgerError::UnexpectedRows);
        }
        transfer.booking = row.id;
    }
    Ok(())
}

/// `$1` has for each decision: the order's id, the customer's issuer and subject, the content, the refusal if it was one,
/// the time; the token's issuer and id; and if money moved, the number of the booking, the reference, and the confirmed name with
/// the result of its check. One that was
/// refused can have characters that no text in PostgreSQL has.
const DECISIONS: Sql = Sql {
    sqlite: "INSERT INTO orders (id, issuer, subject, content, refusal, decided_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1);
         INSERT INTO spent_tokens (issuer, jti, order_id)
             SELECT value ->> 6, value ->> 7, value ->> 0 FROM json_each($1);
         INSERT INTO transfers (id, booking_id, reference, payee_name, name_check)
             SELECT value ->> 0, value ->> 8, value ->> 9, value ->> 10, value ->> 11 FROM json_each($1) WHERE value ->> 8 IS NOT NULL",
    postgres: "WITH decision AS (SELECT value FROM json_array_elements($1::text::json)),
         decided AS (INSERT INTO orders (id, issuer, subject, content, refusal, decided_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, (value ->> 5)::bigint FROM decision),
         spent AS (INSERT INTO spent_tokens (issuer, jti, order_id)
             SELECT value ->> 6, value ->> 7, value ->> 0 FROM decision)
         INSERT INTO transfers (id, booking_id, reference, payee_name, name_check)
             SELECT value ->> 0, (value ->> 8)::bigint, value ->> 9, value ->> 10, value ->> 11 FROM decision WHERE value ->> 8 IS NOT NULL",
};

pub(super) async fn insert_decisions(
    tx: &mut Transaction<'_>,
    decisions: &[PendingDecision<'_>],
) -> Result<(), LedgerError> {
    if decisions.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = decisions
        .iter()
        .map(|PendingDecision { request, outcome, .. }| {
            let (order, token) = (&request.order, &request.token);
            let refusal = outcome.as_ref().err().map(|refusal| json!(refusal).to_string());
            let permitted = outcome.as_ref().ok();
            let (booking, reference) = permitted.map(|transfer| (transfer.booking, &order.reference)).unzip();
            // Like the reference, only where money moved: PostgreSQL may not be able to store it otherwise.
            let (name, check) = permitted
                .and(order.payee_name.as_ref())
                .map(|CheckedName { name, check }| (name, check))
                .unzip();
            json!([
                order.id.to_string(),
                order.customer.issuer,
                order.customer.subject,
                order.content(),
                refusal,
                request.now,
                token.issuer,
                token.jti,
                booking,
                reference,
                name,
                check,
            ])
        })
        .collect();
    Ok(tx.execute(DECISIONS, &[(&json!(rows).to_string()).into()]).await?)
}
