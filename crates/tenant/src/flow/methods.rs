//! The customer looks after the ways to confirm, after confirming a request and before its answer goes to the client.

use std::sync::Arc;

use axum::response::Response;

use super::second_factor::{CodeError, Step, grant, record, refuse, set};
use super::{Visit, to_page};
use crate::config::Customer;
use crate::endpoints::authorize::Request;
use crate::factors::totp::{self, Secret};
use crate::factors::{Factor, recovery};
use crate::log::{self, FactorStep};
use crate::state::State;
use crate::store::{Checked, Methods, Session, Stage, Store};

pub(super) const APP_IS_SET_UP: &str = "Your authenticator app is set up.";

/// What the customer has.
pub(crate) struct Overview {
    pub(crate) request: Arc<Request>,
    pub(crate) form_token: String,
    pub(crate) customer: Arc<Customer>,
    pub(crate) phones: usize,
    pub(crate) has_app: bool,
    pub(crate) recovery_codes: usize,
    /// What has just happened.
    pub(crate) said: Option<String>,
    /// Of the app that is being set up.
    pub(crate) secret: Option<Secret>,
}

/// What the customer wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act<'a> {
    /// Go on to the client.
    Continue,
    /// Set up an authenticator app, in the place of the one that there may be.
    SetUp,
    /// This is the code that the new app shows.
    Confirm(&'a str),
    /// Leave it as it was.
    Abandon,
    RemoveApp,
    /// Make new recovery codes, in the place of all others.
    NewCodes,
}

/// What the page shows; or else what goes to the browser, when this transaction is somewhere else.
pub(crate) fn methods(state: &State, visit: Visit<'_>) -> Result<Box<Overview>, Option<Response>> {
    let mut guard = state.store();
    let store = &mut *guard;
    let (methods, customer, _) = in_time(state, store, visit)?;
    let transaction = store.transactions.get(visit.id, visit.cookie, state.now()).ok_or(None)?;
    let (request, form_token) = (Arc::clone(&transaction.request), transaction.form_token.clone());
    let phones = store.phones.count(&methods.sub, state.now());
    let has_app = store.enrolments.has_app(&methods.sub);
    let recovery_codes = store.enrolments.recovery_codes(&methods.sub);
    let Methods { said, secret, .. } = methods;
    Ok(Box::new(Overview { request, form_token, customer, phones, has_app, recovery_codes, said, secret }))
}

/// New recovery codes, once.
pub(crate) fn new_codes(state: &State, visit: Visit<'_>) -> Result<Vec<String>, Option<Response>> {
    let mut guard = state.store();
    let store = &mut *guard;
    let (mut methods, ..) = in_time(state, store, visit)?;
    let codes = std::mem::take(&mut methods.codes);
    set(state, store, visit, Stage::Methods(methods));
    if codes.is_empty() { Err(Some(to_page("/u/methods", visit.id))) } else { Ok(codes) }
}

/// Does it; a code may be refused.
pub(crate) async fn act(
    state: &State,
    visit: Visit<'_>,
    act: Act<'_>,
) -> Result<Option<Response>, CodeError> {
    Ok(match perform(state, visit, act)? {
        Some(step) => Some(step.response(state, visit).await),
        None => None,
    })
}

/// The step that it leads to, which is made without the store.
fn perform(state: &State, visit: Visit<'_>, act: Act<'_>) -> Result<Option<Step>, CodeError> {
    let mut guard = state.store();
    let store = &mut *guard;
    let (mut methods, customer, session) = match in_time(state, store, visit) {
        Ok(found) => found,
        Err(response) => return Ok(response.map(Step::Answer)),
    };
    let sub = methods.sub.clone();
    methods.said = None;
    let mut next = "/u/methods";
    match act {
        Act::Continue => {
            let session = session.authenticated(methods.given);
            // Nobody is here who has not given one.
            let factor = methods.factor.unwrap_or(Factor::RecoveryCode);
            return Ok(Some(grant(state, store, visit, (customer, session, factor))));
        }
        Act::SetUp => methods.secret = Some(Secret::random()),
        Act::Abandon => methods.secret = None,
        Act::Confirm(text) => {
            let Some(secret) = &methods.secret else {
                return Ok(Some(Step::Answer(to_page(next, visit.id))));
            };
            let code = totp::typed(text).ok_or(CodeError::NoOtp)?;
            if store.enrolments.enrol(&sub, secret, &code, state.now()) != Checked::Right {
                return Err(CodeError::WrongOtp);
            }
            tracing::info!(sub, "authenticator app set up");
            record(store, visit, state.now(), log::factor(Factor::Otp, FactorStep::Enrolled));
            methods.secret = None;
            methods.said = Some(APP_IS_SET_UP.to_owned());
            if store.enrolments.recovery_codes(&sub) == 0 {
                next = make_codes(store, &mut methods);
            }
        }
        Act::RemoveApp => {
            store.enrolments.remove_app(&sub);
            tracing::info!(sub, "authenticator app removed");
            methods.secret = None;
            methods.said = Some("Your authenticator app is not asked any more.".to_owned());
        }
        Act::NewCodes => {
            record(store, visit, state.now(), log::factor(Factor::RecoveryCode, FactorStep::Enrolled));
            next = make_codes(store, &mut methods);
        }
    }
    set(state, store, visit, Stage::Methods(methods));
    Ok(Some(Step::Answer(to_page(next, visit.id))))
}

/// Makes recovery codes, in the place of those that there may be; gives the page that shows them.
pub(super) fn make_codes(store: &mut Store, methods: &mut Methods) -> &'static str {
    methods.codes = (0..recovery::MADE).map(|_| recovery::make()).collect();
    store.enrolments.set_recovery_codes(&methods.sub, &methods.codes);
    tracing::info!(sub = methods.sub, "recovery codes made");
    "/u/methods/codes"
}

fn in_time(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
) -> Result<(Methods, Arc<Customer>, Session), Option<Response>> {
    let now = state.now();
    let transaction = store.transactions.get(visit.id, visit.cookie, now).ok_or(None)?;
    let Stage::Methods(methods) = transaction.stage.clone() else { return Err(None) };
    if now >= methods.expires {
        return Err(Some(refuse(state, store, visit, "The request was not continued in time.")));
    }
    let session = store.sessions.by_sid(&methods.sid, now).filter(|session| session.sub == methods.sub);
    if let Some(session) = session.cloned()
        && let Some(customer) = state.directory.by_sub(&session.sub)
    {
        return Ok((methods, Arc::clone(customer), session));
    }
    set(state, store, visit, Stage::LogIn);
    Err(Some(to_page("/u/login", visit.id)))
}
