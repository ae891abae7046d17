//! What the bank told its customers must fit together, whatever is in the books.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Attempts;
use crate::history::{Attempt, CURRENCY, Meaning, Question};
use crate::wire::Answer;

pub(super) fn check(by_id: &HashMap<&str, Attempts>, questions: &[Question], violations: &mut Vec<String>) {
    for (id, attempts) in by_id {
        one_answer(id, attempts, violations);
        true_answers(id, attempts, violations);
        kept_promises(id, attempts, violations);
    }
    no_loss_for_words(attempts_of(by_id), questions, violations);
    found_when_asked(by_id, questions, violations);
    tokens_decide_once(by_id, violations);
}

fn is_decision(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Acknowledged(_) | Meaning::Refused(_))
}

/// All decisions about one order are the same, to the letter, and at most one was made now and not repeated.
fn one_answer(id: &str, attempts: &Attempts, violations: &mut Vec<String>) {
    let decisions = attempts.iter().filter(|(_, meaning)| is_decision(meaning));
    let answers: Vec<_> = decisions.filter_map(|(attempt, _)| attempt.answer.as_ref()).collect();
    let different: HashSet<_> = answers.iter().map(|answer| (answer.status, &answer.body)).collect();
    if different.len() > 1 {
        violations.push(format!("order {id} was answered in {} ways", different.len()));
    }
    let first = answers.iter().filter(|answer| !answer.replayed).count();
    if first > 1 {
        violations.push(format!("order {id} was decided {first} times"));
    }
}

/// A 201 says what was ordered, and a refusal says something that can be true. Nobody decides without the right.
fn true_answers(id: &str, attempts: &Attempts, violations: &mut Vec<String>) {
    for (attempt, meaning) in attempts {
        if is_decision(meaning) && !attempt.token.may_transfer {
            violations.push(format!("order {id} was decided for a token without the scope"));
        }
        match meaning {
            Meaning::Acknowledged(body) if !says_what_was_ordered(attempt, body) => {
                violations.push(format!("order {id} was acknowledged with another content: {body}"));
            }
            Meaning::Acknowledged(body)
                if body["balance_after"]["amount"].as_i64().is_none_or(|left| left < 0) =>
            {
                violations.push(format!("order {id} was acknowledged and left less than nothing: {body}"));
            }
            Meaning::Refused(body)
                if body["balance"]["amount"].as_i64().is_some_and(|on| on >= attempt.order.amount) =>
            {
                violations.push(format!("order {id} was refused although there was enough: {body}"));
            }
            _ => {}
        }
    }
}

fn says_what_was_ordered(attempt: &Attempt, body: &Value) -> bool {
    let order = &attempt.order;
    body["id"] == order.id.as_str()
        && body["payer"]["iban"] == order.payer.as_str()
        && body["payee"]["iban"] == order.payee.as_str()
        && body["amount"]["amount"] == order.amount
        && body["amount"]["currency"] == CURRENCY
        && body["reference"] == order.reference.as_str()
}

/// Who was told the decision is told the same later, with the spent token too.
fn kept_promises(id: &str, attempts: &Attempts, violations: &mut Vec<String>) {
    let decided = attempts.iter().filter(|(_, meaning)| is_decision(meaning));
    let Some((first, _)) = decided.min_by_key(|(attempt, _)| attempt.span.ended) else { return };
    for (attempt, meaning) in attempts {
        let (order, later) = (&attempt.order, attempt.span.began > first.span.ended);
        if let Meaning::NotDone(problem) = meaning
            && later
            && *order == first.order
            && attempt.token.may_transfer
        {
            violations.push(format!("order {id} was decided, and later answered with {problem}"));
        }
    }
}

fn attempts_of<'a>(by_id: &'a HashMap<&str, Attempts>) -> impl Iterator<Item = &'a Attempt> {
    by_id.values().flatten().map(|(attempt, _)| *attempt)
}

/// Whatever happens to the disk, the database and the other banks is foreseen: the bank is out of service for a while (503),
/// knows why, and says when to come back. 500 is what it says of its own mistakes.
fn no_loss_for_words<'a>(
    attempts: impl Iterator<Item = &'a Attempt>,
    questions: &[Question],
    violations: &mut Vec<String>,
) {
    let attempts = attempts.map(|attempt| (attempt.order.id.as_str(), &attempt.answer));
    let questions = questions.iter().map(|question| (question.id.as_str(), &question.answer));
    for (id, answer) in attempts.chain(questions) {
        match answer {
            Some(answer) if answer.status == 503 && !answer.says_when => {
                violations
                    .push(format!("a request about {id} was answered with 503, and not when to come back"));
            }
            Some(answer) if answer.status >= 500 && answer.status != 503 => {
                let Answer { status, body, .. } = answer;
                violations.push(format!("a request about {id} was answered with {status}: {body}"));
            }
            _ => {}
        }
    }
}

/// Who was told 201 finds the transfer from then on.
fn found_when_asked(by_id: &HashMap<&str, Attempts>, questions: &[Question], violations: &mut Vec<String>) {
    for question in questions {
        let Some(answer) = question.answer.as_ref().filter(|answer| answer.status < 500) else { continue };
        let Some(attempts) = by_id.get(question.id.as_str()) else { continue };
        let done = attempts.iter().filter(|(attempt, meaning)| {
            matches!(meaning, Meaning::Acknowledged(_)) && attempt.order.customer == question.customer
        });
        let told = done.map(|(attempt, _)| attempt.span.ended).min();
        if answer.status != 200 {
            if told.is_some_and(|told| told < question.span.began) {
                let status = answer.status;
                violations.push(format!(
                    "transfer {} was acknowledged, and later answered with {status}",
                    question.id
                ));
            }
            continue;
        }
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if !attempts.iter().any(|(attempt, _)| says_what_was_ordered(attempt, &body)) {
            violations.push(format!(
                "transfer {} is shown with a content that nobody ordered: {body}",
                question.id
            ));
        }
    }
}

/// A token that decided one order decides no other. An order counts for a token when nothing else was sent with it.
fn tokens_decide_once(by_id: &HashMap<&str, Attempts>, violations: &mut Vec<String>) {
    let mut decided: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (id, attempts) in by_id {
        if !attempts.iter().any(|(_, meaning)| is_decision(meaning)) {
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
