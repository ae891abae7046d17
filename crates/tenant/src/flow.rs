//! What happens between a request and its answer: perhaps a log-in, perhaps a push, then tokens. Every transition is
//! made under the store's lock, so that two clicks or two tabs never both make it.

mod push;

use std::sync::Arc;

use axum::response::{IntoResponse as _, Redirect, Response};
use serving::Peer;

use crate::answer::{self, ErrorCode};
use crate::config::Customer;
use crate::endpoints::authorize::{Prompt, Request};
use crate::http::cookies::{self, Stays};
use crate::http::{Cookies, Parameters};
use crate::log::{self, Event};
use crate::random;
use crate::scopes;
use crate::state::State;
use crate::store::{Asked, Session, Stage, Store, Transaction};

pub(crate) use push::{Look, look, still_waiting};

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
    Push {
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
            Self::LogIn { form_token, .. } | Self::Push { form_token } => Some(form_token),
            Self::Missing | Self::Finished { .. } => None,
        }
    }
}

/// A client sends a customer whose browser may have a session. `peer` is where the browser is, when that is known.
pub(crate) fn begin(state: &State, request: Request, session: Option<&str>, peer: Option<Peer>) -> Response {
    let now = state.now();
    let mut store = state.store();
    let session = session.and_then(|cookie| store.sessions.by_cookie(cookie, now).cloned());
    request.to.trace.record(log::session(state, &request, session.as_ref()));
    let session =
        session.filter(|session| request.accepts(session.auth_time, now) && request.is_for(&session.sub));
    let known = session.and_then(|session| Some((state.directory.by_sub(&session.sub)?, session)));
    let Some((customer, session)) = known else {
        if request.prompt == Prompt::None {
            return request.to.refuse(ErrorCode::LoginRequired, "The customer has to log in.");
        }
        request.to.trace.record(Event::LogInPage);
        return open(state, &mut store, (request, peer), |_, visit| to_page("/u/login", visit.id));
    };
    match second_factor(&request, customer) {
        None => {
            drop(store);
            answer::grant(state, &request, customer, &session, false)
        }
        Some(_) if request.prompt == Prompt::None => {
            request.to.refuse(ErrorCode::InteractionRequired, "Multifactor authentication required.")
        }
        Some(asked) => open(state, &mut store, (request, peer), |store, visit| {
            push::send(state, store, visit, &session, asked)
        }),
    }
}

/// A customer has given the right password on the log-in page of this request. `before` is the session cookie that
/// the browser had.
pub(crate) fn log_in(
    state: &State,
    visit: Visit<'_>,
    customer: &Arc<Customer>,
    before: Option<&str>,
) -> Response {
    let now = state.now();
    let mut store = state.store();
    let request = match store.transactions.get(visit.id, visit.cookie, now) {
        Some(Transaction { request, stage: Stage::LogIn, .. }) => Arc::clone(request),
        // The other click of a double click was faster, or time has run out: the page says where it stands.
        _ => return to_page("/u/login", visit.id),
    };
    let cookie = random::secret();
    let times = (now, state.lifetimes.session);
    let session = store.sessions.log_in(&customer.sub, before, (&cookie, random::identifier()), times);
    tracing::info!(client_id = request.client.id, sub = customer.sub, "logged in");
    let response = if let Some(asked) = second_factor(&request, customer) {
        push::send(state, &mut store, visit, &session, asked)
    } else {
        finish(&mut store, visit, now);
        drop(store);
        answer::grant(state, &request, customer, &session, false)
    };
    (cookies::set(state, cookies::SESSION, &cookie, Stays::Session), response).into_response()
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
        Stage::LogIn => {}
        Stage::Push { push, .. } => {
            store.pushes.withdraw(&push);
            state.changed();
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
        Stage::Push { .. } => Place::Push { form_token },
        Stage::Finished => Place::Finished { request },
    }
}

/// Ends the session of this browser, and with it the questions that it has put to the phone.
pub(crate) fn log_out(state: &State, cookie: Option<&str>) -> Option<Session> {
    let mut store = state.store();
    let session = cookie.and_then(|cookie| store.sessions.end(cookie))?;
    store.pushes.withdraw_session(&session.sid);
    state.changed();
    tracing::info!(sub = session.sub, "logged out");
    Some(session)
}

/// Starts a transaction, does its first step, and binds it to the browser.
fn open(
    state: &State,
    store: &mut Store,
    (request, peer): (Request, Option<Peer>),
    step: impl FnOnce(&mut Store, Visit<'_>) -> Response,
) -> Response {
    let (id, cookie) = (random::identifier(), random::secret());
    let visit = Visit { id: &id, cookie: &cookie };
    let (now, lifetimes) = (state.now(), &state.lifetimes);
    let to = request.to.clone();
    let transaction = Transaction::new(Arc::new(request), &cookie, now + lifetimes.log_in, peer);
    if store.transactions.insert(id.clone(), transaction, now).is_err() {
        tracing::warn!("too many requests are under way");
        return to.refuse(ErrorCode::TemporarilyUnavailable, "Too many requests are under way.");
    }
    let response = step(store, visit);
    let stays = Stays::Seconds(2 * lifetimes.log_in + lifetimes.push);
    (cookies::set(state, &cookies::of_transaction(&id), &cookie, stays), response).into_response()
}

/// What the customer is asked on the phone, when what is granted costs a second factor.
fn second_factor(request: &Request, customer: &Customer) -> Option<Asked> {
    let api = request.api.as_deref();
    let client = &request.client.name;
    let granted = scopes::granted(&request.scopes, api, customer);
    let described = |name: &String| api?.scopes.iter().find(|scope| scope.name == *name);
    let mut sentences: Vec<String> = scopes::needing_step_up(&granted, api)
        .filter_map(described)
        .map(|scope| format!("{client} asks to {}.", scope.asks_to))
        .collect();
    if sentences.is_empty() && request.multi_factor {
        sentences.push(format!("{client} asks you to confirm that it is you."));
    }
    let payment = request.payment_for(&granted).cloned();
    (!sentences.is_empty()).then(|| Asked { client: client.clone(), sentences, payment })
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
