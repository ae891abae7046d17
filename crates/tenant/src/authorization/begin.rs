//! A client sends a customer, whose browser may have a session.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http_server::Peer;

use super::challenge::challenge;
use super::complete::{carry_out, grant, to_page};
use super::redirect::{INTERACTION_REQUIRED, send_away};
use super::respond::refuse;
use crate::domain::{
    AuthorizationRequest, Customer, ErrorCode, LOGIN_REQUIRED, MULTIFACTOR_REQUIRED, Prompt, ScriptDecision,
    Session,
};
use crate::http::cookies::{self, CookieLifetime};
use crate::log::{Event, Trace, events};
use crate::mfa;
use crate::random;
use crate::scripts::{self, AuthenticationState, ScriptRefusal};
use crate::state::AppState;
use crate::store::{Authorization, Store, Transaction, TransactionRef};

/// `session`: the session cookie; `peer`: where the browser is, when that is known.
pub(crate) async fn begin(
    state: &AppState,
    request: AuthorizationRequest,
    trace: Trace,
    session: Option<&str>,
    peer: Option<Peer>,
) -> Response {
    let mut authorization = Authorization { request: Arc::new(request), decision: Arc::default(), trace };
    let Some((customer, session)) = find_session(state, &authorization, session) else {
        return ask_for_password(state, &authorization, peer);
    };
    let second_factor = state.store().customers.second_factor(&session.sid);
    let authenticated =
        AuthenticationState { sid: Some(session.sid.clone()), auth_time: session.auth_time, second_factor };
    let decision = match scripts::run(state, &authorization, &customer, &authenticated).await {
        Ok(decision) => decision,
        Err(ScriptRefusal { error, description }) => return refuse(&authorization, error, &description),
    };
    let challenge = challenge(&authorization.request, &customer, &decision);
    let goes_away = decision.redirect.is_some();
    authorization.decision = Arc::new(ScriptDecision { challenge: challenge.clone(), ..decision });
    let opened = {
        let mut store = state.store();
        // The scripts took their time: the customer may have logged out.
        if store.sessions.by_sid(&session.sid, state.now()).is_none() {
            drop(store);
            return ask_for_password(state, &authorization, peer);
        }
        match challenge {
            _ if goes_away && authorization.request.prompt != Prompt::None => {
                let opened = open(state, &mut store, &authorization, peer);
                return match opened {
                    Ok(transaction_ref) => {
                        let response =
                            send_away(state, &mut store, &transaction_ref, authorization, &session, None);
                        drop(store);
                        bind(state, &transaction_ref, response)
                    }
                    Err(response) => response,
                };
            }
            _ if goes_away => {
                return refuse(&authorization, ErrorCode::InteractionRequired, INTERACTION_REQUIRED);
            }
            None => None,
            Some(_) if authorization.request.prompt == Prompt::None => {
                return refuse(&authorization, ErrorCode::LoginRequired, MULTIFACTOR_REQUIRED);
            }
            Some(challenge) => Some(open(state, &mut store, &authorization, peer).map(|transaction_ref| {
                let next_step = mfa::start(state, &mut store, &transaction_ref, &session, challenge);
                (transaction_ref, next_step)
            })),
        }
    };
    match opened {
        None => grant(state, &authorization, &customer, &session, false),
        Some(Ok((transaction_ref, next_step))) => {
            let response = carry_out(state, &transaction_ref, next_step).await;
            bind(state, &transaction_ref, response)
        }
        Some(Err(response)) => response,
    }
}

/// Who has a session that is good enough for the request.
fn find_session(
    state: &AppState,
    authorization: &Authorization,
    cookie: Option<&str>,
) -> Option<(Arc<Customer>, Session)> {
    let (request, now) = (&authorization.request, state.now());
    let session = cookie.and_then(|cookie| state.store().sessions.by_cookie(cookie, now).cloned());
    let customer = session.as_ref().and_then(|session| state.directory.by_sub(&session.sub));
    let event = events::session(request, session.as_ref(), customer.as_deref(), now);
    authorization.trace.record(event);
    let session = session.filter(|it| request.accepts(it.auth_time, now) && request.is_for(&it.sub))?;
    Some((customer?, session))
}

fn ask_for_password(state: &AppState, authorization: &Authorization, peer: Option<Peer>) -> Response {
    if authorization.request.prompt == Prompt::None {
        return refuse(authorization, ErrorCode::LoginRequired, LOGIN_REQUIRED);
    }
    authorization.trace.record(Event::LogInPage);
    match open(state, &mut state.store(), authorization, peer) {
        Ok(transaction_ref) => bind(state, &transaction_ref, to_page("/u/login", &transaction_ref)),
        Err(response) => response,
    }
}

fn open(
    state: &AppState,
    store: &mut Store,
    authorization: &Authorization,
    peer: Option<Peer>,
) -> Result<TransactionRef, Response> {
    let transaction_ref = TransactionRef { id: random::identifier(), cookie: random::secret() };
    let now = state.now();
    let expires = now + state.lifetimes.log_in;
    let transaction = Transaction::new(authorization.clone(), &transaction_ref.cookie, expires, peer);
    if store.transactions.insert(transaction_ref.id.clone(), transaction, now).is_err() {
        tracing::warn!("too many requests are under way");
        let description = "Too many requests are under way.";
        return Err(refuse(authorization, ErrorCode::TemporarilyUnavailable, description));
    }
    Ok(transaction_ref)
}

fn bind(state: &AppState, transaction_ref: &TransactionRef, response: Response) -> Response {
    let lifetime = CookieLifetime::Seconds(2 * state.lifetimes.log_in + state.lifetimes.push);
    let name = cookies::of_transaction(&transaction_ref.id);
    (cookies::set(state, &name, &transaction_ref.cookie, lifetime), response).into_response()
}
