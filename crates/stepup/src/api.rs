//! The bank's API: what is sent, and what its answers mean.
//!
//! A status decides, a body refines: the same client runs against a bank that answers with a sentence instead of an
//! amount, has no list of transfers and explains nothing.

use serde::Serialize;

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
    view::{BalanceView, DoneView, HistoryView, PastTransfer, Receipt, Statement},
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

/// `GET /statements`
pub(crate) fn statements(config: &Config, bearer: Bearer) -> Request {
    request(config, "statements", bearer)
}

/// `GET /transfers/{id}`
pub(crate) fn transfer_status(config: &Config, id: &TransferId, bearer: Bearer) -> Request {
    request(config, &format!("transfers/{}", id.as_str()), bearer)
}

/// `POST /transfer`. Consumes the token, whichever it is.
pub(crate) fn transfer(config: &Config, id: &TransferId, order: &Order, bearer: Bearer) -> Request {
    #[derive(Serialize)]
    struct Content<'a> {
        payee: &'a str,
        amount: &'a Money,
        reference: &'a str,
    }
    let content = Content { payee: order.payee.as_str(), amount: &order.amount, reference: &order.reference };
    Request {
        method: Method::Post,
        idempotency_key: Some(id.as_str().to_owned()),
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
}

impl ProblemDetails {
    /// From a body that is a problem, or anything else.
    fn of(answer: &Answer) -> Self {
        Self::read(&Object::parse(&answer.body).unwrap_or_default())
    }

    fn read(object: &Object) -> Self {
        let text = |name| object.text(name).unwrap_or_default();
        Self { kind: text("type"), title: text("title"), detail: text("detail") }
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

/// What `GET /statements` brought.
pub(crate) fn read_statements(outcome: Result<Answer, NetworkError>) -> Result<Vec<Statement>, ReadError> {
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
    list.ok_or_else(|| ReadError::Failed(unreadable()))
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

/// What the bank's answer to a transfer, or to the question about one, means.
#[derive(Debug)]
pub(crate) enum TransferAnswer {
    /// Done, now or before.
    Done(Details),
    /// 403: more authority is needed, if there is any to be had.
    Forbidden(Challenge, Problem),
    /// 401: another authentication is needed (RFC 9470); nothing was done.
    Demanding(Demand, Problem),
    /// 401: the token is not accepted; nothing was done with it.
    Unauthorized(Problem),
    /// Refused for good: no money was moved.
    Refused(Problem),
    /// The bank knows nothing of this transfer.
    NeverArrived,
    /// 429: not looked at, because there were too many.
    TurnedAway(Problem),
    /// Nobody knows, and the bank wants to be asked again in so many milliseconds.
    Later(Problem, u32),
    /// Nobody knows.
    Unknown(Problem),
    /// Nobody knows, and this bank cannot be asked.
    CannotAsk(Problem),
}

/// What the bank says about a transfer that was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    number: Option<String>,
    at: Option<String>,
    balance_after: Option<Money>,
    message: Option<String>,
    already_done: bool,
    payee: Option<String>,
    amount: Option<Money>,
    reference: Option<String>,
}

impl Details {
    /// The page for it. What the bank says it did counts; what it does not say is what was ordered.
    pub(crate) fn done(self, order: &Order) -> DoneView {
        let ordered = order.receipt();
        let receipt = Receipt {
            payee: self.payee.map_or_else(|| ordered.payee.clone(), |iban| iban::grouped(&iban)),
            money: self.amount.unwrap_or_else(|| ordered.money.clone()),
            reference: self.reference.unwrap_or_else(|| ordered.reference.clone()),
        };
        DoneView {
            differs: receipt != ordered,
            receipt,
            number: self.number,
            at: self.at,
            balance_after: self.balance_after,
            already_done: self.already_done,
            message: self.message,
        }
    }
}

/// Reads an answer to `POST /transfer` or `GET /transfers/{id}` (`asked`).
pub(crate) fn read_transfer(outcome: Result<Answer, NetworkError>, asked: bool) -> TransferAnswer {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(error) => return TransferAnswer::Unknown(unreachable(&error)),
    };
    let details = ProblemDetails::of(&answer);
    let cause = details.cause(answer.status);
    match answer.status {
        // Accepted, not done (RFC 9110 15.3.3): somebody has to ask again.
        202 => TransferAnswer::Unknown(down(cause)),
        200..=299 => done_or_refused(&answer),
        // A spent token: this very transfer may be what it was spent for.
        401 if details.code() == "token-spent" => TransferAnswer::Unknown(refusal(&details, cause)),
        401 => match demand(&answer) {
            Some(demand) => TransferAnswer::Demanding(demand, refused(&details, cause, asked)),
            None => TransferAnswer::Unauthorized(refused(&details, cause, asked)),
        },
        403 if !asked => {
            TransferAnswer::Forbidden(challenge(&answer).unwrap_or_default(), refusal(&details, cause))
        }
        404 if asked && details.code() == "transfer-not-found" => TransferAnswer::NeverArrived,
        // A 404 of a bank that cannot be asked about transfers says nothing about this one. Nor does a 403.
        403 | 404 | 405 | 501 if asked => TransferAnswer::CannotAsk(Problem::new(
            "transfer.cannot_ask",
            "Your bank cannot tell us",
            "Please look at your account before you send this transfer again.",
            cause,
        )),
        429 if !asked => TransferAnswer::TurnedAway(too_many(answer.retry_after, cause)),
        // The bank said that it did not take the request (RFC 9110 15.5): it can be relied upon.
        400..=499 if answer.status != 408 && !asked => TransferAnswer::Refused(refusal(&details, cause)),
        _ => match told_to_wait(&answer).filter(|_| asked) {
            // What is unknown is asked for by itself after any time, but never sooner than the bank says.
            Some(wait) if wait > PATIENCE => TransferAnswer::Later(down(cause), wait * 1000),
            Some(wait) => TransferAnswer::Later(busy(cause), wait * 1000),
            None => TransferAnswer::Unknown(down(cause)),
        },
    }
}

/// More orders than the bank takes from one customer. The time is rounded up, so that what is said holds.
fn too_many(retry_after: Option<u32>, cause: String) -> Problem {
    let sentence = match retry_after {
        Some(..=10) => "No money was moved. Try again in a few seconds.",
        None | Some(..=60) => "No money was moved. Try again in a minute.",
        Some(..=600) => "No money was moved. Try again in ten minutes.",
        Some(_) => "No money was moved. Try again later.",
    };
    Problem::new("transfer.too-many-requests", "Too many transfers in a short time", sentence, cause)
}

/// A token that is refused with a transfer, or with a question about one: that says nothing about the transfer.
fn refused(details: &ProblemDetails, cause: String, asked: bool) -> Problem {
    if !asked {
        return refusal(details, cause);
    }
    Problem::new(
        "transfer.not_told",
        "Your bank did not tell us",
        "It does not answer this log-in. What became of this transfer is not known yet; please log in again to find out.",
        cause,
    )
}

fn done_or_refused(answer: &Answer) -> TransferAnswer {
    // The status says that it was done; a body that cannot be read takes nothing away from that.
    let transfer = Object::parse(&answer.body).unwrap_or_default();
    match transfer.text("status").as_deref() {
        Some("refused") => {
            let details = transfer.object("problem").map(ProblemDetails::read).unwrap_or_default();
            let cause = details.cause(answer.status);
            TransferAnswer::Refused(refusal(&details, cause))
        }
        Some("pending") => TransferAnswer::Unknown(down("the transfer is pending".into())),
        _ => TransferAnswer::Done(Details {
            number: transfer.text("number"),
            at: transfer.text("created_at"),
            balance_after: transfer.object("balance_after").and_then(Money::read),
            message: transfer.text("message"),
            already_done: answer.replayed,
            payee: transfer.object("payee").and_then(|payee| payee.text("iban")),
            amount: transfer.object("amount").and_then(Money::read),
            reference: transfer.text("reference"),
        }),
    }
}

/// The customer's sentence for each refusal that the API has a name for.
fn refusal(details: &ProblemDetails, cause: String) -> Problem {
    let (headline, sentence) = match details.code() {
        "insufficient-funds" => {
            ("There is not enough money in your account", "No money was moved. Enter a smaller amount.")
        }
        "unknown-payee" => {
            ("Your bank does not know this account", "No money was moved. Please check the payee's IBAN.")
        }
        "payee-is-payer" => ("This is your own account", "No money was moved. Enter another IBAN."),
        "wrong-currency" => (
            "This account takes another currency",
            "No money was moved. Your bank cannot change currencies here.",
        ),
        "token-spent" => (
            "This confirmation was used already",
            "A confirmation is good for one transfer. We are asking your bank what became of this one.",
        ),
        "idempotency-key-reused" => (
            "Your bank has another transfer under this number",
            "This one was not sent, no money was moved by it. Please look at your past transfers, then start again.",
        ),
        "account-not-found" => {
            ("You have no account at this bank", "No money was moved. Please ask your bank.")
        }
        _ => ("Your bank refused this transfer", "No money was moved. Please ask your bank for the reason."),
    };
    let code = if details.code().is_empty() { "refused" } else { details.code() };
    Problem { code: format!("transfer.{code}").into(), headline, sentence, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.to_owned(), ..Answer::default() }
    }

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
    fn each_refusal_has_its_sentence_and_its_cause() {
        let names = [
            "insufficient-funds",
            "unknown-payee",
            "payee-is-payer",
            "wrong-currency",
            "idempotency-key-reused",
            "account-not-found",
            "something-else",
        ];
        let refused = |name: &str| {
            let body = format!(r#"{{"type":"urn:riser:problem:{name}","title":"No","detail":"Because."}}"#);
            match read_transfer(Ok(answer(422, &body)), false) {
                TransferAnswer::Refused(problem) => problem,
                _ => panic!("{name}"),
            }
        };
        let headlines: std::collections::BTreeSet<_> = names.map(|name| refused(name).headline).into();
        assert_eq!(headlines.len(), names.len(), "{headlines:?}");
        for name in names {
            let problem = refused(name);
            assert_eq!(problem.code, format!("transfer.{name}"));
            assert_eq!(problem.cause, "422 No: Because.");
            assert!(problem.sentence.contains("o money was moved"), "{name}: {}", problem.sentence);
        }
        let TransferAnswer::Refused(problem) = read_transfer(Ok(answer(400, "no")), false) else { panic!() };
        assert_eq!((&*problem.code, &*problem.cause), ("transfer.refused", "the bank answered 400"));
        let spent = answer(401, r#"{"type":"urn:riser:problem:token-spent"}"#);
        let TransferAnswer::Unknown(problem) = read_transfer(Ok(spent), false) else { panic!() };
        assert_eq!(
            (&*problem.code, problem.headline),
            ("transfer.token-spent", "This confirmation was used already")
        );
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

    #[test]
    fn the_status_decides_what_became_of_a_transfer() {
        let kind = |status, body: &str, asked| match read_transfer(Ok(answer(status, body)), asked) {
            TransferAnswer::Done(_) => "done",
            TransferAnswer::Forbidden(..) => "forbidden",
            TransferAnswer::Demanding(..) => "demanding",
            TransferAnswer::Unauthorized(_) => "unauthorized",
            TransferAnswer::Refused(_) => "refused",
            TransferAnswer::NeverArrived => "never arrived",
            TransferAnswer::TurnedAway(_) => "turned away",
            TransferAnswer::Later(..) => "later",
            TransferAnswer::Unknown(_) => "unknown",
            TransferAnswer::CannotAsk(_) => "cannot ask",
        };
        let spent = r#"{"type":"urn:riser:problem:token-spent"}"#;
        let absent = r#"{"type":"urn:riser:problem:transfer-not-found"}"#;
        for (status, body, asked, expected) in [
            (201, "{}", false, "done"),
            (200, "not even JSON", false, "done"),
            (202, "{}", false, "unknown"),
            (200, r#"{"status":"refused","problem":{"type":"x:insufficient-funds"}}"#, true, "refused"),
            (200, r#"{"status":"pending"}"#, true, "unknown"),
            (400, "", false, "refused"),
            (401, "", false, "unauthorized"),
            (401, spent, false, "unknown"),
            (403, "Forbidden", false, "forbidden"),
            (403, "Forbidden", true, "cannot ask"),
            (404, absent, true, "never arrived"),
            (404, "Cannot GET /transfers/1", true, "cannot ask"),
            (404, "", false, "refused"),
            (408, "", false, "unknown"),
            (422, "", false, "refused"),
            (429, "", false, "turned away"),
            (429, "", true, "unknown"),
            (422, "", true, "unknown"),
            (500, "", false, "unknown"),
            (503, "", false, "unknown"),
        ] {
            assert_eq!(kind(status, body, asked), expected, "{status} {body} {asked}");
        }
        assert!(matches!(read_transfer(Err(NetworkError::TimedOut), false), TransferAnswer::Unknown(_)));
    }

    #[test]
    fn a_bank_that_wants_to_be_asked_much_later_is_down_and_not_busy() {
        for (retry_after, expected) in
            [(1, busy("c".into())), (120, busy("c".into())), (121, down("c".into()))]
        {
            let answer = Answer { retry_after: Some(retry_after), ..answer(503, "") };
            let TransferAnswer::Later(problem, wait) = read_transfer(Ok(answer), true) else { panic!() };
            assert_eq!(
                (problem.code, problem.sentence, wait),
                (expected.code, expected.sentence, retry_after * 1000)
            );
        }
    }
}
