//! What happens between a request and its answer: perhaps a log-in, perhaps a second factor, then tokens. Every transition is
//! made under the store's lock, so that two clicks or two tabs never both make it.

mod account;
mod challenge;
mod methods;
mod push;
mod second_factor;

use std::sync::Arc;

use axum::response::{IntoResponse as _, Redirect, Response};
use http_server::Peer;

use crate::answer::{self, ErrorCode};
use crate::config::Customer;
use crate::endpoints::authorize::{Prompt, Request};
use crate::factors::Factor;
use crate::http::cookies::{self, Stays};
use crate::http::{Cookies, Parameters};
use crate::log::{self, Event};
use crate::random;
use crate::scripts::{self, Authenticated, Decision, Refused};
use crate::state::State;
use crate::store::{Session, Stage, Store, Transaction, Way};

pub(crate) use account::{DONE, account};
pub(crate) use methods::{Act, Overview, act, methods, new_codes};
pub(crate) use push::{answer, still_waiting};
pub(crate) use second_factor::{
    Answered, CodeError, Look, Switched, View, WayView, Ways, answer_code, look, manage, prove,
    set_up_first_app, switch, ways,
};

/// A browser's way of saying which request it means: the identifier in the address and the cookie that proves it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit<'a> {
    pub(crate) id: &'a str,
    pub(crate) cookie: &'a str,
}

impl<'a> Visit<'a> {
    /// Named by the parameter `state`.
    pub(crate) fn of(parameters: &'a Parameters, cookies: &'a Cookies) -> Self {
        let id = parameters.get("state").unwrap_or_default();
        Self { id, cookie: cookies.get(&cookies::of_transaction(id)).unwrap_or_default() }
    }
}

/// Where a request under way stands.
pub(crate) enum Place {
    /// There is none, it is too old, or it belongs to another browser.
    Missing,
    LogIn {
        request: Arc<Request>,
        form_token: String,
    },
    SecondFactor {
        request: Arc<Request>,
        form_token: String,
    },
    Methods {
        form_token: String,
    },
    Finished {
        request: Arc<Request>,
    },
}

impl Place {
    /// What the forms of its page carry.
    pub(crate) fn form_token(&self) -> Option<&str> {
        match self {
            Self::LogIn { form_token, .. }
            | Self::SecondFactor { form_token, .. }
            | Self::Methods { form_token } => Some(form_token),
            Self::Missing | Self::Finished { .. } => None,
        }
    }
}

/// A client sends a customer whose browser may have a session. `peer` is where the browser is, when that is known.
pub(crate) async fn begin(
    state: &State,
    request: Request,
    session: Option<&str>,
    peer: Option<Peer>,
) -> Response {
    let request = Arc::new(request);
    let Some((customer, session)) = known(state, &request, session) else {
        return ask_for_password(state, request, peer);
    };
    let second_factor_given = state.store().people.second_factor(&session.sid);
    let authenticated = Authenticated {
        sid: Some(session.sid.clone()),
        auth_time: session.auth_time,
        second_factor: second_factor_given,
    };
    let decision = match scripts::run(state, &request, &customer, &authenticated).await {
        Ok(decision) => decision,
        Err(Refused { error, description }) => return request.to.refuse(error, &description),
    };
    let mut store = state.store();
    // The scripts took their time: the customer may have logged out.
    if store.sessions.by_sid(&session.sid, state.now()).is_none() {
        drop(store);
        return ask_for_password(state, request, peer);
    }
    let challenge = challenge::challenge(&request, &customer, &decision);
    request.decided.set(Decision { challenge: challenge.clone(), ..decision });
    match challenge {
        None => {
            drop(store);
            answer::grant(state, &request, &customer, &session, false)
        }
        Some(_) if request.prompt == Prompt::None => {
            request.to.refuse(ErrorCode::LoginRequired, answer::MULTIFACTOR_REQUIRED)
        }
        Some(challenge) => open(state, &mut store, (request, peer), |store, visit| {
            second_factor::start(state, store, visit, &session, challenge)
        }),
    }
}

/// Who has a session that is good enough for the request.
fn known(state: &State, request: &Request, session: Option<&str>) -> Option<(Arc<Customer>, Session)> {
    let now = state.now();
    let session = session.and_then(|cookie| state.store().sessions.by_cookie(cookie, now).cloned());
    request.to.trace.record(log::session(state, request, session.as_ref()));
    let session = session.filter(|it| request.accepts(it.auth_time, now) && request.is_for(&it.sub))?;
    let customer = state.directory.by_sub(&session.sub)?;
    Some((Arc::clone(customer), session))
}

fn ask_for_password(state: &State, request: Arc<Request>, peer: Option<Peer>) -> Response {
    if request.prompt == Prompt::None {
        return request.to.refuse(ErrorCode::LoginRequired, answer::LOGIN_REQUIRED);
    }
    request.to.trace.record(Event::LogInPage);
    let mut store = state.store();
    open(state, &mut store, (request, peer), |_, visit| to_page("/u/login", visit.id))
}

/// A customer has given the right password on the log-in page of this request. `before` is the session cookie that
/// the browser had.
pub(crate) async fn log_in(
    state: &State,
    visit: Visit<'_>,
    customer: &Arc<Customer>,
    before: Option<&str>,
) -> Response {
    let now = state.now();
    // The other click of a double click was faster, or time has run out: the page says where it stands.
    let Some(request) = at_log_in(&mut state.store(), visit, now) else {
        return to_page("/u/login", visit.id);
    };
    state.store().people.logs_in(&customer.sub, now);
    let authenticated = Authenticated { sid: None, auth_time: now, second_factor: None };
    let decided = scripts::run(state, &request, customer, &authenticated).await;
    let mut store = state.store();
    if at_log_in(&mut store, visit, now).is_none() {
        return to_page("/u/login", visit.id);
    }
    let cookie = random::secret();
    let times = (now, state.lifetimes.session);
    let session = store.sessions.log_in(&customer.sub, before, (&cookie, random::identifier()), times);
    tracing::info!(client_id = request.client.id, sub = customer.sub, "logged in");
    let response = match decided {
        // The password was right, and so there is a session, as at Auth0; what was asked for is refused.
        Err(Refused { error, description }) => {
            finish(&mut store, visit, now);
            request.to.refuse(error, &description)
        }
        Ok(decision) => {
            let challenge = challenge::challenge(&request, customer, &decision);
            request.decided.set(Decision { challenge: challenge.clone(), ..decision });
            if let Some(challenge) = challenge {
                second_factor::start(state, &mut store, visit, &session, challenge)
            } else {
                finish(&mut store, visit, now);
                drop(store);
                answer::grant(state, &request, customer, &session, false)
            }
        }
    };
    (cookies::set(state, cookies::SESSION, &cookie, Stays::Session), response).into_response()
}

/// The request, as long as its customer has to log in.
fn at_log_in(store: &mut Store, visit: Visit<'_>, now: u64) -> Option<Arc<Request>> {
    match store.transactions.get(visit.id, visit.cookie, now) {
        Some(Transaction { request, stage: Stage::LogIn, .. }) => Some(Arc::clone(request)),
        _ => None,
    }
}

/// The customer has given the second factor of this request: scripts that waited for it run, and then there are tokens.
/// Where these scripts decide on more than the challenge showed, the customer is asked once more. That happens once: after
/// it no script is left to run.
async fn grant_after_second_factor(
    state: &State,
    visit: Visit<'_>,
    (request, customer): (&Request, &Customer),
    (session, factor): (&Session, Factor),
) -> Response {
    let now = state.now();
    state.store().people.gave_second_factor(&session.sid, (now, factor));
    let before = request.decided.get();
    let authenticated = Authenticated {
        sid: Some(session.sid.clone()),
        auth_time: session.auth_time,
        second_factor: Some((now, factor)),
    };
    let decision = match scripts::resume(state, request, customer, &authenticated, &before).await {
        // One factor was given. Who asks for another one on top does not get less instead.
        Ok(Decision { rest: Some(_), .. }) => {
            tracing::error!("a script asks for a second factor of another kind; a request can have one");
            let description = "One more factor was asked for than this tenant can ask for.";
            return request.to.refuse(ErrorCode::AccessDenied, description);
        }
        Ok(decision) => decision,
        Err(Refused { error, description }) => return request.to.refuse(error, &description),
    };
    let again = challenge::challenge_again(request, customer, &before, &decision);
    let mut store = state.store();
    // The scripts took their time: the customer may have logged out.
    if store.sessions.by_sid(&session.sid, state.now()).is_none() {
        return request.to.refuse(ErrorCode::LoginRequired, "The customer has logged out.");
    }
    let Some(challenge) = again else {
        drop(store);
        request.decided.set(decision);
        return answer::grant(state, request, customer, session, true);
    };
    let client_id = &request.client.id;
    tracing::warn!(client_id, sub = customer.sub, "scripts granted more than the second factor showed");
    if store.transactions.get(visit.id, visit.cookie, state.now()).is_none() {
        let description =
            "More was granted than the second factor showed, and the request is too old to ask again.";
        return request.to.refuse(ErrorCode::AccessDenied, description);
    }
    request.decided.set(Decision { challenge: Some(challenge.clone()), ..decision });
    second_factor::start(state, &mut store, visit, session, challenge)
}

/// The customer does not want to go on.
pub(crate) fn cancel(state: &State, visit: Visit<'_>) -> Response {
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, state.now()) else {
        return to_page("/u/login", visit.id);
    };
    match std::mem::replace(&mut transaction.stage, Stage::Finished) {
        Stage::Finished => return to_page("/u/login", visit.id),
        Stage::LogIn | Stage::Methods(_) => {}
        Stage::SecondFactor(second) => {
            if let Way::Push(push) = second.way {
                store.pushes.withdraw(&push, state.now());
                state.changed();
            }
        }
    }
    tracing::info!(client_id = transaction.request.client.id, "cancelled by the customer");
    transaction.request.to.trace.record(Event::Cancelled);
    transaction.request.to.refuse(ErrorCode::AccessDenied, "The customer cancelled the request.")
}

pub(crate) fn place(state: &State, visit: Visit<'_>) -> Place {
    let mut store = state.store();
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, state.now()) else {
        return Place::Missing;
    };
    let request = Arc::clone(&transaction.request);
    let form_token = transaction.form_token.clone();
    match &transaction.stage {
        Stage::LogIn => Place::LogIn { request, form_token },
        Stage::SecondFactor(_) => Place::SecondFactor { request, form_token },
        Stage::Methods(_) => Place::Methods { form_token },
        Stage::Finished => Place::Finished { request },
    }
}

/// Ends the session of this browser, and with it the questions that it has put to the phone.
pub(crate) fn log_out(state: &State, cookie: Option<&str>) -> Option<Session> {
    let mut store = state.store();
    let session = cookie.and_then(|cookie| store.sessions.end(cookie))?;
    store.pushes.withdraw_session(&session.sid, state.now());
    state.changed();
    tracing::info!(sub = session.sub, "logged out");
    Some(session)
}

/// Starts a transaction, does its first step, and binds it to the browser.
fn open(
    state: &State,
    store: &mut Store,
    (request, peer): (Arc<Request>, Option<Peer>),
    step: impl FnOnce(&mut Store, Visit<'_>) -> Response,
) -> Response {
    let (id, cookie) = (random::identifier(), random::secret());
    let visit = Visit { id: &id, cookie: &cookie };
    let (now, lifetimes) = (state.now(), &state.lifetimes);
    let to = request.to.clone();
    let transaction = Transaction::new(request, &cookie, now + lifetimes.log_in, peer);
    if store.transactions.insert(id.clone(), transaction, now).is_err() {
        tracing::warn!("too many requests are under way");
        return to.refuse(ErrorCode::TemporarilyUnavailable, "Too many requests are under way.");
    }
    let response = step(store, visit);
    let stays = Stays::Seconds(2 * lifetimes.log_in + lifetimes.push);
    (cookies::set(state, &cookies::of_transaction(&id), &cookie, stays), response).into_response()
}

fn finish(store: &mut Store, visit: Visit<'_>, now: u64) {
    if let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) {
        transaction.stage = Stage::Finished;
    }
}

/// Identifiers are base64url, so they stand in an address as they are.
fn to_page(path: &str, id: &str) -> Response {
    Redirect::to(&format!("{path}?state={id}")).into_response()
}
