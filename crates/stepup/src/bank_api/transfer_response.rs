//! What the bank's answer to a transfer, or to the question about one, means: done, refused, more authority needed, or
//! nobody knows.

use alloc::{format, string::String};

use crate::{
    bank_api::{
        challenge::Challenge,
        problem::{
            MAX_AUTOMATIC_WAIT, ProblemDetails, bearer_challenge, busy, down, required_authentication,
            retry_after, unreachable,
        },
    },
    domain::{AuthenticationRequirement, CheckedName, Money, Order, Problem, Receipt, TransferId, iban},
    http::{HttpResponse, HttpResult},
    json::{Json, Object},
    view::DoneView,
};

/// What the bank's answer to a transfer, or to the question about one, means.
#[derive(Debug)]
pub(crate) enum TransferResponse {
    /// Done, now or before.
    Done(TransferDetails),
    /// 403: more authority is needed, if there is any to be had.
    Forbidden(Challenge, Problem),
    /// 401: another authentication is needed (RFC 9470); nothing was done.
    AuthenticationRequired(AuthenticationRequirement, Problem),
    /// 401: the token is not accepted; nothing was done with it.
    Unauthorized(Problem),
    /// Refused for good: no money was moved.
    Refused(Problem),
    /// The bank knows nothing of this transfer.
    NeverArrived {
        /// The bank has given the id up: nothing that is still on its way is carried out under it.
        is_final: bool,
    },
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
pub(crate) struct TransferDetails {
    number: Option<String>,
    at: Option<String>,
    balance_after: Option<Money>,
    message: Option<String>,
    already_done: bool,
    payee: Option<String>,
    name: Option<CheckedName>,
    amount: Option<Money>,
    reference: Option<String>,
}

impl TransferDetails {
    /// The page for it. What the bank says it did counts; what it does not say is what was ordered.
    pub(crate) fn into_done_view(self, order: &Order) -> DoneView {
        let ordered = order.receipt();
        let receipt = Receipt {
            payee: self.payee.map_or_else(|| ordered.payee.clone(), |iban| iban::grouped(&iban)),
            name: self.name.or_else(|| ordered.name.clone()),
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

/// The page's words for a bank that has no answer to the question about one transfer.
pub(crate) fn cannot_ask(cause: String) -> Problem {
    Problem::new("transfer.cannot_ask", cause)
}

/// Reads an answer to `POST /transfer`, or to `GET /transfers/{id}` about the transfer `about`.
pub(crate) fn read_transfer(outcome: HttpResult, about: Option<&TransferId>) -> TransferResponse {
    let asked = about.is_some();
    let answer = match outcome {
        Ok(answer) => answer,
        Err(error) => return TransferResponse::Unknown(unreachable(&error)),
    };
    let details = ProblemDetails::of(&answer);
    let cause = details.cause(answer.status);
    match answer.status {
        200..=299 => read_success(&answer, about),
        // A spent token: this very transfer may be what it was spent for.
        401 if details.code() == "token-spent" => TransferResponse::Unknown(refusal(&details, cause)),
        401 => match required_authentication(&answer) {
            Some(requirement) => {
                TransferResponse::AuthenticationRequired(requirement, refused(&details, cause, asked))
            }
            None => TransferResponse::Unauthorized(refused(&details, cause, asked)),
        },
        403 if !asked => TransferResponse::Forbidden(
            bearer_challenge(&answer).unwrap_or_default(),
            refusal(&details, cause),
        ),
        404 if asked && details.code() == "transfer-not-found" => {
            TransferResponse::NeverArrived { is_final: details.is_final }
        }
        // A 404 of a bank that cannot be asked about transfers says nothing about this one. Nor does a 403.
        403 | 404 | 405 | 501 if asked => TransferResponse::CannotAsk(cannot_ask(cause)),
        429 if !asked => TransferResponse::TurnedAway(too_many(answer.retry_after, cause)),
        // Another copy of the request is being worked on (draft-ietf-httpapi-idempotency-key-header 2.6), or it may come again.
        409 | 425 if !asked && details.code().is_empty() => TransferResponse::Unknown(unclear(cause)),
        // The bank said that it did not take the request (RFC 9110 15.5): it can be relied upon.
        400..=499 if answer.status != 408 && !asked => TransferResponse::Refused(refusal(&details, cause)),
        _ => match retry_after(&answer).filter(|_| asked) {
            // What is unknown is asked for by itself after any time, but never sooner than the bank says.
            Some(wait) if wait > MAX_AUTOMATIC_WAIT => TransferResponse::Later(down(cause), wait * 1000),
            Some(wait) => TransferResponse::Later(busy(cause), wait * 1000),
            None => TransferResponse::Unknown(down(cause)),
        },
    }
}

/// More orders than the bank takes from one customer. The time is rounded up, so that what is said holds.
fn too_many(retry_after: Option<u32>, cause: String) -> Problem {
    let text = match retry_after {
        Some(..=10) => "transfer.too-many-requests.seconds",
        None | Some(..=60) => "transfer.too-many-requests.minute",
        Some(..=600) => "transfer.too-many-requests.ten_minutes",
        Some(_) => "transfer.too-many-requests.later",
    };
    Problem::new("transfer.too-many-requests", cause).with_text(text)
}

/// A token that is refused with a transfer, or with a question about one: that says nothing about the transfer.
fn refused(details: &ProblemDetails, cause: String, asked: bool) -> Problem {
    if !asked {
        return refusal(details, cause);
    }
    Problem::new("transfer.not_told", cause)
}

/// What `status` says of a transfer that was done, in the words that banks have for it. Whatever else it says is not known to
/// be that.
const DONE: [&str; 5] = ["completed", "done", "executed", "booked", "settled"];

/// A status of success and a body: only what the bank says in both counts. Hosts answer every path with a page, proxies show
/// that they are being maintained, and banks accept what they do not do at once (202, RFC 9110 15.3.3).
fn read_success(answer: &HttpResponse, about: Option<&TransferId>) -> TransferResponse {
    let unknown = |cause: &str| TransferResponse::Unknown(unclear(format!("{} {cause}", answer.status)));
    let Ok(transfer) = Object::parse(&answer.body) else {
        return unknown("with a body that is not a JSON object");
    };
    let text = |name| transfer.get(name).map(|value| value.as_text().unwrap_or_default());
    if about.is_some_and(|about| text("id").is_some_and(|id| id != about.as_str())) {
        return unknown("about another transfer");
    }
    let status = transfer.text("status").map(|status| status.to_ascii_lowercase());
    if status.as_deref() == Some("refused") && answer.status != 202 {
        let details = transfer.object("problem").map(ProblemDetails::read).unwrap_or_default();
        let cause = details.cause(answer.status);
        return TransferResponse::Refused(refusal(&details, cause));
    }
    let no = Some(&Json::Bool(false));
    if ["error", "errors"].iter().any(|name| transfer.get(name).is_some())
        || ["success", "ok"].iter().any(|name| transfer.get(name) == no)
    {
        return unknown("with an error in its body");
    }
    let is_done = if let Some(status) = status.as_deref() {
        DONE.contains(&status)
    } else {
        // An API that answers with a sentence: to the order itself, with 201, and with nothing else.
        let says_so = transfer.members().len() == 1 && transfer.text("message").is_some();
        says_so && answer.status == 201 && about.is_none()
    };
    if answer.status == 202 || !is_done {
        return unknown("without saying that this transfer was done");
    }
    TransferResponse::Done(TransferDetails {
        number: transfer.text("number"),
        at: transfer.text("created_at"),
        balance_after: transfer.object("balance_after").and_then(Money::read),
        message: transfer.text("message"),
        already_done: answer.replayed,
        payee: transfer.object("payee").and_then(|payee| payee.text("iban")),
        name: CheckedName::read(&transfer, "payee_name", "name_check").unwrap_or_default(),
        amount: transfer.object("amount").and_then(Money::read),
        reference: transfer.text("reference"),
    })
}

/// The page's words for an answer that does not say what became of the transfer.
fn unclear(cause: String) -> Problem {
    Problem::new("transfer.unclear", cause)
}

/// The refusals that the API has a name for.
const REFUSALS: [&str; 9] = [
    "transfer.name-check-changed",
    "transfer.insufficient-funds",
    "transfer.unknown-payee",
    "transfer.payee-is-payer",
    "transfer.wrong-currency",
    "transfer.token-spent",
    "transfer.idempotency-key-reused",
    "transfer.idempotency-key-retired",
    "transfer.account-not-found",
];

/// Each of them has its own words.
fn refusal(details: &ProblemDetails, cause: String) -> Problem {
    let code = if details.code().is_empty() { "refused" } else { details.code() };
    let code = format!("transfer.{code}");
    let text = REFUSALS.into_iter().find(|known| *known == code).unwrap_or("transfer.refused");
    Problem { code: code.into(), ..Problem::new(text, cause) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{english, http::NetworkError};

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
    }

    fn id() -> TransferId {
        TransferId::new(crate::domain::Timestamp(1), [1; 16])
    }

    fn read(outcome: HttpResult, asked: bool) -> TransferResponse {
        read_transfer(outcome, asked.then(id).as_ref())
    }

    #[test]
    fn refusal_has_message_and_cause() {
        let names = [
            "name-check-changed",
            "insufficient-funds",
            "unknown-payee",
            "payee-is-payer",
            "wrong-currency",
            "idempotency-key-reused",
            "idempotency-key-retired",
            "account-not-found",
            "something-else",
        ];
        let refused = |name: &str| {
            let body = format!(r#"{{"type":"urn:riser:problem:{name}","title":"No","detail":"Because."}}"#);
            match read(Ok(answer(422, &body)), false) {
                TransferResponse::Refused(problem) => problem,
                _ => panic!("{name}"),
            }
        };
        let headlines: std::collections::BTreeSet<_> =
            names.map(|name| english::headline(refused(name).headline)).into();
        assert_eq!(headlines.len(), names.len(), "{headlines:?}");
        for name in names {
            let problem = refused(name);
            assert_eq!(problem.code, format!("transfer.{name}"));
            assert_eq!(problem.cause, "422 No: Because.");
            let sentence = english::sentence(problem.sentence);
            assert!(sentence.contains("o money was moved"), "{name}: {sentence}");
        }
        let TransferResponse::Refused(problem) = read(Ok(answer(400, "no")), false) else { panic!() };
        assert_eq!((&*problem.code, &*problem.cause), ("transfer.refused", "the bank answered 400"));
        let spent = answer(401, r#"{"type":"urn:riser:problem:token-spent"}"#);
        let TransferResponse::Unknown(problem) = read(Ok(spent), false) else { panic!() };
        assert_eq!(
            (&*problem.code, english::headline(problem.headline)),
            ("transfer.token-spent", "This confirmation was used already")
        );
    }

    /// Proves: truth-of-outcome
    #[test]
    fn status_decides_outcome() {
        let kind = |status, body: &str, asked| match read(Ok(answer(status, body)), asked) {
            TransferResponse::Done(_) => "done",
            TransferResponse::Forbidden(..) => "forbidden",
            TransferResponse::AuthenticationRequired(..) => "demanding",
            TransferResponse::Unauthorized(_) => "unauthorized",
            TransferResponse::Refused(_) => "refused",
            TransferResponse::NeverArrived { is_final: false } => "never arrived",
            TransferResponse::NeverArrived { is_final: true } => "never will",
            TransferResponse::TurnedAway(_) => "turned away",
            TransferResponse::Later(..) => "later",
            TransferResponse::Unknown(_) => "unknown",
            TransferResponse::CannotAsk(_) => "cannot ask",
        };
        let spent = r#"{"type":"urn:riser:problem:token-spent"}"#;
        let absent = r#"{"type":"urn:riser:problem:transfer-not-found"}"#;
        for (status, body, asked, expected) in [
            (201, r#"{"status":"completed"}"#, false, "done"),
            (200, r#"{"status":"Completed"}"#, false, "done"),
            (200, r#"{"status":"completed","id":"00000000-03e8-7101-8101-010101010101"}"#, true, "done"),
            (201, r#"{"message":"This is the POST /transfer endpoint"}"#, false, "done"),
            (200, r#"{"status":"refused","problem":{"type":"x:insufficient-funds"}}"#, true, "refused"),
            (200, r#"{"status":"pending"}"#, true, "unknown"),
            (400, "", false, "refused"),
            (401, "", false, "unauthorized"),
            (401, spent, false, "unknown"),
            (403, "Forbidden", false, "forbidden"),
            (403, "Forbidden", true, "cannot ask"),
            (404, absent, true, "never arrived"),
            (404, r#"{"type":"urn:riser:problem:transfer-not-found","final":true}"#, true, "never will"),
            (404, r#"{"type":"urn:riser:problem:transfer-not-found","final":"true"}"#, true, "never arrived"),
            (404, "Cannot GET /transfers/1", true, "cannot ask"),
            (404, "", false, "refused"),
            (408, "", false, "unknown"),
            (409, "", false, "unknown"),
            (409, r#"{"type":"urn:riser:problem:idempotency-key-reused"}"#, false, "refused"),
            (425, "", false, "unknown"),
            (422, "", false, "refused"),
            (429, "", false, "turned away"),
            (429, "", true, "unknown"),
            (422, "", true, "unknown"),
            (500, "", false, "unknown"),
            (503, "", false, "unknown"),
        ] {
            assert_eq!(kind(status, body, asked), expected, "{status} {body} {asked}");
        }
        assert!(matches!(read(Err(NetworkError::TimedOut), false), TransferResponse::Unknown(_)));
    }

    /// What hosts, proxies and banks answer with a status of success, and what is no word of a transfer that was made.
    const WRONG: [(u16, &str); 42] = [
        (200, ""),
        (201, ""),
        (204, ""),
        (205, ""),
        (206, r#"{"status":"compl"#),
        (200, "<!doctype html><title>Riser</title>"),
        (201, "<html><body>We are down for maintenance.</body></html>"),
        (203, "<html>"),
        (200, "OK"),
        (201, "completed"),
        (200, "null"),
        (200, "true"),
        (200, "201"),
        (200, r#""completed""#),
        (200, "[]"),
        (200, r#"[{"status":"completed"}]"#),
        (200, "{}"),
        (201, "{}"),
        (202, "{}"),
        (202, r#"{"status":"completed"}"#),
        (202, r#"{"message":"accepted"}"#),
        (200, r#"{"status":"failed"}"#),
        (201, r#"{"status":"rejected"}"#),
        (201, r#"{"status":"processing"}"#),
        (201, r#"{"status":"PENDING"}"#),
        (200, r#"{"status":"ok"}"#),
        (201, r#"{"status":201,"message":"created"}"#),
        (201, r#"{"status":null,"message":"created"}"#),
        (200, r#"{"error":"insufficient funds"}"#),
        (201, r#"{"status":"completed","error":{"code":7}}"#),
        (201, r#"{"status":"completed","errors":["limit"]}"#),
        (201, r#"{"message":"Try again later","success":false}"#),
        (200, r#"{"message":"Service under maintenance"}"#),
        (201, r#"{"data":{"status":"completed"}}"#),
        (201, r#"{"status":"completed","status":"failed"}"#),
        (201, r#"{"id":"17","state":"created"}"#),
        (202, r#"{"status":"refused"}"#),
        (201, r#"{"status":"QUEUED"}"#),
        (200, r#"{"result":"ok"}"#),
        (201, r#"{"status":["completed"]}"#),
        (201, r#"{"status":"completed","success":false}"#),
        (200, r#"{"status":"completed","ok":false}"#),
    ];

    /// Proves: truth-of-outcome
    #[test]
    fn invalid_body_is_never_success() {
        for (status, body) in WRONG {
            for asked in [false, true] {
                let read = read(Ok(answer(status, body)), asked);
                assert!(matches!(read, TransferResponse::Unknown(_)), "{status} {body} {asked}: {read:?}");
            }
        }
        for body in [
            r#"{"message":"This is the POST /transfer endpoint"}"#,
            r#"{"status":"completed","id":"00000000-03e8-7101-8101-0101010101ff"}"#,
            r#"{"status":"refused","id":"00000000-03e8-7101-8101-0101010101ff"}"#,
            r#"{"status":"completed","id":17}"#,
        ] {
            let read = read(Ok(answer(201, body)), true);
            assert!(matches!(read, TransferResponse::Unknown(_)), "no answer about this transfer: {body}");
        }
    }

    #[test]
    fn long_retry_after_means_down() {
        for (retry_after, expected) in
            [(1, busy("c".into())), (120, busy("c".into())), (121, down("c".into()))]
        {
            let answer = HttpResponse { retry_after: Some(retry_after), ..answer(503, "") };
            let TransferResponse::Later(problem, wait) = read(Ok(answer), true) else { panic!() };
            assert_eq!(
                (problem.code, problem.sentence, wait),
                (expected.code, expected.sentence, retry_after * 1000)
            );
        }
    }
}
