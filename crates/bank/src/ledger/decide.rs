//! Decides orders in one transaction: their outcomes, spent tokens and postings are committed together, or not at all.

use std::collections::{HashMap, HashSet};

use super::account::Account;
use super::batcher::IsAwaited;
use super::checked_name::{CheckedName, NameCheckResult};
use super::decision::{PendingDecision, PermittedTransfer, TransferDecision};
use super::error::LedgerError;
use super::order::{Order, OrderRefusal, TransferRequest};
use super::order_context::{self, OrderContext, RecordedOrder};
use super::store::Transaction;
use super::{locks, record, transfer};

/// Decides orders, each at most once, as if one came after the other. Those that are not awaited any more when the locks are
/// there are not decided, and have no decision in the result.
///
/// They are decided in rounds of those that can be loaded together: of two with the same id, or with the same token, the
/// second is loaded when the first is in the database.
pub(super) async fn decide(
    tx: &mut Transaction<'_>,
    requests: &[TransferRequest],
    is_awaited: &IsAwaited<'_>,
) -> Result<Vec<Option<TransferDecision>>, LedgerError> {
    let locked = locks::lock_accounts(tx, requests).await?;
    let mut decisions: Vec<Option<TransferDecision>> = requests.iter().map(|_| None).collect();
    // A caller that left before this may have asked another bank for the status since, and the id may be retired. From here
    // on, such a query waits for the locks.
    let mut waiting: Vec<usize> = (0..requests.len()).filter(|index| is_awaited(*index)).collect();
    while !waiting.is_empty() {
        let (round, later) = split_round(requests, &waiting);
        for (index, decision) in decide_round(tx, requests, &round, locked.as_ref()).await? {
            if let Some(open) = decisions.get_mut(index) {
                *open = Some(decision);
            }
        }
        waiting = later;
    }
    Ok(decisions)
}

/// Those before which no other has the same id or the same token, and the rest.
fn split_round(requests: &[TransferRequest], waiting: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (mut ids, mut tokens) = (HashSet::new(), HashSet::new());
    waiting.iter().partition(|index| {
        requests.get(**index).is_some_and(|TransferRequest { order, token, .. }| {
            let (id, token) = (ids.insert(order.id), tokens.insert((&token.issuer, &token.jti)));
            id && token
        })
    })
}

/// The id is checked before the token: a customer who lost the response repeats the request with a token that is spent.
async fn decide_round(
    tx: &mut Transaction<'_>,
    requests: &[TransferRequest],
    round: &[usize],
    locked: Option<&HashSet<i64>>,
) -> Result<Vec<(usize, TransferDecision)>, LedgerError> {
    let round: Vec<(usize, &TransferRequest)> =
        round.iter().filter_map(|index| Some((*index, requests.get(*index)?))).collect();
    let requests: Vec<&TransferRequest> = round.iter().map(|(_, request)| *request).collect();
    let contexts = order_context::load(tx, &requests).await?;
    let mut decisions = Vec::with_capacity(round.len());
    let mut pending = Vec::with_capacity(round.len());
    let mut balances = Balances::default();
    for ((index, request), mut context) in round.into_iter().zip(contexts) {
        if let Some(recorded) = context.recorded.take() {
            decisions.push((index, replay(tx, &request.order, recorded).await?));
        } else if context.is_retired {
            decisions.push((index, TransferDecision::KeyRetired));
        } else if context.is_spent {
            decisions.push((index, TransferDecision::TokenSpent));
        } else {
            if let Some(locked) = locked {
                context.retain_locked(locked);
            }
            balances.update(&mut context);
            let outcome = check(&request.order, context)?;
            if let Ok(transfer) = &outcome {
                balances.book(transfer, request.order.amount)?;
            }
            pending.push(PendingDecision { request, index, outcome });
        }
    }
    record::insert_bookings(tx, &mut pending).await?;
    record::insert_decisions(tx, &pending).await?;
    decisions.extend(pending.into_iter().map(|it| (it.index, TransferDecision::New(it.into_outcome()))));
    Ok(decisions)
}

/// The balances of accounts whose money has moved since they were loaded. They cannot change otherwise before the end
/// of the transaction: it has the lock of the database, or those of the accounts.
#[derive(Default)]
struct Balances(HashMap<i64, i64>);

impl Balances {
    fn update(&self, context: &mut OrderContext) {
        for account in [&mut context.payer, &mut context.payee].into_iter().flatten() {
            if let Some(amount) = self.0.get(&account.id) {
                account.balance.amount = *amount;
            }
        }
    }

    fn book(&mut self, transfer: &PermittedTransfer, amount: i64) -> Result<(), LedgerError> {
        let PermittedTransfer { from, to, .. } = transfer;
        let left = from.balance.amount.checked_sub(amount).ok_or(LedgerError::Overflow)?;
        let right = to.balance.amount.checked_add(amount).ok_or(LedgerError::Overflow)?;
        self.0.extend([(from.id, left), (to.id, right)]);
        Ok(())
    }
}

async fn replay(
    tx: &mut Transaction<'_>,
    order: &Order,
    recorded: RecordedOrder,
) -> Result<TransferDecision, LedgerError> {
    let RecordedOrder { issuer, subject, content, refusal } = recorded;
    let is_same_customer = issuer == order.customer.issuer && subject == order.customer.subject;
    if !is_same_customer || content != order.content() {
        return Ok(TransferDecision::KeyReused);
    }
    let stored_answer = |_| LedgerError::StoredAnswer { id: order.id.to_string() };
    Ok(TransferDecision::Replayed(match refusal {
        None => Ok(transfer::find(tx, order.id).await?.ok_or(LedgerError::UnexpectedRows)?),
        Some(json) => Err(serde_json::from_str(&json).map_err(stored_answer)?),
    }))
}

/// Whether an order that was not decided before may be carried out.
fn check(
    order: &Order,
    context: OrderContext,
) -> Result<Result<PermittedTransfer, OrderRefusal>, LedgerError> {
    match order.check() {
        // A missing account comes first, whatever else is wrong.
        Err(_) if context.payer.is_none() => Ok(Err(OrderRefusal::AccountNotFound)),
        Err(refusal) => Ok(Err(refusal)),
        Ok(_) => check_accounts(order, context.payer, context.payee),
    }
}

/// The rules that need the accounts.
fn check_accounts(
    order: &Order,
    from: Option<Account>,
    to: Option<Account>,
) -> Result<Result<PermittedTransfer, OrderRefusal>, LedgerError> {
    let Some(from) = from else { return Ok(Err(OrderRefusal::AccountNotFound)) };
    let currency = &from.balance.currency;
    let wrong_currency = || OrderRefusal::WrongCurrency { expected: currency.as_str().to_owned() };
    if order.currency != currency.as_str() {
        return Ok(Err(wrong_currency()));
    }
    let Some(to) = to else { return Ok(Err(OrderRefusal::UnknownPayee)) };
    if to.id == from.id {
        return Ok(Err(OrderRefusal::PayeeIsPayer));
    }
    if to.balance.currency != *currency {
        return Ok(Err(wrong_currency()));
    }
    // The customer decided by what the check said then. The bank believes its own answer alone.
    if let Some(CheckedName { name, check }) = &order.payee_name {
        let name_check = NameCheckResult::of(name, Some(&to.party.holder));
        if name_check != *check {
            return Ok(Err(OrderRefusal::NameCheckChanged { name_check }));
        }
    }
    if from.balance.amount.checked_sub(order.amount).ok_or(LedgerError::Overflow)? < 0 {
        return Ok(Err(OrderRefusal::InsufficientFunds { balance: from.balance }));
    }
    to.balance.amount.checked_add(order.amount).ok_or(LedgerError::Overflow)?;
    Ok(Ok(PermittedTransfer { from, to, booking: 0 }))
}

#[cfg(test)]
mod tests;
