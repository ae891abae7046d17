//! The bank's API: what is sent, and what its answers mean.
//!
//! A status decides, a body refines: the same client runs against a bank that answers with a sentence instead of an
//! amount, has no list of transfers and explains nothing.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use crate::{
    bank_api::problem::{
        ProblemDetails, automatic_retry_ms, busy, down, required_authentication, unreachable,
    },
    domain::{AuthenticationRequirement, Money, Problem, iban},
    http::HttpResult,
    json::{Json, Object},
    view::{BalanceView, HistoryView, PastTransfer, Statement},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// 401: the token is not accepted, or no longer. When the bank asks for another authentication (RFC 9470), with what
    /// it demands.
    Unauthorized(AuthenticationRequirement, Problem),
    NotOffered,
    /// The bank has too much to do, and wants to be asked again in so many milliseconds.
    Later(Problem, u32),
    Failed(Problem),
}

/// What `GET /balance` brought.
pub(crate) fn read_balance(outcome: HttpResult) -> Result<BalanceView, ReadError> {
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

/// A page of payments.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TransferPage {
    pub(crate) list: Vec<PastTransfer>,
    /// The cursor of the next page; `None` at the end, and of an API that knows no pages.
    pub(crate) next: Option<String>,
}

/// What `GET /transfers` brought.
pub(crate) fn read_transfers(outcome: HttpResult) -> Result<TransferPage, ReadError> {
    let body = successful(outcome)?;
    let list =
        body.list("transfers").and_then(past_transfers).ok_or_else(|| ReadError::Failed(unreadable()))?;
    Ok(TransferPage { list, next: body.text("next") })
}

/// The same as the first page shows it.
pub(crate) fn read_history(outcome: HttpResult) -> Result<(HistoryView, Option<String>), ReadError> {
    match read_transfers(outcome) {
        Ok(TransferPage { list, next }) => Ok((HistoryView::List(list), next)),
        Err(ReadError::NotOffered) => Ok((HistoryView::NotOffered, None)),
        Err(error) => Err(error),
    }
}

/// What `GET /transfers/{id}` brought. `own` is the customer's IBAN, when it is known.
pub(crate) fn read_payment(outcome: HttpResult, own: Option<&str>) -> Result<PastTransfer, ReadError> {
    let body = successful(outcome)?;
    let payment = || {
        let balance = body.object("balance_after").and_then(Money::read);
        let (from, to) = (body.object("payer")?, body.object("payee")?);
        let outgoing = balance.is_some() || own.is_some() && from.text("iban").as_deref() == own;
        let other = if outgoing { to } else { from };
        Some(PastTransfer {
            id: body.text("id")?,
            outgoing,
            iban: iban::grouped(&other.text("iban").unwrap_or_default()),
            counterparty: other.text("holder").unwrap_or_default(),
            money: Money::read(body.object("amount")?)?,
            reference: body.text("reference").unwrap_or_default(),
            at: body.text("created_at")?,
            number: body.text("number"),
            balance,
        })
    };
    payment().ok_or_else(|| ReadError::Failed(unreadable()))
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
            number: item.text("number"),
            balance: item.object("balance").and_then(Money::read),
        })
    };
    list.iter().map(line).collect()
}

/// Statements, newest first, and the cursor of what is older.
pub(crate) type StatementsAnswer = (Vec<Statement>, Option<String>);

/// What `GET /statements` brought.
pub(crate) fn read_statements(outcome: HttpResult) -> Result<StatementsAnswer, ReadError> {
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

impl ReadError {
    /// For developers.
    pub(crate) fn into_cause(self) -> String {
        match self {
            Self::Unauthorized(_, problem) | Self::Later(problem, _) | Self::Failed(problem) => problem.cause,
            Self::NotOffered => "the API has no such resource".to_owned(),
        }
    }
}

pub(super) fn successful(outcome: HttpResult) -> Result<Object, ReadError> {
    // A host that answers every path with a page has no such thing either.
    Object::parse(&accepted(outcome)?).map_err(|_| ReadError::NotOffered)
}

/// The body of an answer that says yes.
pub(super) fn accepted(outcome: HttpResult) -> Result<String, ReadError> {
    let answer = outcome.map_err(|e| ReadError::Failed(unreachable(&e)))?;
    let details = || ProblemDetails::of(&answer).cause(answer.status);
    match answer.status {
        200..=299 => Ok(answer.body),
        401 => Err(ReadError::Unauthorized(
            required_authentication(&answer).unwrap_or_default(),
            Problem::new("api.unauthorized", details()),
        )),
        403 => Err(ReadError::Failed(Problem::new("api.forbidden", details()))),
        404 | 405 | 501 => Err(ReadError::NotOffered),
        _ => Err(match automatic_retry_ms(&answer) {
            Some(wait) => ReadError::Later(busy(details()), wait),
            None => ReadError::Failed(down(details())),
        }),
    }
}

pub(super) fn unreadable() -> Problem {
    Problem::new("api.unreadable", "the answer's body is not the JSON that the API describes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpResponse;

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() }
    }

    /// Proves: api-error-sentence
    #[test]
    fn accepts_message_instead_of_balance() {
        let balance =
            read_balance(Ok(answer(201, r#"{"message":"This is the GET /balance endpoint"}"#))).unwrap();
        assert_eq!(balance, BalanceView::Message("This is the GET /balance endpoint".into()));
        assert_eq!(
            read_history(Ok(answer(404, "Cannot GET /transfers"))),
            Ok((HistoryView::NotOffered, None))
        );
    }

    #[test]
    fn reads_past_transfers() {
        let body = r#"{"transfers":[
            {"id":"2","direction":"out","counterparty":{"iban":"GB82WEST12345698765432","holder":"Bob"},
             "amount":{"amount":1250,"currency":"EUR"},"reference":"Rent","created_at":"2023-11-14T22:13:20Z"},
            {"id":"1","direction":"in","counterparty":{},"amount":{"amount":100000,"currency":"EUR"},
             "created_at":"2023-11-01T00:00:00Z"}]}"#;
        let Ok((HistoryView::List(lines), None)) = read_history(Ok(answer(200, body))) else {
            panic!("no list")
        };
        let seen: Vec<_> =
            lines.iter().map(|line| (line.id.as_str(), line.outgoing, line.money.amount)).collect();
        assert_eq!(seen, [("2", true, 1250), ("1", false, 100_000)], "in their order");
        assert_eq!((lines[0].counterparty.as_str(), lines[0].reference.as_str()), ("Bob", "Rent"));
        assert_eq!(lines[0].iban, "GB82 WEST 1234 5698 7654 32");
        assert_eq!(lines[0].at, "2023-11-14T22:13:20Z");
    }

    #[test]
    fn html_page_is_no_history() {
        assert_eq!(read_history(Ok(answer(200, "<!doctype html>"))), Ok((HistoryView::NotOffered, None)));
        assert_eq!(read_balance(Ok(answer(200, "<!doctype html>"))), Err(ReadError::NotOffered));
    }

    #[test]
    fn unexpected_response_is_an_error() {
        for (status, body) in
            [(200, ""), (200, "[]"), (200, r#"{"balance":{"amount":1.5,"currency":"EUR"}}"#), (500, "")]
        {
            assert!(read_balance(Ok(answer(status, body))).is_err(), "{status} {body}");
        }
    }
}
