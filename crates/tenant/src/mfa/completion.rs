//! How a second factor ends: too late, refused, or given.

use std::sync::Arc;

use super::context::Context;
use super::next_step::NextStep;
use crate::credentials::recovery_codes;
use crate::domain::{Customer, ErrorCode, Factor, Session};
use crate::log::{Event, FactorStep, events};
use crate::store::{Authenticator, Enrollment, EnrollmentNotice, SecondFactor, Stage, Store};

/// The customer and the session of a second factor, as long as there is one and there is time. Otherwise the request is
/// refused, or goes back to the log-in page: a second factor outlives no session.
pub(super) fn in_time(
    context: &mut Context<'_>,
    second: &SecondFactor,
) -> Result<(Arc<Customer>, Session), NextStep> {
    let now = context.state.now();
    if now >= second.expires {
        record(context, events::factor(second.authenticator.factor(), FactorStep::Stale));
        return Err(refuse(context, "The request was not confirmed in time."));
    }
    if let Some(found) = find_session(context, &second.sid) {
        return Ok(found);
    }
    if let Authenticator::Push(push) = &second.authenticator {
        context.store.pushes.withdraw(push, now);
        context.state.changed();
    }
    set(context, Stage::LogIn);
    Err(NextStep::Page("/u/login"))
}

/// A session that has not ended, and its customer.
pub(super) fn find_session(context: &Context<'_>, sid: &str) -> Option<(Arc<Customer>, Session)> {
    let session = context.store.sessions.by_sid(sid, context.state.now())?.clone();
    let customer = context.state.directory.by_sub(&session.sub)?;
    Some((customer, session))
}

/// The second factor was given: on to the client, or first to the ways to confirm.
pub(super) fn pass(context: &mut Context<'_>, second: &SecondFactor) -> NextStep {
    let (customer, session) = match in_time(context, second) {
        Ok(known) => known,
        Err(next_step) => return next_step,
    };
    let factor = second.authenticator.factor();
    // Of a push, this is when its answer was fetched: nobody is told of it before.
    let given = context.state.now();
    tracing::info!(sub = second.sub, factor = factor.name(), "second factor given");
    let left = context.store.enrollments.recovery_codes(&second.sub);
    let notice = match (&second.authenticator, factor) {
        (Authenticator::FirstApp(_), _) => Some(EnrollmentNotice::AppSetUp),
        (_, Factor::RecoveryCode) => Some(EnrollmentNotice::RecoveryCodesLeft(left)),
        _ => None,
    };
    if factor != Factor::RecoveryCode {
        // Codes for the worst case are nobody's habit.
        context.store.enrollments.remember(&second.sub, factor);
    }
    if notice.is_some() || second.manage {
        let mut enrollment = Enrollment {
            sid: second.sid.clone(),
            sub: second.sub.clone(),
            given,
            factor,
            expires: context.state.now() + context.state.lifetimes.push,
            notice,
            secret: None,
            codes: Vec::new(),
        };
        let first_app = matches!(second.authenticator, Authenticator::FirstApp(_));
        let next = if first_app { make_codes(context.store, &mut enrollment) } else { "/u/methods" };
        set(context, Stage::Enrollment(enrollment));
        return NextStep::Page(next);
    }
    grant(context, customer, session.authenticated(given), factor)
}

/// Tells the developer of the request's log-in.
pub(super) fn record(context: &mut Context<'_>, event: Event) {
    if let Some(transaction) = context.transaction() {
        transaction.authorization.trace.record(event);
    }
}

pub(super) fn grant(
    context: &mut Context<'_>,
    customer: Arc<Customer>,
    session: Session,
    factor: Factor,
) -> NextStep {
    let Some(transaction) = context.transaction() else {
        return NextStep::Page("/u/login");
    };
    transaction.stage = Stage::Finished;
    NextStep::Grant { authorization: transaction.authorization.clone(), customer, session, factor }
}

pub(super) fn refuse(context: &mut Context<'_>, reason: &str) -> NextStep {
    let Some(transaction) = context.transaction() else {
        return NextStep::Page("/u/login");
    };
    transaction.stage = Stage::Finished;
    tracing::info!(client_id = transaction.authorization.request.client.id, reason, "second factor refused");
    NextStep::refuse(&transaction.authorization, ErrorCode::AccessDenied, reason)
}

pub(super) fn set(context: &mut Context<'_>, next: Stage) {
    if let Some(transaction) = context.transaction() {
        transaction.stage = next;
    }
}

/// Makes recovery codes, in the place of those that there may be; gives the page that shows them.
pub(super) fn make_codes(store: &mut Store, enrollment: &mut Enrollment) -> &'static str {
    enrollment.codes = (0..recovery_codes::CODES_PER_SET).map(|_| recovery_codes::generate()).collect();
    store.enrollments.set_recovery_codes(&enrollment.sub, &enrollment.codes);
    tracing::info!(sub = enrollment.sub, "recovery codes made");
    "/u/methods/codes"
}
