//! Codes that are typed: from an authenticator app, or written down.

use super::authenticators::may_set_up;
use super::completion;
use super::context::Context;
use super::next_step::NextStep;
use crate::credentials::{recovery_codes, totp};
use crate::log::{FactorStep, events};
use crate::state::AppState;
use crate::store::{Authenticator, CodeCheck, Stage, Store, TransactionRef};

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

/// The customer has typed a code, for what is asked. An error lets them try once more.
pub(crate) fn answer_code(
    state: &AppState,
    transaction_ref: &TransactionRef,
    text: &str,
) -> Result<NextStep, CodeError> {
    let now = state.now();
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let Some(transaction) = context.transaction() else {
        return Ok(NextStep::Page("/u/mfa"));
    };
    let Stage::SecondFactor(mut second) = transaction.stage.clone() else {
        return Ok(NextStep::Page("/u/mfa"));
    };
    // Nothing is used up for a session that has ended.
    if let Err(next_step) = completion::in_time(context, &second) {
        return Ok(next_step);
    }
    let checked = match &second.authenticator {
        Authenticator::Push(_) => return Ok(NextStep::Page("/u/mfa")),
        Authenticator::Otp => check_otp(state, context.store, &second.sub, text),
        Authenticator::RecoveryCode => check_recovery_code(state, context.store, &second.sub, text),
        // Meanwhile a factor may have been set up elsewhere, which is asked for now.
        Authenticator::FirstApp(_)
            if !may_set_up(context.store, &second.sub, second.challenge.allowed, now) =>
        {
            completion::set(context, Stage::LogIn);
            return Ok(NextStep::Page("/u/login"));
        }
        Authenticator::FirstApp(secret) => match totp::parse_typed_code(text) {
            None => Err(CodeError::NoOtp),
            Some(code) => match context.store.enrollments.enrol(&second.sub, secret, &code, now) {
                CodeCheck::Right => Ok(()),
                _ => Err(CodeError::WrongOtp),
            },
        },
    };
    let step = match checked {
        Ok(()) if matches!(second.authenticator, Authenticator::FirstApp(_)) => Some(FactorStep::Enrolled),
        Ok(()) => Some(FactorStep::Approved),
        Err(CodeError::NoOtp | CodeError::NoRecoveryCode) => None,
        Err(CodeError::TooMany { .. }) => Some(FactorStep::TooMany),
        Err(CodeError::WrongOtp | CodeError::WrongRecoveryCode | CodeError::Used) => Some(FactorStep::Wrong),
    };
    if let Some(step) = step {
        completion::record(context, events::factor(second.authenticator.factor(), step));
    }
    match checked {
        Ok(()) => Ok(completion::pass(context, &second)),
        Err(error @ (CodeError::WrongOtp | CodeError::WrongRecoveryCode)) => {
            tracing::info!(sub = second.sub, %error, "code refused");
            second.wrong_codes += 1;
            if second.wrong_codes >= state.limits.wrong_codes {
                return Ok(completion::refuse(context, "Too many codes were wrong."));
            }
            completion::set(context, Stage::SecondFactor(second));
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// A code of either kind that proves who somebody is besides the password, outside of any request.
pub(crate) fn prove(state: &AppState, sub: &str, text: &str) -> Result<(), CodeError> {
    let mut store = state.store();
    if totp::parse_typed_code(text).is_some() && store.enrollments.has_app(sub) {
        check_otp(state, &mut store, sub, text)
    } else {
        check_recovery_code(state, &mut store, sub, text)
    }
}

fn check_otp(state: &AppState, store: &mut Store, sub: &str, text: &str) -> Result<(), CodeError> {
    let code = totp::parse_typed_code(text).ok_or(CodeError::NoOtp)?;
    match store.enrollments.check_otp(sub, &code, state.limits.wrong_codes, state.now()) {
        CodeCheck::Right => Ok(()),
        CodeCheck::Wrong => Err(CodeError::WrongOtp),
        CodeCheck::Used => Err(CodeError::Used),
        CodeCheck::TooMany { wait } => Err(CodeError::TooMany { wait }),
    }
}

fn check_recovery_code(state: &AppState, store: &mut Store, sub: &str, text: &str) -> Result<(), CodeError> {
    if recovery_codes::normalize(text).len() < recovery_codes::MIN_LENGTH {
        return Err(CodeError::NoRecoveryCode);
    }
    match store.enrollments.check_recovery_code(sub, text, state.limits.wrong_codes, state.now()) {
        CodeCheck::Right => Ok(()),
        // A used one is forgotten, so it is none of them.
        CodeCheck::Wrong | CodeCheck::Used => Err(CodeError::WrongRecoveryCode),
        CodeCheck::TooMany { wait } => Err(CodeError::TooMany { wait }),
    }
}
