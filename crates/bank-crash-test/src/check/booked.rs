//! Requests and responses, compared with the ledger.

use std::collections::{HashMap, HashSet};

use crate::database::{Booking, LedgerRows};
use crate::history::{CURRENCY, Order, OrderAttempts, TransferResult};

pub(super) fn check(by_id: &HashMap<&str, OrderAttempts>, books: &LedgerRows, violations: &mut Vec<String>) {
    let bookings: HashMap<i64, &Booking> =
        books.bookings.iter().map(|booking| (booking.id, booking)).collect();
    let mut transfers: HashMap<&str, Vec<(i64, &str)>> = HashMap::new();
    for (id, booking, reference) in &books.transfers {
        transfers.entry(id).or_default().push((*booking, reference));
    }
    for (id, attempts) in by_id {
        let booked = transfers.remove(id).unwrap_or_default();
        let acknowledged =
            attempts.iter().find(|(_, result)| matches!(result, TransferResult::Acknowledged(_)));
        let refused = attempts.iter().any(|(_, result)| matches!(result, TransferResult::Refused(_)));
        match (booked.as_slice(), acknowledged) {
            ([], Some(_)) => violations.push(format!("order {id} was acknowledged and is not in the books")),
            ([], None) => {}
            ([_], _) if refused => violations.push(format!("order {id} was refused and is in the books")),
            ([(booking, reference)], acknowledged) => {
                let fits = |order: &Order| {
                    *reference == order.reference
                        && bookings.get(booking).is_some_and(|booking| matches_booking(books, booking, order))
                };
                let meant = match acknowledged {
                    Some((attempt, _)) => fits(&attempt.order),
                    // A token without the scope cannot have ordered it.
                    None => attempts.iter().any(|(it, _)| it.token.may_transfer && fits(&it.order)),
                };
                if !meant {
                    violations.push(format!("order {id} is in the books with another content"));
                }
            }
            (several, _) => violations.push(format!("order {id} is in the books {} times", several.len())),
        }
    }
    for id in transfers.into_keys() {
        violations.push(format!("transfer {id} is in the books, and nobody ordered it"));
    }
    check_references(books, violations);
    check_orders_and_tokens(by_id, books, violations);
}

fn matches_booking(books: &LedgerRows, booking: &Booking, order: &Order) -> bool {
    books.accounts.get(&booking.from_account) == Some(&order.payer)
        && books.accounts.get(&booking.to_account) == Some(&order.payee)
        && booking.amount == order.amount
        && booking.currency == CURRENCY
}

/// A reference names its order, under whatever id the bank may have booked it.
fn check_references(books: &LedgerRows, violations: &mut Vec<String>) {
    let mut seen = HashSet::new();
    for (id, _, reference) in &books.transfers {
        if !seen.insert(reference) {
            violations.push(format!("`{reference}` was paid twice, the second time as {id}"));
        }
    }
}

/// Each decided order has spent one token, which was sent with it; no token is spent twice. By the bank's own record, and
/// by what was sent.
fn check_orders_and_tokens(
    by_id: &HashMap<&str, OrderAttempts>,
    books: &LedgerRows,
    violations: &mut Vec<String>,
) {
    let mut orders_of: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut tokens_of: HashMap<&str, Vec<&str>> = HashMap::new();
    for (jti, order) in &books.spent {
        orders_of.entry(jti).or_default().push(order);
        tokens_of.entry(order).or_default().push(jti);
    }
    for (jti, orders) in orders_of.iter().filter(|(_, orders)| orders.len() > 1) {
        violations.push(format!("token {jti} was spent {} times", orders.len()));
    }
    let mut decided_by: HashMap<&str, usize> = HashMap::new();
    for (id, _) in &books.orders {
        let Some(attempts) = by_id.get(id.as_str()) else {
            violations.push(format!("order {id} was decided, and nobody sent it"));
            continue;
        };
        let spent = tokens_of.get(id.as_str()).map_or(&[][..], Vec::as_slice);
        let tokens: HashSet<&str> = attempts.iter().map(|(attempt, _)| attempt.token.jti.as_str()).collect();
        if !matches!(spent, [one] if tokens.contains(one)) {
            violations
                .push(format!("order {id} was decided and has spent {} tokens of its own", spent.len()));
        }
        if let [only] = Vec::from_iter(tokens)[..] {
            *decided_by.entry(only).or_default() += 1;
        }
    }
    for (jti, orders) in decided_by.into_iter().filter(|(_, orders)| *orders > 1) {
        violations.push(format!("token {jti} has decided {orders} orders in the books"));
    }
}
