//! What is sent to the bank.

use alloc::{borrow::ToOwned, vec::Vec};
use serde::Serialize;

use crate::{
    config::Config,
    domain::{Bearer, Iban, Money, NameCheck, Order, Payee, TransferId},
    http::{Body, HttpRequest, Method},
    json,
    view::PaymentFilter,
};

fn get(config: &Config, path: &str, bearer: Bearer) -> HttpRequest {
    HttpRequest { authorization: Some(bearer), ..HttpRequest::new(Method::Get, config.api.below(path)) }
}

/// `GET /balance`
pub(crate) fn balance(config: &Config, bearer: Bearer) -> HttpRequest {
    get(config, "balance", bearer)
}

/// `GET /transfers`
pub(crate) fn history(config: &Config, bearer: Bearer) -> HttpRequest {
    get(config, "transfers", bearer)
}

/// `GET /transfers`: those that are looked for, from the newest after this cursor.
pub(crate) fn transfers(
    config: &Config,
    filter: &PaymentFilter,
    before: Option<&str>,
    bearer: Bearer,
) -> HttpRequest {
    let mut request = history(config, bearer);
    let parameters = filter.parameters();
    let parameters = parameters.iter().map(|(name, value)| (*name, value.as_str()));
    let parameters: Vec<_> = parameters.chain(before.map(|before| ("before", before))).collect();
    request.url = request.url.with_query(&parameters);
    request
}

/// `GET /transfers/{id}`: one of the list, about which nothing is decided.
pub(crate) fn payment(config: &Config, id: &str, bearer: Bearer) -> HttpRequest {
    get(config, &["transfers/", id, "?retire=false"].concat(), bearer)
}

/// `GET /statements`, from the newest on or before this cursor.
pub(crate) fn statements(config: &Config, before: Option<&str>, bearer: Bearer) -> HttpRequest {
    let mut request = get(config, "statements", bearer);
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
) -> HttpRequest {
    let query = if is_abandoned { "" } else { "?retire=false" };
    get(config, &["transfers/", id.as_str(), query].concat(), bearer)
}

/// `GET /transfer`, which no API has, or an order that is none: a request without a token, with the header of a transfer that a
/// preflight may refuse.
pub(crate) fn preflight(config: &Config, method: Method, with_key: bool) -> HttpRequest {
    let idempotency_key = with_key.then(|| "preflight".to_owned());
    HttpRequest { idempotency_key, ..HttpRequest::new(method, config.api.below("transfer")) }
}

/// `GET /payees`
pub(crate) fn payees(config: &Config, bearer: Bearer) -> HttpRequest {
    get(config, "payees", bearer)
}

/// `PUT /payees/{iban}`
pub(crate) fn save_payee(config: &Config, payee: &Payee, bearer: Bearer) -> HttpRequest {
    #[derive(Serialize)]
    struct Content<'a> {
        name: &'a str,
    }
    let body = Some(Body::Json(json::write(&Content { name: &payee.name })));
    HttpRequest { method: Method::Put, body, ..saved_payee(config, &payee.iban, bearer) }
}

/// `DELETE /payees/{iban}`
pub(crate) fn delete_payee(config: &Config, iban: &Iban, bearer: Bearer) -> HttpRequest {
    HttpRequest { method: Method::Delete, ..saved_payee(config, iban, bearer) }
}

fn saved_payee(config: &Config, iban: &Iban, bearer: Bearer) -> HttpRequest {
    get(config, &["payees/", iban.as_str()].concat(), bearer)
}

/// `POST /payees/verify`: does the name belong to the IBAN?
pub(crate) fn name_check(config: &Config, iban: &Iban, name: &str, bearer: Bearer) -> HttpRequest {
    #[derive(Serialize)]
    struct Content<'a> {
        iban: &'a str,
        name: &'a str,
    }
    HttpRequest {
        authorization: Some(bearer),
        body: Some(Body::Json(json::write(&Content { iban: iban.as_str(), name }))),
        ..HttpRequest::new(Method::Post, config.api.below("payees/verify"))
    }
}

/// `POST /transfer`. Consumes the token, whichever it is. `unkeyed`: without `Idempotency-Key`.
pub(crate) fn transfer(
    config: &Config,
    id: &TransferId,
    order: &Order,
    unkeyed: bool,
    bearer: Bearer,
) -> HttpRequest {
    #[derive(Serialize)]
    struct Content<'a> {
        payee: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        payee_name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name_check: Option<NameCheck>,
        amount: &'a Money,
        reference: &'a str,
    }
    let content = Content {
        payee: order.payee.as_str(),
        payee_name: order.name.as_ref().map(|named| named.name.as_str()),
        name_check: order.name.as_ref().map(|named| named.check),
        amount: &order.amount,
        reference: &order.reference,
    };
    HttpRequest {
        authorization: Some(bearer),
        idempotency_key: (!unkeyed).then(|| id.as_str().to_owned()),
        body: Some(Body::Json(json::write(&content))),
        ..HttpRequest::new(Method::Post, config.api.below("transfer"))
    }
}
