//! A script sends the browser to a page of somebody else, and goes on when it comes back to `/continue`
//! (`api.redirect.sendUserTo`, `context.redirect`).

use axum::response::{IntoResponse as _, Redirect, Response};

use crate::domain::{Factor, Session};
use crate::log::Event;
use crate::state::AppState;
use crate::store::{Authorization, Redirected, Stage, Store, TransactionRef};

/// What Auth0 answers to `prompt=none` where a script wants to show a page.
pub(super) const INTERACTION_REQUIRED: &str = "Interaction required";

/// Where the browser goes, when the scripts have decided so: away, with the transaction waiting for it.
pub(super) fn send_away(
    state: &AppState,
    store: &mut Store,
    transaction_ref: &TransactionRef,
    authorization: Authorization,
    session: &Session,
    second_factor: Option<(u64, Factor)>,
) -> Response {
    let now = state.now();
    let Some(transaction) = store.transactions.get(transaction_ref, now) else {
        // Its page says that it is gone.
        return Redirect::to(&format!("/u/login?state={}", transaction_ref.id)).into_response();
    };
    let to = authorization.decision.redirect.clone().unwrap_or_default();
    authorization.trace.record(Event::ScriptRedirect { to });
    let response = redirect_again(&authorization, &transaction_ref.id);
    transaction.authorization = authorization;
    transaction.extend(now + state.lifetimes.log_in);
    let (sid, sub) = (session.sid.clone(), session.sub.clone());
    transaction.stage = Stage::Redirected(Redirected { sid, sub, second_factor });
    response
}

/// Identifiers are base64url, so they stand in an address as they are.
pub(crate) fn redirect_again(authorization: &Authorization, id: &str) -> Response {
    let address = authorization.decision.redirect.as_deref().unwrap_or_default();
    let (address, fragment) = address.split_once('#').map_or((address, None), |(it, rest)| (it, Some(rest)));
    let sign = if address.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Redirect::to(&format!("{address}{sign}state={id}{fragment}")).into_response()
}
