//! "No such transfer" is final: the customer may pay again, with another id.

use std::collections::{HashMap, HashSet};

use crate::database::LedgerRows;
use crate::history::{OrderAttempts, StatusQuery, StatusResult, TransferAttempt, TransferResult};

/// An id as one customer means it.
type Named<'a> = (&'a str, &'a str);

pub(super) fn check(
    by_id: &HashMap<&str, OrderAttempts>,
    queries: &[StatusQuery],
    books: &LedgerRows,
    violations: &mut Vec<String>,
) {
    let mut denied: HashMap<Named, u64> = HashMap::new();
    let mut asked: HashMap<Named, u64> = HashMap::new();
    let mut shown: HashSet<Named> = HashSet::new();
    for query in queries {
        let named = (query.id.as_str(), query.customer.as_str());
        earliest(&mut asked, named, query.span.began);
        match StatusResult::of(query.response.as_ref()) {
            StatusResult::Absent => earliest(&mut denied, named, query.span.ended),
            StatusResult::Made(_) => drop(shown.insert(named)),
            StatusResult::Other(_) | StatusResult::Unknown => {}
        }
    }
    for named in denied.keys().filter(|named| shown.contains(*named)) {
        violations.push(format!("transfer {} was said not to exist, and is shown", named.0));
    }
    let paid = paid(books);
    for (id, attempts) in by_id {
        let mut customers: HashMap<&str, Vec<&(&TransferAttempt, TransferResult)>> = HashMap::new();
        for attempt in attempts {
            customers.entry(&attempt.0.order.customer).or_default().push(attempt);
        }
        for (customer, attempts) in customers {
            let retired = attempts.iter().filter(|(_, result)| *result == TransferResult::Retired);
            let retired = retired.map(|(attempt, _)| attempt.span.ended).min();
            let denied = denied.get(&(*id, customer)).copied();
            if retired.is_some_and(|retired| asked.get(&(*id, customer)).is_none_or(|asked| *asked > retired))
            {
                violations.push(format!("order {id} was given up before anybody asked about it"));
            }
            let what = match (denied, retired) {
                (Some(_), _) => "said not to exist",
                (None, Some(_)) => "given up",
                (None, None) => continue,
            };
            if attempts.iter().any(|(attempt, _)| paid.contains(&(*id, attempt.order.payer.as_str()))) {
                violations.push(format!("order {id} was {what}, and is in the books"));
            }
            let has = |is: &dyn Fn(&TransferAttempt, &TransferResult) -> bool| {
                attempts.iter().any(|it| is(it.0, &it.1))
            };
            if has(&|_, result| matches!(result, TransferResult::Acknowledged(_))) {
                violations.push(format!("order {id} was {what}, and acknowledged"));
            }
            // Of an order that was refused there is no transfer either, and the refusal is repeated. But what was not
            // decided when its customer was told so is not decided any more.
            let is_later =
                |attempt: &TransferAttempt| denied.is_some_and(|denied| denied < attempt.span.began);
            let is_new = |attempt: &TransferAttempt| {
                attempt.response.as_ref().is_some_and(|response| !response.replayed)
            };
            let refused = |attempt: &TransferAttempt, result: &TransferResult| {
                matches!(result, TransferResult::Refused(_))
                    && (retired.is_some() || (is_later(attempt) && is_new(attempt)))
            };
            if has(&refused) {
                violations.push(format!("order {id} was {what}, and refused"));
            }
        }
    }
}

fn earliest<'a>(moments: &mut HashMap<Named<'a>, u64>, named: Named<'a>, moment: u64) {
    let known = moments.entry(named).or_insert(moment);
    *known = moment.min(*known);
}

/// Transfers in the books, with the IBAN that paid.
fn paid(books: &LedgerRows) -> HashSet<(&str, &str)> {
    let payers: HashMap<i64, i64> =
        books.bookings.iter().map(|booking| (booking.id, booking.from_account)).collect();
    let paid = books.transfers.iter().filter_map(|(id, booking, _)| {
        let payer = books.accounts.get(payers.get(booking)?)?;
        Some((id.as_str(), payer.as_str()))
    });
    paid.collect()
}
