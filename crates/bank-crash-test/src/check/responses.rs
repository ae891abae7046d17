//! The responses of the bank must be consistent, whatever is in the ledger.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::history::{CURRENCY, OrderAttempts, StatusQuery, TransferAttempt, TransferResult};
use bank_for_tests::http_client::HttpResponse;

pub(super) fn check(
    by_id: &HashMap<&str, OrderAttempts>,
    queries: &[StatusQuery],
    violations: &mut Vec<String>,
) {
    for (id, attempts) in by_id {
        check_same_decision(id, attempts, violations);
        check_content(id, attempts, violations);
        check_later_responses(id, attempts, violations);
    }
    check_status_codes(attempts_of(by_id), queries, violations);
    check_queries(by_id, queries, violations);
    check_tokens(by_id, violations);
}

fn is_decision(result: &TransferResult) -> bool {
    matches!(result, TransferResult::Acknowledged(_) | TransferResult::Refused(_))
}

/// All decisions about one order are the same, to the letter, and at most one was made now and not repeated.
fn check_same_decision(id: &str, attempts: &OrderAttempts, violations: &mut Vec<String>) {
    let decisions = attempts.iter().filter(|(_, result)| is_decision(result));
    let answers: Vec<_> = decisions.filter_map(|(attempt, _)| attempt.response.as_ref()).collect();
    let different: HashSet<_> = answers.iter().map(|response| (response.status, &response.body)).collect();
    if different.len() > 1 {
        violations.push(format!("order {id} was answered in {} ways", different.len()));
    }
    let first = answers.iter().filter(|response| !response.replayed).count();
    if first > 1 {
        violations.push(format!("order {id} was decided {first} times"));
    }
}

/// A 201 has the content of the order, and a refusal can be true. Without the scope there is no decision.
fn check_content(id: &str, attempts: &OrderAttempts, violations: &mut Vec<String>) {
    for (attempt, result) in attempts {
        if is_decision(result) && !attempt.token.may_transfer {
            violations.push(format!("order {id} was decided for a token without the scope"));
        }
        match result {
            TransferResult::Acknowledged(body) if !matches_order(attempt, body) => {
                violations.push(format!("order {id} was acknowledged with another content: {body}"));
            }
            TransferResult::Acknowledged(body)
                if body["balance_after"]["amount"].as_i64().is_none_or(|left| left < 0) =>
            {
                violations.push(format!("order {id} was acknowledged and left less than nothing: {body}"));
            }
            TransferResult::Refused(body)
                if body["balance"]["amount"].as_i64().is_some_and(|on| on >= attempt.order.amount) =>
            {
                violations.push(format!("order {id} was refused although there was enough: {body}"));
            }
            _ => {}
        }
    }
}

fn matches_order(attempt: &TransferAttempt, body: &Value) -> bool {
    let order = &attempt.order;
    body["id"] == order.id.as_str()
        && body["payer"]["iban"] == order.payer.as_str()
        && body["payee"]["iban"] == order.payee.as_str()
        && body["amount"]["amount"] == order.amount
        && body["amount"]["currency"] == CURRENCY
        && body["reference"] == order.reference.as_str()
}

/// After a decision, later responses are the same, with the spent token too.
fn check_later_responses(id: &str, attempts: &OrderAttempts, violations: &mut Vec<String>) {
    let decided = attempts.iter().filter(|(_, result)| is_decision(result));
    let Some((first, _)) = decided.min_by_key(|(attempt, _)| attempt.span.ended) else { return };
    for (attempt, result) in attempts {
        let (order, later) = (&attempt.order, attempt.span.began > first.span.ended);
        if let TransferResult::NotDone(problem) = result
            && later
            && *order == first.order
            && attempt.token.may_transfer
        {
            violations.push(format!("order {id} was decided, and later answered with {problem}"));
        }
    }
}

fn attempts_of<'a>(by_id: &'a HashMap<&str, OrderAttempts>) -> impl Iterator<Item = &'a TransferAttempt> {
    by_id.values().flatten().map(|(attempt, _)| *attempt)
}

/// Faults of the disk, the database and other banks lead to 503 with `Retry-After`. A 500 is a mistake of the bank.
fn check_status_codes<'a>(
    attempts: impl Iterator<Item = &'a TransferAttempt>,
    queries: &[StatusQuery],
    violations: &mut Vec<String>,
) {
    let attempts = attempts.map(|attempt| (attempt.order.id.as_str(), &attempt.response));
    let queries = queries.iter().map(|query| (query.id.as_str(), &query.response));
    for (id, response) in attempts.chain(queries) {
        match response {
            Some(response) if response.status == 503 && !response.has_retry_after => {
                violations
                    .push(format!("a request about {id} was answered with 503, and not when to come back"));
            }
            Some(response) if response.status >= 500 && response.status != 503 => {
                let HttpResponse { status, body, .. } = response;
                violations.push(format!("a request about {id} was answered with {status}: {body}"));
            }
            _ => {}
        }
    }
}

/// After a 201, the transfer is found.
fn check_queries(
    by_id: &HashMap<&str, OrderAttempts>,
    queries: &[StatusQuery],
    violations: &mut Vec<String>,
) {
    for query in queries {
        let Some(response) = query.response.as_ref().filter(|response| response.status < 500) else {
            continue;
        };
        let Some(attempts) = by_id.get(query.id.as_str()) else { continue };
        let done = attempts.iter().filter(|(attempt, result)| {
            matches!(result, TransferResult::Acknowledged(_)) && attempt.order.customer == query.customer
        });
        let told = done.map(|(attempt, _)| attempt.span.ended).min();
        if response.status != 200 {
            if told.is_some_and(|told| told < query.span.began) {
                let status = response.status;
                violations.push(format!(
                    "transfer {} was acknowledged, and later answered with {status}",
                    query.id
                ));
            }
            continue;
        }
        let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
        if !attempts.iter().any(|(attempt, _)| matches_order(attempt, &body)) {
            violations
                .push(format!("transfer {} is shown with a content that nobody ordered: {body}", query.id));
        }
    }
}

/// A token that decided one order decides no other. An order counts for a token when nothing else was sent with it.
fn check_tokens(by_id: &HashMap<&str, OrderAttempts>, violations: &mut Vec<String>) {
    let mut decided: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (id, attempts) in by_id {
        if !attempts.iter().any(|(_, result)| is_decision(result)) {
            continue;
        }
        let tokens: HashSet<_> = attempts.iter().map(|(attempt, _)| attempt.token.jti.as_str()).collect();
        if let [token] = Vec::from_iter(tokens)[..] {
            decided.entry(token).or_default().insert(id);
        }
    }
    for (token, orders) in decided.into_iter().filter(|(_, orders)| orders.len() > 1) {
        violations.push(format!("token {token} decided {} orders", orders.len()));
    }
}
