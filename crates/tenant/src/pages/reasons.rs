//! Why something was not accepted, in the language of the customer.

use crate::domain::LogInError;
use crate::language::Message;
use crate::mfa::CodeError;
use crate::page_context::t;
use crate::store::NotSent;

const fn minutes(seconds: u64) -> u64 {
    seconds.div_ceil(60)
}

pub(super) fn log_in_error(error: LogInError) -> Message {
    match error {
        LogInError::Incomplete => t("log_in_error.incomplete"),
        LogInError::Wrong => t("log_in_error.wrong"),
        LogInError::SomebodyElse => t("log_in_error.somebody_else"),
        LogInError::TooMany { wait } => t("log_in_error.too_many").count(minutes(wait)),
        LogInError::TooManyOfPeer { wait } => t("log_in_error.too_many_of_peer").count(minutes(wait)),
    }
}

pub(super) fn code_error(error: CodeError) -> Message {
    match error {
        CodeError::NoOtp => t("code_error.no_otp"),
        CodeError::NoRecoveryCode => t("code_error.no_recovery_code"),
        CodeError::WrongOtp => t("code_error.wrong_otp"),
        CodeError::WrongRecoveryCode => t("code_error.wrong_recovery_code"),
        CodeError::Used => t("code_error.used"),
        CodeError::TooMany { wait } => t("code_error.too_many").count(minutes(wait)),
    }
}

pub(super) fn not_sent(why: NotSent) -> Message {
    match why {
        NotSent::TooMany { wait } => t("push_not_sent.too_many").count(minutes(wait)),
        NotSent::Locked { wait } => t("push_not_sent.locked").count(minutes(wait)),
    }
}
