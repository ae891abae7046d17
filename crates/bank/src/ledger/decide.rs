//! Orders in one transaction: either everything of them is in the books (the outcomes, the spent tokens, the postings), or
//! nothing is.

use std::collections::{HashMap, HashSet};

use super::query::{number, transfer_by_id};
use super::situation::{self, Recorded, Situation};
use super::sql::Tx;
use super::{Account, LedgerError, Money, Order, Refusal, Transfer, postgres, record};

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

/// Whether somebody waits for the decision of the order in this place.
pub(super) type Awaited<'a> = dyn Fn(usize) -> bool + Sync + 'a;

/// What became of an order.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Decided now.
    New(Outcome),
    /// Decided before; this is the answer from then.
    Replayed(Outcome),
    /// The id belongs to another order, or to somebody else's.
    KeyReused,
    /// The customer has been told that there is no transfer with this id, so there will be none.
    KeyRetired,
    /// The token has decided another order.
    TokenSpent,
}

/// The result of an order, as it is stored.
pub(crate) type Outcome = Result<Transfer, Refusal>;

/// An order that is decided now, before it is in the books.
pub(super) struct Ruling<'a> {
    pub(super) job: &'a Job,
    /// The order's place among those that are decided together.
    place: usize,
    pub(super) outcome: Result<Move, Refusal>,
}

/// Money that may move.
pub(super) struct Move {
    pub(super) from: Account,
    pub(super) to: Account,
    /// The number of the booking, once there is one.
    pub(super) booking: i64,
}

impl<'a> Ruling<'a> {
    pub(super) fn as_move(&mut self) -> Option<(&'a Job, &mut Move)> {
        Some((self.job, self.outcome.as_mut().ok()?))
    }

    /// What the customer is told.
    fn outcome(self) -> Outcome {
        let Move { from, to, booking } = self.outcome?;
        let order = &self.job.order;
        let currency = from.balance.currency;
        Ok(Transfer {
            id: order.id.to_string(),
            number: number(booking),
            payer: from.party,
            payee: to.party,
            amount: Money { amount: order.amount, currency: currency.clone() },
            reference: order.reference.clone(),
            created_at: self.job.now,
            // The database has come to the same result, or it would have refused the posting.
            balance_after: Money { amount: from.balance.amount - order.amount, currency },
        })
    }
}

/// Decides orders, each at most once, as if one came after the other. Nothing is decided of those that are not awaited any
/// more when the locks are there, and nothing is given for them.
///
/// They are decided in rounds of those that can be looked up together: of two with the same id, or with the same token, the
/// second is looked up when the first is in the books.
pub(super) async fn decide(
    tx: &mut Tx<'_>,
    jobs: &[Job],
    is_awaited: &Awaited<'_>,
) -> Result<Vec<Option<Decision>>, LedgerError> {
    let locked = match tx {
        // The lock that it began with is on all books.
        Tx::Sqlite(_) => None,
        Tx::Postgres(tx, scope) => Some(postgres::lock_accounts(tx, *scope, jobs).await?),
    };
    let mut decisions: Vec<Option<Decision>> = jobs.iter().map(|_| None).collect();
    // Whoever left before may have asked another bank since, and been told that there is no such transfer. From here on,
    // who asks there waits for the locks.
    let mut waiting: Vec<usize> = (0..jobs.len()).filter(|place| is_awaited(*place)).collect();
    while !waiting.is_empty() {
        let (round, later) = first_of_their_kind(jobs, &waiting);
        for (place, decision) in decide_round(tx, jobs, &round, locked.as_ref()).await? {
            if let Some(open) = decisions.get_mut(place) {
                *open = Some(decision);
            }
        }
        waiting = later;
    }
    Ok(decisions)
}

/// Those before which nobody has the same id or the same token, and the others.
fn first_of_their_kind(jobs: &[Job], waiting: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (mut ids, mut tokens) = (HashSet::new(), HashSet::new());
    waiting.iter().partition(|place| {
        jobs.get(**place).is_some_and(|Job { order, token, .. }| {
            let (id, token) = (ids.insert(order.id), tokens.insert((&token.issuer, &token.jti)));
            id && token
        })
    })
}

/// The id is looked up before the token: a customer whose answer got lost asks again with a token that the first attempt
/// has spent.
async fn decide_round(
    tx: &mut Tx<'_>,
    jobs: &[Job],
    round: &[usize],
    locked: Option<&HashSet<i64>>,
) -> Result<Vec<(usize, Decision)>, LedgerError> {
    let jobs: Vec<(usize, &Job)> =
        round.iter().filter_map(|place| Some((*place, jobs.get(*place)?))).collect();
    let questions: Vec<&Job> = jobs.iter().map(|(_, job)| *job).collect();
    let situations = situation::of(tx, &questions).await?;
    let mut decisions = Vec::with_capacity(jobs.len());
    let mut rulings = Vec::with_capacity(jobs.len());
    let mut balances = Balances::default();
    for ((place, job), mut situation) in jobs.into_iter().zip(situations) {
        if let Some(recorded) = situation.recorded.take() {
            decisions.push((place, replay(tx, &job.order, recorded).await?));
        } else if situation.is_retired {
            decisions.push((place, Decision::KeyRetired));
        } else if situation.is_spent {
            decisions.push((place, Decision::TokenSpent));
        } else {
            if let Some(locked) = locked {
                situation.keep(locked);
            }
            balances.update(&mut situation);
            let outcome = rule(&job.order, situation)?;
            if let Ok(it) = &outcome {
                balances.book(it, job.order.amount)?;
            }
            rulings.push(Ruling { job, place, outcome });
        }
    }
    record::book(tx, &mut rulings).await?;
    record::record(tx, &rulings).await?;
    decisions.extend(rulings.into_iter().map(|ruling| (ruling.place, Decision::New(ruling.outcome()))));
    Ok(decisions)
}

/// What is on the accounts that money has moved on since they were looked up. Nobody else moves any until the end of the
/// transaction: it has the lock of the books, or those of the accounts.
#[derive(Default)]
struct Balances(HashMap<i64, i64>);

impl Balances {
    fn update(&self, situation: &mut Situation) {
        for account in [&mut situation.payer, &mut situation.payee].into_iter().flatten() {
            if let Some(amount) = self.0.get(&account.id) {
                account.balance.amount = *amount;
            }
        }
    }

    fn book(&mut self, Move { from, to, .. }: &Move, amount: i64) -> Result<(), LedgerError> {
        let left = from.balance.amount.checked_sub(amount).ok_or(LedgerError::Overflow)?;
        let right = to.balance.amount.checked_add(amount).ok_or(LedgerError::Overflow)?;
        self.0.extend([(from.id, left), (to.id, right)]);
        Ok(())
    }
}

async fn replay(tx: &mut Tx<'_>, order: &Order, recorded: Recorded) -> Result<Decision, LedgerError> {
    let Recorded { issuer, subject, content, refusal } = recorded;
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

/// Whether an order that was not decided before may be carried out.
fn rule(order: &Order, situation: Situation) -> Result<Result<Move, Refusal>, LedgerError> {
    match order.check() {
        // Whoever has no account is told that first, whatever else is wrong.
        Err(_) if situation.payer.is_none() => Ok(Err(Refusal::AccountNotFound)),
        Err(refusal) => Ok(Err(refusal)),
        Ok(_) => permit(order, situation.payer, situation.payee),
    }
}

/// The rules that need the accounts.
fn permit(
    order: &Order,
    from: Option<Account>,
    to: Option<Account>,
) -> Result<Result<Move, Refusal>, LedgerError> {
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
    Ok(Ok(Move { from, to, booking: 0 }))
}

#[cfg(test)]
mod tests;
