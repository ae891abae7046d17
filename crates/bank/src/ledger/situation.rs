//! Everything that orders are decided by, in one question for all of them: most of the time that a decision takes is the
//! way to the database and back.

use std::collections::HashSet;

use serde_json::json;

use super::decide::Job;
use super::sql::{Text, Texts, Tx, each, values};
use super::{Account, Currency, LedgerError, Money, Party};

/// What has to be known of one order.
#[derive(Debug, Default)]
pub(super) struct Situation {
    /// The order, if it was decided before.
    pub(super) recorded: Option<Recorded>,
    /// The customer was told that there is no such transfer.
    pub(super) is_retired: bool,
    /// The token has decided another order.
    pub(super) is_spent: bool,
    pub(super) payer: Option<Account>,
    pub(super) payee: Option<Account>,
}

/// An order that was decided before.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) content: String,
    /// As JSON; nothing when the order was carried out.
    pub(super) refusal: Text,
}

/// `$1` has for each order: its id, the token's issuer and id, the customer's issuer and subject, the payee's IBAN.
const SITUATIONS: Texts = each!(
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
struct Row {
    key: i64,
    order_issuer: Text,
    order_subject: Text,
    order_content: Text,
    order_refusal: Text,
    spent_for: Text,
    retired_id: Text,
    payer_id: Option<i64>,
    payer_iban: Text,
    payer_holder: Text,
    payer_currency: Text,
    payer_balance: i64,
    payee_id: Option<i64>,
    payee_iban: Text,
    payee_holder: Text,
    payee_currency: Text,
    payee_balance: i64,
}

/// The situations of these orders, in their order.
pub(super) async fn of(tx: &mut Tx<'_>, jobs: &[&Job]) -> Result<Vec<Situation>, LedgerError> {
    let questions: Vec<_> = jobs
        .iter()
        .map(|Job { order, token, .. }| {
            let payee = order.check().map(|iban| iban.to_string()).unwrap_or_default();
            let customer = &order.customer;
            json!([order.id.to_string(), token.issuer, token.jti, customer.issuer, customer.subject, payee])
        })
        .collect();
    let rows: Vec<Row> = tx.all(SITUATIONS, values![&json!(questions).to_string()]).await?;
    let mut situations: Vec<_> = jobs.iter().map(|_| None).collect();
    for row in rows {
        let place = usize::try_from(row.key).ok().and_then(|place| situations.get_mut(place));
        *place.ok_or(LedgerError::Answer)? = Some(Situation::from(row));
    }
    situations.into_iter().map(|situation| situation.ok_or(LedgerError::Answer)).collect()
}

impl Situation {
    /// Only accounts that are locked. One that was opened after the locks were taken is not there yet: what is on it can
    /// still change before the end of the transaction.
    pub(super) fn keep(&mut self, locked: &HashSet<i64>) {
        for account in [&mut self.payer, &mut self.payee] {
            account.take_if(|account| !locked.contains(&account.id));
        }
    }
}

impl From<Row> for Situation {
    fn from(row: Row) -> Self {
        let decided = row.order_issuer.zip(row.order_subject).zip(row.order_content);
        Self {
            recorded: decided.map(|((issuer, subject), content)| {
                let refusal = row.order_refusal;
                Recorded { issuer, subject, content, refusal }
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
fn account(id: Option<i64>, iban: Text, holder: Text, currency: Text, amount: i64) -> Option<Account> {
    let balance = Money { amount, currency: Currency::stored(currency?) };
    Some(Account { id: id?, party: Party { iban: iban?, holder: holder? }, balance })
}
