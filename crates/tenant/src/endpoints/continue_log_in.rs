//! `/continue`: the browser comes back from where an Action or a Rule has sent it. The cookie of its request is for `/u`, and
//! another site's form brings no cookies along: so the browser is sent there first.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::authorization::{continue_authorization, find_transaction};
use crate::extract::{FormParameters, InTransaction, QueryParameters};
use crate::pages;
use crate::state::Shared;

pub(super) async fn forward(QueryParameters(query): QueryParameters) -> Response {
    to_transaction(&query.encoded())
}

/// What the form has joins what the address has.
pub(super) async fn forward_form(
    QueryParameters(query): QueryParameters,
    FormParameters(form): FormParameters,
) -> Response {
    let parts: Vec<String> =
        [query.encoded(), form.encoded()].into_iter().filter(|it| !it.is_empty()).collect();
    to_transaction(&parts.join("&"))
}

fn to_transaction(query: &str) -> Response {
    Redirect::to(&format!("/u/continue?{query}")).into_response()
}

pub(super) async fn get(
    State(state): Shared,
    InTransaction(transaction_ref): InTransaction,
    QueryParameters(parameters): QueryParameters,
) -> Response {
    match continue_authorization(&state, &transaction_ref, &parameters).await {
        Some(response) => response,
        None => {
            pages::elsewhere(&state, &transaction_ref, find_transaction(&state, &transaction_ref).as_ref())
        }
    }
}
