//! `/u/login`: the log-in page of a transaction.

use axum::extract::State;
use axum::response::Response;

use crate::authorization::password_check::{check_password, password_event};
use crate::authorization::{self, TransactionStage, find_transaction};
use crate::domain::LogInError;
use crate::extract::{AtLogIn, ClientPeer, InTransaction, TransactionForm};
use crate::http::{Cookies, cookies};
use crate::pages;
use crate::state::Shared;

pub(super) async fn get(State(state): Shared, InTransaction(transaction_ref): InTransaction) -> Response {
    let transaction = match find_transaction(&state, &transaction_ref) {
        Some(transaction) if transaction.stage == TransactionStage::LogIn => transaction,
        elsewhere => return pages::elsewhere(&state, &transaction_ref, elsewhere.as_ref()),
    };
    let request = &transaction.authorization.request;
    let hinted = || Some(state.directory.by_sub(request.id_token_hint.as_deref()?)?.email.clone());
    let email = request.login_hint.clone().or_else(hinted).unwrap_or_default();
    pages::log_in(request, &transaction_ref.id, &transaction.csrf_token, &email, None)
}

pub(super) async fn post(
    State(state): Shared,
    cookies: Cookies,
    ClientPeer(peer): ClientPeer,
    TransactionForm { transaction_ref, transaction, form, .. }: TransactionForm<AtLogIn>,
) -> Response {
    let request = &transaction.authorization.request;
    let result = check_password(&state, &form, peer).await.and_then(|customer| {
        if request.is_for(&customer.sub) { Ok(customer) } else { Err(LogInError::SomebodyElse) }
    });
    transaction.authorization.trace.record(password_event(&state, &form, &result));
    match result {
        Ok(customer) => {
            authorization::log_in(&state, &transaction_ref, &customer, cookies.get(cookies::SESSION)).await
        }
        Err(error) => {
            tracing::info!(client_id = request.client.id, %error, "log-in refused");
            let email = form.get("email").unwrap_or_default();
            pages::log_in(request, &transaction_ref.id, &transaction.csrf_token, email, Some(error))
        }
    }
}
