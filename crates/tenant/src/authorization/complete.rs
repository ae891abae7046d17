//! What follows a second factor is carried out, and what was granted is given.

use std::sync::Arc;

use actions::Decisions;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::json;

use super::challenge::challenge_again;
use super::issue;
use super::redirect::send_away;
use super::respond::{self, ResponseParameters, refuse};
use crate::control::Fault;
use crate::domain::{
    AuthorizationRequest, Customer, ErrorCode, Factor, Grant, OFFLINE_ACCESS, Parameters, ResponseType,
    ScriptDecision, Session, scopes,
};
use crate::log::{Token, events};
use crate::metrics::{self, Flow};
use crate::mfa::{self, NextStep};
use crate::random;
use crate::scripts::{self, AuthenticationState, ScriptRefusal};
use crate::state::AppState;
use crate::store::{Authorization, IssuedCode, TransactionRef};

/// Where a customer ends who came without a client.
pub(super) const ACCOUNT_DONE: &str = "account/done";

/// Carries out what follows a step of the second factor. The store must not be locked.
pub(crate) async fn carry_out(
    state: &AppState,
    transaction_ref: &TransactionRef,
    mut next_step: NextStep,
) -> Response {
    loop {
        match next_step {
            NextStep::Page(path) => return to_page(path, transaction_ref),
            NextStep::Refuse { authorization, error, description } => {
                return refuse(&authorization, error, &description);
            }
            NextStep::Grant { authorization, .. } if authorization.request.is_own() => {
                let event = events::redirect(&authorization.request.target, Vec::new(), None);
                authorization.trace.record(event);
                return Redirect::to(&format!("/{ACCOUNT_DONE}")).into_response();
            }
            NextStep::Grant { authorization, customer, session, factor } => {
                let now = state.now();
                state.store().customers.record_second_factor(&session.sid, (now, factor));
                let given = SecondFactorGiven { given: (now, factor), continued: None };
                let granted = grant_after_second_factor(
                    state,
                    transaction_ref,
                    authorization,
                    &customer,
                    &session,
                    given,
                );
                match granted.await {
                    Ok(response) => return response,
                    Err(next) => next_step = next,
                }
            }
        }
    }
}

/// The second factor of a request: when and which. `continued`: what the browser has brought along that comes back from
/// where a script has sent it since.
pub(super) struct SecondFactorGiven<'a> {
    pub(super) given: (u64, Factor),
    pub(super) continued: Option<&'a Parameters>,
}

/// Identifiers are base64url, so they stand in an address as they are.
pub(super) fn to_page(path: &str, transaction_ref: &TransactionRef) -> Response {
    Redirect::to(&format!("{path}?state={}", transaction_ref.id)).into_response()
}

/// The customer has given the second factor of this request: scripts that waited for it run, and then there are tokens.
/// Where these scripts decide on more than the challenge showed, the customer is asked once more. That happens once: after
/// it no script is left to run.
pub(super) async fn grant_after_second_factor(
    state: &AppState,
    transaction_ref: &TransactionRef,
    mut authorization: Authorization,
    customer: &Customer,
    session: &Session,
    SecondFactorGiven { given, continued }: SecondFactorGiven<'_>,
) -> Result<Response, NextStep> {
    let authenticated = AuthenticationState {
        sid: Some(session.sid.clone()),
        auth_time: session.auth_time,
        second_factor: Some(given),
    };
    let denied = |authorization: &Authorization, description: &str| {
        Ok(refuse(authorization, ErrorCode::AccessDenied, description))
    };
    let decision = match scripts::resume(state, &authorization, customer, &authenticated, continued).await {
        // One factor was given. Who asks for another one on top does not get less instead.
        Ok(ScriptDecision { pending: Some(_), redirect: None, .. }) => {
            tracing::error!("a script asks for a second factor of another kind; a request can have one");
            return denied(&authorization, "One more factor was asked for than this tenant can ask for.");
        }
        Ok(decision) => decision,
        Err(ScriptRefusal { error, description }) => return Ok(refuse(&authorization, error, &description)),
    };
    let before = Arc::clone(&authorization.decision);
    let again = challenge_again(&authorization.request, customer, &before, &decision);
    let mut store = state.store();
    // The scripts took their time: the customer may have logged out.
    if store.sessions.by_sid(&session.sid, state.now()).is_none() {
        return Ok(refuse(&authorization, ErrorCode::LoginRequired, "The customer has logged out."));
    }
    if decision.redirect.is_some() {
        // What the second factor showed is what counts on the way back, too.
        authorization.decision = Arc::new(ScriptDecision { challenge: before.challenge.clone(), ..decision });
        return Ok(send_away(state, &mut store, transaction_ref, authorization, session, Some(given)));
    }
    authorization.decision = Arc::new(ScriptDecision { challenge: again.clone(), ..decision });
    let Some(challenge) = again else {
        drop(store);
        return Ok(grant(state, &authorization, customer, session, true));
    };
    let client_id = &authorization.request.client.id;
    tracing::warn!(client_id, sub = customer.sub, "scripts granted more than the second factor showed");
    let Some(transaction) = store.transactions.get(transaction_ref, state.now()) else {
        let description =
            "More was granted than the second factor showed, and the request is too old to ask again.";
        return denied(&authorization, description);
    };
    transaction.authorization = authorization;
    Err(mfa::start(state, &mut store, transaction_ref, session, challenge))
}

/// Gives the client what it asked for. `multi_factor`: the customer has given a second factor for this very request.
pub(super) fn grant(
    state: &AppState,
    authorization: &Authorization,
    customer: &Customer,
    session: &Session,
    multi_factor: bool,
) -> Response {
    let Authorization { request, trace, .. } = authorization;
    let identity = scopes::grantable(&request.scopes, request.api.as_deref(), customer);
    let decisions = &authorization.decision.decisions;
    let mut scopes = scopes::apply_decisions(identity.clone(), decisions);
    if let Some(fault) = less_scope(state, request, &scopes) {
        trace.record(events::fault(&fault.name()));
        let step_up = request.api.as_ref().map(|api| api.step_up_scopes.as_slice()).unwrap_or_default();
        scopes.retain(|scope| !step_up.contains(scope));
    }
    grant_offline_access(request, decisions, &mut scopes);
    let grant = Grant {
        client: request.client.clone(),
        sub: customer.sub.clone(),
        sid: session.sid.clone(),
        auth_time: session.auth_time,
        api: request.api.clone(),
        // It rides on what takes a second factor, so that nobody gets it without one.
        payment: request.payment_for(&scopes).filter(|_| multi_factor).cloned(),
        scopes,
        identity,
        id_token_claims: decisions.id_token.clone(),
        access_token_claims: decisions.access_token.clone(),
        nonce: request.nonce.clone(),
        multi_factor,
    };
    trace.record(events::granted(request, customer, &grant.scopes, multi_factor));
    let (client_id, sub, scope) = (&request.client.id, &customer.sub, grant.scope());
    tracing::info!(client_id, sub, scope, multi_factor, "granted");

    let mut parameters = ResponseParameters::new();
    if let ResponseType::Code { challenge } = &request.response_type {
        parameters.push(("code", issue_code(state, authorization, grant, challenge)));
        return respond::send(state, authorization, parameters);
    }
    let access_token =
        request.response_type.has_access_token().then(|| issue::access_token(state, &grant, trace));
    if let Some(access_token) = &access_token {
        metrics::token_issued(Flow::Implicit, &Token::AccessToken);
        parameters.push(("access_token", access_token.clone()));
        parameters.push(("token_type", "Bearer".to_owned()));
        parameters.push(("expires_in", issue::access_token_lifetime(state, &grant).to_string()));
    }
    let id_token = request.response_type.has_id_token();
    let id_token = id_token.then(|| issue::id_token(state, &grant, trace, access_token.as_deref())).flatten();
    if let Some(id_token) = id_token {
        metrics::token_issued(Flow::Implicit, &Token::IdToken);
        parameters.push(("id_token", id_token));
    }
    parameters.push(("scope", grant.scope()));
    parameters
        .extend(grant.authorization_details().map(|it| ("authorization_details", json!(it).to_string())));
    respond::send(state, authorization, parameters)
}

/// A script may take `offline_access` away, and cannot add it: the client has to ask for it.
fn grant_offline_access(request: &AuthorizationRequest, decisions: &Decisions, scopes: &mut Vec<String>) {
    scopes.retain(|scope| scope != OFFLINE_ACCESS);
    let is_removed = decisions.scopes_removed.iter().any(|scope| scope == OFFLINE_ACCESS);
    if request.asks_for_offline_access() && !is_removed && request.offline_access(scopes).is_ok() {
        scopes.push(OFFLINE_ACCESS.to_owned());
    }
}

/// Whether a test wants less to be granted than was confirmed, where there is something to be left out.
fn less_scope(state: &AppState, request: &AuthorizationRequest, granted: &[String]) -> Option<Fault> {
    scopes::step_up_scopes_in(granted, request.api.as_deref()).next()?;
    let faults = &state.control.as_ref()?.faults;
    faults.take_one(Fault::LessScope).map(|active| active.fault)
}

/// A code for the grant, good for the client that has the verifier of `challenge`.
fn issue_code(state: &AppState, authorization: &Authorization, grant: Grant, challenge: &str) -> String {
    let Authorization { request, trace, .. } = authorization;
    let (code, now, lifetime) = (random::secret(), state.now(), state.lifetimes.code);
    let redirect_uri = request.target.redirect_uri.clone();
    trace.is_about_code(&code);
    trace.record(events::code(lifetime, &redirect_uri, challenge));
    let (trace, challenge) = (trace.clone(), challenge.to_owned());
    let issued = IssuedCode { grant, trace, challenge, redirect_uri, expires: now + lifetime };
    state.store().codes.insert(&code, issued, now);
    code
}
