//! Loads what orders are decided by, in one query for all of them.

use std::collections::HashSet;

use serde_json::json;

use super::account::{Account, Party};
use super::error::LedgerError;
use super::money::{Currency, Money};
use super::order::TransferRequest;
use super::store::{Sql, Transaction, for_each_element};

#[derive(Debug, Default)]
pub(super) struct OrderContext {
    pub(super) recorded: Option<RecordedOrder>,
    /// The id is retired for the customer.
    pub(super) is_retired: bool,
    /// The token has decided another order.
    pub(super) is_spent: bool,
    pub(super) payer: Option<Account>,
    pub(super) payee: Option<Account>,
}

#[derive(Debug)]
pub(super) struct RecordedOrder {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) content: String,
    /// As JSON; nothing when the order was carried out.
    pub(super) refusal: Option<String>,
}

/// `$1` has for each order: its id, the token's issuer and id, the customer's issuer and subject, the payee's IBAN.
const CONTEXTS: Sql = for_each_element!(
    "SELECT question.key AS key, o.issuer AS order_issuer, o.subject AS order_subject, o.content AS order_content,
         o.refusal AS order_refusal, s.order_id AS spent_for, r.id AS retired_id,
         payer.id AS payer_id, payer.iban AS payer_iban, payer.holder AS payer_holder,
         payer.currency AS payer_currency, coalesce((SELECT balance_after FROM postings
             WHERE account_id = payer.id ORDER BY booking_id DESC LIMIT 1), 0) AS payer_balance,
         payee.id AS payee_id, payee.iban AS payee_iban, payee.holder AS payee_holder,
         payee.currency AS payee_currency, coalesce((SELECT balance_after FROM postings
             WHERE account_id = payee.id ORDER BY booking_id DESC LIMIT 1), 0) AS payee_balance
     FROM ",
    "
     LEFT JOIN orders o ON o.id = question.value ->> 0
     LEFT JOIN spent_tokens s ON s.issuer = question.value ->> 1 AND s.jti = question.value ->> 2
     LEFT JOIN retired_keys r ON r.id = question.value ->> 0 AND r.issuer = question.value ->> 3
         AND r.subject = question.value ->> 4
     LEFT JOIN account_access c ON c.issuer = question.value ->> 3 AND c.subject = question.value ->> 4
     LEFT JOIN accounts payer ON payer.id = c.account_id
     LEFT JOIN accounts payee ON payee.iban = question.value ->> 5"
);

#[derive(sqlx::FromRow)]
struct ContextRow {
    key: i64,
    order_issuer: Option<String>,
    order_subject: Option<String>,
    order_content: Option<String>,
    order_refusal: Option<String>,
    spent_for: Option<String>,
    retired_id: Option<String>,
    payer_id: Option<i64>,
    payer_iban: Option<String>,
    payer_holder: Option<String>,
    payer_currency: Option<Currency>,
    payer_balance: i64,
    payee_id: Option<i64>,
    payee_iban: Option<String>,
    payee_holder: Option<String>,
    payee_currency: Option<Currency>,
    payee_balance: i64,
}

/// Loads the contexts of these orders, in their order.
pub(super) async fn load(
    tx: &mut Transaction<'_>,
    requests: &[&TransferRequest],
) -> Result<Vec<OrderContext>, LedgerError> {
    let questions: Vec<_> = requests
        .iter()
        .map(|TransferRequest { order, token, .. }| {
            let payee = order.check().map(|iban| iban.to_string()).unwrap_or_default();
            let customer = &order.customer;
            json!([order.id.to_string(), token.issuer, token.jti, customer.issuer, customer.subject, payee])
        })
        .collect();
    let rows: Vec<ContextRow> = tx.fetch_all(CONTEXTS, &[(&json!(questions).to_string()).into()]).await?;
    let mut contexts: Vec<_> = requests.iter().map(|_| None).collect();
    for row in rows {
        let slot = usize::try_from(row.key).ok().and_then(|index| contexts.get_mut(index));
        *slot.ok_or(LedgerError::UnexpectedRows)? = Some(OrderContext::from(row));
    }
    contexts.into_iter().map(|context| context.ok_or(LedgerError::UnexpectedRows)).collect()
}

impl OrderContext {
    /// Removes accounts that are not locked. One that was opened after the locks were taken can still change before the end of
    /// the transaction.
    pub(super) fn retain_locked(&mut self, locked: &HashSet<i64>) {
        for account in [&mut self.payer, &mut self.payee] {
            account.take_if(|account| !locked.contains(&account.id));
        }
    }
}

impl From<ContextRow> for OrderContext {
    fn from(row: ContextRow) -> Self {
        let decided = row.order_issuer.zip(row.order_subject).zip(row.order_content);
        Self {
            recorded: decided.map(|((issuer, subject), content)| {
                let refusal = row.order_refusal;
                RecordedOrder { issuer, subject, content, refusal }
            }),
            is_retired: row.retired_id.is_some(),
            is_spent: row.spent_for.is_some(),
            payer: account(
                row.payer_id,
                row.payer_iban,
                row.payer_holder,
                row.payer_currency,
                row.payer_balance,
            ),
            payee: account(
                row.payee_id,
                row.payee_iban,
                row.payee_holder,
                row.payee_currency,
                row.payee_balance,
            ),
        }
    }
}

/// Nothing when there is no such account.
fn account(
    id: Option<i64>,
    iban: Option<String>,
    holder: Option<String>,
    currency: Option<Currency>,
    amount: i64,
) -> Option<Account> {
    let balance = Money { amount, currency: currency? };
    Some(Account { id: id?, party: Party { iban: iban?, holder: holder? }, balance })
}
