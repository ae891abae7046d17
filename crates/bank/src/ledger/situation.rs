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
    "SELECT question.key, o.issuer, o.subject, o.content, o.refusal, s.order_id,
         payer.id, payer.iban, payer.holder, payer.currency, coalesce((SELECT balance_after FROM postings
             WHERE account_id = payer.id ORDER BY booking_id DESC LIMIT 1), 0),
         payee.id, payee.iban, payee.holder, payee.currency, coalesce((SELECT balance_after FROM postings
             WHERE account_id = payee.id ORDER BY booking_id DESC LIMIT 1), 0)
     FROM ",
    "
     LEFT JOIN orders o ON o.id = question.value ->> 0
     LEFT JOIN spent_tokens s ON s.issuer = question.value ->> 1 AND s.jti = question.value ->> 2
     LEFT JOIN account_access c ON c.issuer = question.value ->> 3 AND c.subject = question.value ->> 4
     LEFT JOIN accounts payer ON payer.id = c.account_id
     LEFT JOIN accounts payee ON payee.iban = question.value ->> 5"
);

type Number = Option<i64>;
type Row = (i64, Text, Text, Text, Text, Text, Number, Text, Text, Text, i64, Number, Text, Text, Text, i64);

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
        let place = usize::try_from(row.0).ok().and_then(|place| situations.get_mut(place));
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
        let decided = row.1.zip(row.2).zip(row.3);
        Self {
            recorded: decided.map(|((issuer, subject), content)| {
                let refusal = row.4;
                Recorded { issuer, subject, content, refusal }
            }),
            is_spent: row.5.is_some(),
            payer: account(row.6, row.7, row.8, row.9, row.10),
            payee: account(row.11, row.12, row.13, row.14, row.15),
        }
    }
}

/// Nothing when there is no such account.
fn account(id: Number, iban: Text, holder: Text, currency: Text, amount: i64) -> Option<Account> {
    let balance = Money { amount, currency: Currency::stored(currency?) };
    Some(Account { id: id?, party: Party { iban: iban?, holder: holder? }, balance })
}
