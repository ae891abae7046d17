//! The bank's API: what is sent, and what its answers mean.
//!
//! A status decides, a body refines: the same client runs against a bank that answers with a sentence instead of an
//! amount, has no list of transfers and explains nothing.

mod transfer_answer;

use serde::Serialize;

pub(crate) use self::transfer_answer::{TransferAnswer, cannot_ask, read_transfer};
use crate::{
    challenge::Challenge,
    config::Config,
    demand::Demand,
    effect::{Body, Caching, Method, Request},
    event::{Answer, NetworkError},
    iban,
    json::{self, Json, Object},
    money::Money,
    problem::Problem,
    tokens::Bearer,
    transfer::{Order, TransferId},
    view::{BalanceView, HistoryView, PastTransfer, Statement},
};

fn request(config: &Config, path: &str, bearer: Bearer) -> Request {
    let url = config.api.below(path);
    let (idempotency_key, body) = (None, None);
    Request {
        method: Method::Get,
        url,
        authorization: Some(bearer),
        idempotency_key,
        body,
        caching: Caching::Never,
    }
}

/// `GET /balance`
pub(crate) fn balance(config: &Config, bearer: Bearer) -> Request {
    request(config, "balance", bearer)
}

/// `GET /transfers`
pub(crate) fn history(config: &Config, bearer: Bearer) -> Request {
    request(config, "transfers", bearer)
}

/// `GET /statements`, from the newest on or before this cursor.
pub(crate) fn statements(config: &Config, before: Option<&str>, bearer: Bearer) -> Request {
    let mut request = request(config, "statements", bearer);
    if let Some(before) = before {
        request.url = request.url.with_query(&[("before", before)]);
    }
    request
}

/// `GET /transfers/{id}`. `is_abandoned`: where there is no such transfer, there is to be none. Otherwise the customer may still
/// be about to confirm it, and the question must not be in the way of that.
pub(crate) fn transfer_status(
    config: &Config,
    id: &TransferId,
    is_abandoned: bool,
    bearer: Bearer,
) -> Request {
    let query = if is_abandoned { "" } else { "?retire=false" };
    request(config, &["transfers/", id.as_str(), query].concat(), bearer)
}

/// `GET /transfer`, which no API has, or an order that is none: a request without a token, with the header of a transfer that a
/// preflight may refuse.
pub(crate) fn preflight(config: &Config, method: Method, with_key: bool) -> Request {
    Request {
        method,
        url: config.api.below("transfer"),
        authorization: None,
        idempotency_key: with_key.then(|| "preflight".to_owned()),
        body: None,
        caching: Caching::Never,
    }
}

/// `POST /transfer`. Consumes the token, whichever it is. `unkeyed`: without `Idempotency-Key`.
pub(crate) fn transfer(
    config: &Config,
    id: &TransferId,
    order: &Order,
    unkeyed: bool,
    bearer: Bearer,
) -> Request {
    #[derive(Serialize)]
    struct Content<'a> {
        payee: &'a str,
        amount: &'a Money,
        reference: &'a str,
    }
    let content = Content { payee: order.payee.as_str(), amount: &order.amount, reference: &order.reference };
    Request {
        method: Method::Post,
        idempotency_key: (!unkeyed).then(|| id.as_str().to_owned()),
        body: Some(Body::Json(json::write(&content))),
        ..request(config, "transfer", bearer)
    }
}

/// RFC 9457.
#[derive(Debug, Default)]
struct ProblemDetails {
    kind: String,
    title: String,
    detail: String,
    /// The bank's own member: this will never be otherwise.
    is_final: bool,
}

impl ProblemDetails {
    /// From a body that is a problem, or anything else.
    fn of(answer: &Answer) -> Self {
        Self::read(&Object::parse(&answer.body).unwrap_or_default())
    }

    fn read(object: &Object) -> Self {
        let text = |name| object.text(name).unwrap_or_default();
        let is_final = object.get("final") == Some(&Json::Bool(true));
        Self { kind: text("type"), title: text("title"), detail: text("detail"), is_final }
    }

    /// The last part of the type: `urn:riser:problem:insufficient-funds` is `insufficient-funds`.
    fn code(&self) -> &str {
        self.kind.rsplit([':', '/']).next().unwrap_or_default()
    }

    fn cause(&self, status: u16) -> String {
        let text: String = format!("{}: {}", self.title, self.detail).chars().take(300).collect();
        if self.kind.is_empty() { format!("the bank answered {status}") } else { format!("{status} {text}") }
    }
}

/// A reading request that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// 401: the token is not accepted, or no longer. When the bank asks for another authentication (RFC 9470), with what
    /// it demands.
    Unauthorized(Demand, Problem),
    /// The bank has no such thing.
    NotOffered,
    /// The bank has too much to do, and wants to be asked again in so many milliseconds.
    Later(Problem, u32),
    /// Anything else, for the page.
    Failed(Problem),
}

/// What `GET /balance` brought.
pub(crate) fn read_balance(outcome: Result<Answer, NetworkError>) -> Result<BalanceView, ReadError> {
    let body = successful(outcome)?;
    let amount = || {
        let money = Money::read(body.object("balance")?)?;
        let account = body.object("account");
        let iban = account.and_then(|account| account.text("iban"));
        let holder = account.and_then(|account| account.text("holder"));
        Some(BalanceView::Amount { money, iban: iban.as_deref().map(iban::grouped), holder })
    };
    let sentence = || body.text("message").map(BalanceView::Message);
    amount().or_else(sentence).ok_or_else(|| ReadError::Failed(unreadable()))
}

/// What `GET /transfers` brought.
pub(crate) fn read_history(outcome: Result<Answer, NetworkError>) -> Result<HistoryView, ReadError> {
    let body = match successful(outcome) {
        Err(ReadError::NotOffered) => return Ok(HistoryView::NotOffered),
        other => other?,
    };
    let lines = body.list("transfers").and_then(past_transfers);
    lines.map(HistoryView::List).ok_or_else(|| ReadError::Failed(unreadable()))
}

fn past_transfers(list: &[Json]) -> Option<Vec<PastTransfer>> {
    let line = |item: &Json| {
        let item = item.as_object()?;
        let counterparty = item.object("counterparty")?;
        Some(PastTransfer {
            id: item.text("id")?,
            outgoing: item.text("direction")? == "out",
            // The other side of an opening balance may be the bank itself.
            iban: iban::grouped(&counterparty.text("iban").unwrap_or_default()),
            counterparty: counterparty.text("holder").unwrap_or_default(),
            money: Money::read(item.object("amount")?)?,
            reference: item.text("reference").unwrap_or_default(),
            at: item.text("created_at")?,
        })
    };
    list.iter().map(line).collect()
}

/// Statements, newest first, and the cursor of what is older.
pub(crate) type StatementsAnswer = (Vec<Statement>, Option<String>);

/// What `GET /statements` brought.
pub(crate) fn read_statements(outcome: Result<Answer, NetworkError>) -> Result<StatementsAnswer, ReadError> {
    let body = successful(outcome)?;
    let statement = |item: &Json| {
        let item = item.as_object()?;
        Some(Statement {
            id: item.text("id")?,
            from: item.text("from")?,
            to: item.text("to")?,
            opening: Money::read(item.object("opening")?)?,
            closing: Money::read(item.object("closing")?)?,
            entries: past_transfers(item.list("entries")?)?,
        })
    };
    let list = body.list("statements").and_then(|list| list.iter().map(statement).collect());
    let list = list.ok_or_else(|| ReadError::Failed(unreadable()))?;
    Ok((list, body.text("next")))
}

fn successful(outcome: Result<Answer, NetworkError>) -> Result<Object, ReadError> {
    let answer = outcome.map_err(|e| ReadError::Failed(unreachable(&e)))?;
    let details = || ProblemDetails::of(&answer).cause(answer.status);
    match answer.status {
        // A host that answers every path with a page has no such thing either.
        200..=299 => Object::parse(&answer.body).map_err(|_| ReadError::NotOffered),
        401 => Err(ReadError::Unauthorized(
            demand(&answer).unwrap_or_default(),
            Problem::new(
                "api.unauthorized",
                "Your bank does not accept this log-in",
                "You were logged in, but your bank will not show your account with it. No money was moved. Please ask your bank.",
                details(),
            ),
        )),
        403 => Err(ReadError::Failed(Problem::new(
            "api.forbidden",
            "Your bank refused",
            "Your log-in does not permit this. Please ask your bank.",
            details(),
        ))),
        404 | 405 | 501 => Err(ReadError::NotOffered),
        _ => Err(match later(&answer) {
            Some(wait) => ReadError::Later(busy(details()), wait),
            None => ReadError::Failed(down(details())),
        }),
    }
}

/// How long Riser waits by itself, in seconds. Whoever is told to wait longer looks after it.
const PATIENCE: u32 = 120;

/// The longest wait that counts, in seconds: a day. Browsers keep timers in 31 bits, and a longer one would go off at once.
const LONGEST_WAIT: u32 = 24 * 60 * 60;

/// In how many seconds the bank wants to be asked again, if it says so.
fn told_to_wait(answer: &Answer) -> Option<u32> {
    let wait = answer.retry_after.filter(|_| matches!(answer.status, 429 | 503))?;
    Some(wait.clamp(1, LONGEST_WAIT))
}

/// The same in milliseconds, if that is soon.
fn later(answer: &Answer) -> Option<u32> {
    told_to_wait(answer).filter(|wait| *wait <= PATIENCE).map(|wait| wait * 1000)
}

/// Which authentication a 401 asks for, when that is what is missing (RFC 9470 3). One that names nothing in particular
/// asks for a second factor.
fn demand(answer: &Answer) -> Option<Demand> {
    let challenge = challenge(answer).filter(Challenge::asks_to_authenticate)?;
    Some(if challenge.demand.is_empty() { Demand::second_factor() } else { challenge.demand })
}

fn challenge(answer: &Answer) -> Option<Challenge> {
    answer.www_authenticate.as_deref().and_then(Challenge::parse)
}

/// The page's words for a bank that cannot be reached.
pub(crate) fn unreachable(error: &NetworkError) -> Problem {
    let cause = match error {
        NetworkError::Unreachable(cause) => cause.clone(),
        NetworkError::TimedOut => "no answer in time".to_owned(),
    };
    Problem::new(
        "api.unreachable",
        "Your bank cannot be reached",
        "There is no connection to your bank at the moment.",
        cause,
    )
}

/// The page's words for a bank that answers with an error.
pub(crate) fn down(cause: String) -> Problem {
    Problem::new(
        "api.down",
        "Your bank cannot answer at the moment",
        "Something is wrong on your bank's side. Please try again in a few minutes.",
        cause,
    )
}

fn busy(cause: String) -> Problem {
    Problem::new(
        "api.busy",
        "Your bank asks us to wait",
        "It has a lot to do at the moment. We will ask again in a moment, without your doing anything.",
        cause,
    )
}

fn unreadable() -> Problem {
    Problem::new(
        "api.unreadable",
        "Your bank's answer could not be read",
        "It was not what we expected. Please try again later.",
        "the answer's body is not the JSON that the API describes".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.to_owned(), ..Answer::default() }
    }

    /// Proves: api-error-sentence
    #[test]
    fn a_bank_may_answer_with_a_sentence() {
        let balance =
            read_balance(Ok(answer(201, r#"{"message":"This is the GET /balance endpoint"}"#))).unwrap();
        assert_eq!(balance, BalanceView::Message("This is the GET /balance endpoint".into()));
        assert_eq!(read_history(Ok(answer(404, "Cannot GET /transfers"))), Ok(HistoryView::NotOffered));
    }

    #[test]
    fn past_transfers_are_read_as_they_stand() {
        let body = r#"{"transfers":[
            {"id":"2","direction":"out","counterparty":{"iban":"GB82WEST12345698765432","holder":"Bob"},
             "amount":{"amount":1250,"currency":"EUR"},"reference":"Rent","created_at":"2023-11-14T22:13:20Z"},
            {"id":"1","direction":"in","counterparty":{},"amount":{"amount":100000,"currency":"EUR"},
             "created_at":"2023-11-01T00:00:00Z"}]}"#;
        let Ok(HistoryView::List(lines)) = read_history(Ok(answer(200, body))) else { panic!("no list") };
        let seen: Vec<_> =
            lines.iter().map(|line| (line.id.as_str(), line.outgoing, line.money.amount)).collect();
        assert_eq!(seen, [("2", true, 1250), ("1", false, 100_000)], "in their order");
        assert_eq!((lines[0].counterparty.as_str(), lines[0].reference.as_str()), ("Bob", "Rent"));
        assert_eq!(lines[0].iban, "GB82 WEST 1234 5698 7654 32");
        assert_eq!(lines[0].at, "2023-11-14T22:13:20Z");
    }

    #[test]
    fn a_host_that_answers_every_path_has_no_list_of_transfers() {
        assert_eq!(read_history(Ok(answer(200, "<!doctype html>"))), Ok(HistoryView::NotOffered));
        assert_eq!(read_balance(Ok(answer(200, "<!doctype html>"))), Err(ReadError::NotOffered));
    }

    #[test]
    fn an_answer_that_nobody_expected_is_a_sentence_too() {
        for (status, body) in
            [(200, ""), (200, "[]"), (200, r#"{"balance":{"amount":1.5,"currency":"EUR"}}"#), (500, "")]
        {
            assert!(read_balance(Ok(answer(status, body))).is_err(), "{status} {body}");
        }
    }
}
