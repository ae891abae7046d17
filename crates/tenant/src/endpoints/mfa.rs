//! `/u/mfa`: the log-in tab while a second factor is asked for.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::authorization::{TransactionStage, carry_out, find_transaction};
use crate::domain::Factor;
use crate::extract::{AtSecondFactor, InTransaction, TransactionForm, find_paired_phone};
use crate::http::Cookies;
use crate::mfa::{self, CodeError, MfaStatus};
use crate::pages;
use crate::state::{AppState, Shared};
use crate::store::{NotSent, TransactionRef};

/// What is asked for; or, when the phone has answered, the way back to the client.
pub(super) async fn get(
    State(state): Shared,
    InTransaction(transaction_ref): InTransaction,
    cookies: Cookies,
) -> Response {
    page(&state, &transaction_ref, &cookies, None).await
}

async fn page(
    state: &AppState,
    transaction_ref: &TransactionRef,
    cookies: &Cookies,
    error: Option<CodeError>,
) -> Response {
    match mfa::status(state, transaction_ref) {
        MfaStatus::Open(transaction) => {
            let phone = find_paired_phone(state, cookies);
            let phone_of = phone.as_ref().map(|phone| phone.sub.as_str());
            pages::second_factor(state, &transaction_ref.id, &transaction, phone_of, error)
        }
        MfaStatus::Over(next_step) => carry_out(state, transaction_ref, next_step).await,
        MfaStatus::Elsewhere => {
            pages::elsewhere(state, transaction_ref, find_transaction(state, transaction_ref).as_ref())
        }
    }
}

/// Held until there is something new (200), or it is time to ask again (204).
pub(super) async fn wait(State(state): Shared, InTransaction(transaction_ref): InTransaction) -> StatusCode {
    state.wait_until(|state| !mfa::is_waiting(state, &transaction_ref)).await
}

/// `/u/mfa/approve`: the customer approves in the browser that asks, which is their phone as well. Parameters: `state`,
/// `form_token`.
pub(super) async fn post_approval(
    State(state): Shared,
    cookies: Cookies,
    TransactionForm { transaction_ref, .. }: TransactionForm<AtSecondFactor>,
) -> Response {
    if let Some(phone) = find_paired_phone(&state, &cookies) {
        mfa::approve_here(&state, &transaction_ref, &phone.sub);
    }
    page(&state, &transaction_ref, &cookies, None).await
}

/// `/u/mfa/code`: a code that was typed. Parameters: `state`, `form_token`, `code`.
pub(super) async fn post_code(
    State(state): Shared,
    cookies: Cookies,
    TransactionForm { transaction_ref, form, .. }: TransactionForm<AtSecondFactor>,
) -> Response {
    match mfa::answer_code(&state, &transaction_ref, form.get("code").unwrap_or_default()) {
        Ok(next_step) => carry_out(&state, &transaction_ref, next_step).await,
        Err(error) => page(&state, &transaction_ref, &cookies, Some(error)).await,
    }
}

/// `/u/mfa/ways`: the authenticators to choose from.
pub(super) async fn get_authenticators(
    State(state): Shared,
    InTransaction(transaction_ref): InTransaction,
) -> Response {
    authenticators_page(&state, &transaction_ref, None)
}

/// `/u/mfa/way`: the one that was chosen. Parameters: `state`, `form_token`, and `way`: a factor, `first-app` or `manage`.
pub(super) async fn post_authenticator(
    State(state): Shared,
    TransactionForm { transaction_ref, form, .. }: TransactionForm<AtSecondFactor>,
) -> Response {
    let chosen = form.get("way").unwrap_or_default();
    let next_step = match (chosen, Factor::named(chosen)) {
        (_, Some(factor)) => match mfa::switch(&state, &transaction_ref, factor) {
            Ok(next_step) => next_step,
            Err(not_sent) => return authenticators_page(&state, &transaction_ref, Some(not_sent)),
        },
        ("first-app", _) => mfa::set_up_first_app(&state, &transaction_ref),
        ("manage", _) => mfa::manage(&state, &transaction_ref),
        _ => return authenticators_page(&state, &transaction_ref, None),
    };
    carry_out(&state, &transaction_ref, next_step).await
}

fn authenticators_page(
    state: &AppState,
    transaction_ref: &TransactionRef,
    not_sent: Option<NotSent>,
) -> Response {
    match (find_transaction(state, transaction_ref), mfa::choices(state, transaction_ref)) {
        (Some(transaction), Some(choices)) if transaction.stage == TransactionStage::SecondFactor => {
            let (request, csrf_token) = (&transaction.authorization.request, &transaction.csrf_token);
            pages::authenticators(request, &transaction_ref.id, csrf_token, &choices, not_sent)
        }
        (transaction, _) => pages::elsewhere(state, transaction_ref, transaction.as_ref()),
    }
}
