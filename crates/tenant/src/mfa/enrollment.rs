//! The customer enrolls and removes factors, after confirming a request and before its response goes to the client.

use std::sync::Arc;

use super::codes::CodeError;
use super::completion::{find_session, grant, make_codes, record, refuse, set};
use super::context::Context;
use super::next_step::NextStep;
use crate::credentials::totp::{self, Secret};
use crate::domain::{AuthorizationRequest, Customer, Factor, Session};
use crate::log::{FactorStep, events};
use crate::state::AppState;
use crate::store::{CodeCheck, Enrollment, EnrollmentNotice, Stage, TransactionRef};

pub(crate) struct EnrollmentOverview {
    pub(crate) request: Arc<AuthorizationRequest>,
    pub(crate) csrf_token: String,
    pub(crate) customer: Arc<Customer>,
    pub(crate) phones: usize,
    pub(crate) has_app: bool,
    pub(crate) recovery_codes: usize,
    pub(crate) notice: Option<EnrollmentNotice>,
    pub(crate) secret: Option<Secret>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnrollmentAction<'a> {
    Continue,
    /// Set up an authenticator app, in the place of the one that there may be.
    SetUp,
    Confirm(&'a str),
    Abandon,
    RemoveApp,
    /// Make new recovery codes, in the place of all others.
    NewCodes,
}

/// What the page shows; or else what goes to the browser, when this transaction is somewhere else.
pub(crate) fn overview(
    state: &AppState,
    transaction_ref: &TransactionRef,
) -> Result<Box<EnrollmentOverview>, Option<NextStep>> {
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let (enrollment, customer, _) = in_time(context)?;
    let transaction = context.transaction().ok_or(None)?;
    let (request, csrf_token) =
        (Arc::clone(&transaction.authorization.request), transaction.csrf_token.clone());
    let phones = context.store.phones.count(&enrollment.sub, state.now());
    let has_app = context.store.enrollments.has_app(&enrollment.sub);
    let recovery_codes = context.store.enrollments.recovery_codes(&enrollment.sub);
    let Enrollment { notice, secret, .. } = enrollment;
    Ok(Box::new(EnrollmentOverview {
        request,
        csrf_token,
        customer,
        phones,
        has_app,
        recovery_codes,
        notice,
        secret,
    }))
}

pub(crate) fn take_new_codes(
    state: &AppState,
    transaction_ref: &TransactionRef,
) -> Result<Vec<String>, Option<NextStep>> {
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let (mut enrollment, ..) = in_time(context)?;
    let codes = std::mem::take(&mut enrollment.codes);
    set(context, Stage::Enrollment(enrollment));
    if codes.is_empty() { Err(Some(NextStep::Page("/u/methods"))) } else { Ok(codes) }
}

/// Does what the customer wants; a code may be refused. Nothing follows where the transaction is somewhere else.
pub(crate) fn perform(
    state: &AppState,
    transaction_ref: &TransactionRef,
    action: EnrollmentAction<'_>,
) -> Result<Option<NextStep>, CodeError> {
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let (mut enrollment, customer, session) = match in_time(context) {
        Ok(found) => found,
        Err(next_step) => return Ok(next_step),
    };
    let sub = enrollment.sub.clone();
    enrollment.notice = None;
    let mut next = "/u/methods";
    match action {
        EnrollmentAction::Continue => {
            let session = session.authenticated(enrollment.given);
            return Ok(Some(grant(context, customer, session, enrollment.factor)));
        }
        EnrollmentAction::SetUp => enrollment.secret = Some(Secret::random()),
        EnrollmentAction::Abandon => enrollment.secret = None,
        EnrollmentAction::Confirm(text) => {
            let Some(secret) = &enrollment.secret else {
                return Ok(Some(NextStep::Page(next)));
            };
            let code = totp::parse_typed_code(text).ok_or(CodeError::NoOtp)?;
            if context.store.enrollments.enrol(&sub, secret, &code, state.now()) != CodeCheck::Right {
                return Err(CodeError::WrongOtp);
            }
            tracing::info!(sub, "authenticator app set up");
            record(context, events::factor(Factor::Otp, FactorStep::Enrolled));
            enrollment.secret = None;
            enrollment.notice = Some(EnrollmentNotice::AppSetUp);
            if context.store.enrollments.recovery_codes(&sub) == 0 {
                next = make_codes(context.store, &mut enrollment);
            }
        }
        EnrollmentAction::RemoveApp => {
            context.store.enrollments.remove_app(&sub);
            tracing::info!(sub, "authenticator app removed");
            enrollment.secret = None;
            enrollment.notice = Some(EnrollmentNotice::AppRemoved);
        }
        EnrollmentAction::NewCodes => {
            record(context, events::factor(Factor::RecoveryCode, FactorStep::Enrolled));
            next = make_codes(context.store, &mut enrollment);
        }
    }
    set(context, Stage::Enrollment(enrollment));
    Ok(Some(NextStep::Page(next)))
}

fn in_time(context: &mut Context<'_>) -> Result<(Enrollment, Arc<Customer>, Session), Option<NextStep>> {
    let now = context.state.now();
    let transaction = context.transaction().ok_or(None)?;
    let Stage::Enrollment(enrollment) = transaction.stage.clone() else { return Err(None) };
    if now >= enrollment.expires {
        return Err(Some(refuse(context, "The request was not continued in time.")));
    }
    if let Some((customer, session)) = find_session(context, &enrollment.sid) {
        return Ok((enrollment, customer, session));
    }
    set(context, Stage::LogIn);
    Err(Some(NextStep::Page("/u/login")))
}
