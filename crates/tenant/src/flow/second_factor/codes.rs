//! Codes that are typed: from an authenticator app, or written down.

use axum::http::StatusCode;
use axum::response::Response;

use super::passing::{self, Step};
use super::ways::may_set_up;
use crate::factors::{recovery, totp};
use crate::flow::{Visit, to_page};
use crate::log::{self, FactorStep};
use crate::state::State;
use crate::store::{Checked, Stage, Store, Way};

/// Why a code is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodeError {
    #[error("Enter the 6 digits that your app shows.")]
    NoOtp,
    #[error("Enter one of your recovery codes, with all its letters and digits.")]
    NoRecoveryCode,
    #[error("This is not the code that your app shows now. Check the time on the device, and try once more.")]
    WrongOtp,
    #[error("This is none of the recovery codes that you have left.")]
    WrongRecoveryCode,
    #[error("This code has been used. Wait until your app shows the next one.")]
    Used,
    #[error("Too many codes were wrong. Try again in {} min.", wait.div_ceil(60))]
    TooMany {
        /// In seconds.
        wait: u64,
    },
}

impl CodeError {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// After how many seconds it makes sense to try again (RFC 9110, 10.2.3).
    pub(crate) const fn retry_after(self) -> Option<u64> {
        match self {
            Self::TooMany { wait } => Some(wait),
            _ => None,
        }
    }
}

/// What became of a code.
pub(crate) enum Answered {
    Over(Response),
    Again(CodeError),
}

/// The customer has typed a code, for the way that is tried.
pub(crate) async fn answer_code(state: &State, visit: Visit<'_>, text: &str) -> Answered {
    match check(state, visit, text) {
        Ok(answered) => answered,
        Err(given) => Answered::Over(given.response(state, visit).await),
    }
}

/// What became of it; or the step that a right code leads to, which is made without the store.
fn check(state: &State, visit: Visit<'_>, text: &str) -> Result<Answered, Step> {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) else {
        return Ok(Answered::Over(to_page("/u/mfa", visit.id)));
    };
    let Stage::SecondFactor(mut second) = transaction.stage.clone() else {
        return Ok(Answered::Over(to_page("/u/mfa", visit.id)));
    };
    // Nothing is used up for a session that has ended.
    if let Err(response) = passing::in_time(state, store, visit, &second) {
        return Ok(Answered::Over(response));
    }
    let checked = match &second.way {
        Way::Push(_) => return Ok(Answered::Over(to_page("/u/mfa", visit.id))),
        Way::Otp => check_otp(state, store, &second.sub, text),
        Way::RecoveryCode => check_recovery_code(state, store, &second.sub, text),
        // Meanwhile a factor may have been set up elsewhere, which is asked for now.
        Way::FirstApp(_) if !may_set_up(store, &second.sub, second.challenge.allowed, now) => {
            passing::set(state, store, visit, Stage::LogIn);
            return Ok(Answered::Over(to_page("/u/login", visit.id)));
        }
        Way::FirstApp(secret) => match totp::typed(text) {
            None => Err(CodeError::NoOtp),
            Some(code) => match store.enrolments.enrol(&second.sub, secret, &code, now) {
                Checked::Right => Ok(()),
                _ => Err(CodeError::WrongOtp),
            },
        },
    };
    let step = match checked {
        Ok(()) if matches!(second.way, Way::FirstApp(_)) => Some(FactorStep::Enrolled),
        Ok(()) => Some(FactorStep::Approved),
        Err(CodeError::NoOtp | CodeError::NoRecoveryCode) => None,
        Err(CodeError::TooMany { .. }) => Some(FactorStep::TooMany),
        Err(CodeError::WrongOtp | CodeError::WrongRecoveryCode | CodeError::Used) => Some(FactorStep::Wrong),
    };
    if let Some(step) = step {
        passing::record(store, visit, now, log::factor(second.way.factor(), step));
    }
    match checked {
        Ok(()) => Err(passing::pass(state, store, visit, &second)),
        Err(error @ (CodeError::WrongOtp | CodeError::WrongRecoveryCode)) => {
            tracing::info!(sub = second.sub, %error, "code refused");
            second.wrong += 1;
            if second.wrong >= state.limits.wrong_codes {
                return Ok(Answered::Over(passing::refuse(
                    state,
                    store,
                    visit,
                    "Too many codes were wrong.",
                )));
            }
            passing::set(state, store, visit, Stage::SecondFactor(second));
            Ok(Answered::Again(error))
        }
        Err(error) => Ok(Answered::Again(error)),
    }
}

/// A code of either kind that proves who somebody is besides the password, outside of any request.
pub(crate) fn prove(state: &State, sub: &str, text: &str) -> Result<(), CodeError> {
    let mut store = state.store();
    if totp::typed(text).is_some() && store.enrolments.has_app(sub) {
        check_otp(state, &mut store, sub, text)
    } else {
        check_recovery_code(state, &mut store, sub, text)
    }
}

fn check_otp(state: &State, store: &mut Store, sub: &str, text: &str) -> Result<(), CodeError> {
    let code = totp::typed(text).ok_or(CodeError::NoOtp)?;
    match store.enrolments.check_otp(sub, &code, state.limits.wrong_codes, state.now()) {
        Checked::Right => Ok(()),
        Checked::Wrong => Err(CodeError::WrongOtp),
        Checked::Used => Err(CodeError::Used),
        Checked::TooMany { wait } => Err(CodeError::TooMany { wait }),
    }
}

fn check_recovery_code(state: &State, store: &mut Store, sub: &str, text: &str) -> Result<(), CodeError> {
    if recovery::normal(text).len() < recovery::LEAST {
        return Err(CodeError::NoRecoveryCode);
    }
    match store.enrolments.check_recovery_code(sub, text, state.limits.wrong_codes, state.now()) {
        Checked::Right => Ok(()),
        // A used one is forgotten, so it is none of them.
        Checked::Wrong | Checked::Used => Err(CodeError::WrongRecoveryCode),
        Checked::TooMany { wait } => Err(CodeError::TooMany { wait }),
    }
}
