//! Which authenticators there are to give a second factor with, and how the customer changes from one to another.

use super::context::Context;
use super::next_step::NextStep;
use super::{completion, push};
use crate::credentials::totp::Secret;
use crate::domain::{Factor, Factors};
use crate::log::events;
use crate::state::AppState;
use crate::store::{Authenticator, NotSent, SecondFactor, Stage, Store, TransactionRef};

pub(crate) struct AuthenticatorChoices {
    pub(crate) others: Factors,
    pub(crate) may_set_up: bool,
    /// There is a factor, which has to be given before another is set up.
    pub(crate) may_manage: bool,
}

/// What the customer can be asked for. Who has nothing yet is asked on the phone, which can be paired meanwhile.
pub(super) fn usable(store: &Store, sub: &str, allowed: Factors, now: u64) -> Factors {
    let enrolled = store.enrolled(sub, now);
    allowed.and(if enrolled.is_empty() { [Factor::Push].into_iter().collect() } else { enrolled })
}

/// The first factor is set up where one is asked for the first time, with the password alone, as at Auth0. Every later
/// one takes one that is there.
pub(super) fn may_set_up(store: &Store, sub: &str, allowed: Factors, now: u64) -> bool {
    allowed.has(Factor::Otp) && store.enrolled(sub, now).is_empty()
}

pub(crate) fn choices(state: &AppState, transaction_ref: &TransactionRef) -> Option<AuthenticatorChoices> {
    let now = state.now();
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let second = asked(context)?;
    let SecondFactor { sub, challenge, authenticator, .. } = &second;
    let current = authenticator.factor();
    let usable = usable(context.store, sub, challenge.allowed, now);
    let may_set_up = may_set_up(context.store, sub, challenge.allowed, now)
        && !matches!(authenticator, Authenticator::FirstApp(_));
    let may_manage = !context.store.enrolled(sub, now).is_empty();
    let others = usable.iter().filter(|factor| *factor != current).collect();
    Some(AuthenticatorChoices { others, may_set_up, may_manage })
}

/// The customer wants to confirm with another authenticator. An error: the phone is not asked.
pub(crate) fn switch(
    state: &AppState,
    transaction_ref: &TransactionRef,
    to: Factor,
) -> Result<NextStep, NotSent> {
    let now = state.now();
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let Some(second) = changeable(context) else {
        return Ok(NextStep::Page("/u/mfa"));
    };
    let SecondFactor { sub, sid, challenge, expires, .. } = &second;
    if second.authenticator.factor() == to && !matches!(second.authenticator, Authenticator::FirstApp(_)) {
        return Ok(NextStep::Page("/u/mfa"));
    }
    if !usable(context.store, sub, challenge.allowed, now).has(to) {
        return Ok(NextStep::Page("/u/mfa/ways"));
    }
    let authenticator = match to {
        Factor::Push => {
            let push = push::send(context, sub, sid, &challenge.prompt, *expires)?;
            Authenticator::Push(push)
        }
        Factor::Otp => Authenticator::Otp,
        Factor::RecoveryCode => Authenticator::RecoveryCode,
    };
    take(context, second, authenticator);
    Ok(NextStep::Page("/u/mfa"))
}

/// The customer wants to set up an authenticator app, and has no factor yet.
pub(crate) fn set_up_first_app(state: &AppState, transaction_ref: &TransactionRef) -> NextStep {
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    if let Some(second) = changeable(context)
        && may_set_up(context.store, &second.sub, second.challenge.allowed, state.now())
    {
        take(context, second, Authenticator::FirstApp(Secret::random()));
    }
    NextStep::Page("/u/mfa")
}

/// The customer wants to look after the ways to confirm, when this request is confirmed.
pub(crate) fn manage(state: &AppState, transaction_ref: &TransactionRef) -> NextStep {
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    if let Some(transaction) = context.transaction()
        && let Stage::SecondFactor(second) = &mut transaction.stage
    {
        second.manage = true;
    }
    NextStep::Page("/u/mfa")
}

fn asked(context: &mut Context<'_>) -> Option<SecondFactor> {
    match &context.transaction()?.stage {
        Stage::SecondFactor(second) => Some(second.clone()),
        _ => None,
    }
}

/// A second factor that is asked for and can be changed for another. What the phone has answered stands: no other way
/// leads around a "no".
fn changeable(context: &mut Context<'_>) -> Option<SecondFactor> {
    let second = asked(context)?;
    let open = match &second.authenticator {
        Authenticator::Push(push) => context.store.pushes.is_waiting(push, context.state.now()),
        Authenticator::Otp | Authenticator::RecoveryCode | Authenticator::FirstApp(_) => {
            context.state.now() < second.expires
        }
    };
    open.then_some(second)
}

fn take(context: &mut Context<'_>, second: SecondFactor, authenticator: Authenticator) {
    if let Authenticator::Push(push) = &second.authenticator {
        context.store.pushes.withdraw(push, context.state.now());
    }
    tracing::info!(sub = second.sub, factor = authenticator.factor().name(), "another way to confirm");
    if authenticator.factor() != Factor::Push {
        completion::record(context, events::asked(authenticator.factor(), &second.challenge.prompt));
    }
    completion::set(context, Stage::SecondFactor(SecondFactor { authenticator, ..second }));
    context.state.changed();
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "auth0|1001";
    const NOW: u64 = 1_760_000_000;
    const NONE: &[Factor] = &[];

    fn only(factors: &[Factor]) -> Factors {
        factors.iter().copied().collect()
    }

    /// What a request asks of a customer who has these, when it allows those.
    fn asked(has: &[Factor], allowed: Factors) -> (Vec<Factor>, bool) {
        let mut store = Store::default();
        if has.contains(&Factor::Push) {
            store.phones.pair(ADA, "cookie", NOW, 60);
        }
        let secret = has.contains(&Factor::Otp).then(Secret::random);
        let codes =
            if has.contains(&Factor::RecoveryCode) { vec!["1111-AAAA".to_owned()] } else { Vec::new() };
        store.enrollments.seed(ADA, secret, &codes);
        (usable(&store, ADA, allowed, NOW).iter().collect(), may_set_up(&store, ADA, allowed, NOW))
    }

    #[test]
    fn offers_allowed_and_enrolled_factors() {
        use Factor::{Otp, Push, RecoveryCode};
        let all = [Push, Otp, RecoveryCode];
        for (has, allowed, usable) in [
            (&all[..], &all[..], &all[..]),
            (&all, &[Otp], &[Otp]),
            (&all, &[RecoveryCode, Push], &[Push, RecoveryCode]),
            (&[Push], &all, &[Push]),
            // Never a factor that the request does not allow, nor one that the customer does not have.
            (&[Push], &[Otp], NONE),
            (&[Otp], &[Push], NONE),
            (&[RecoveryCode], &[Push, Otp], NONE),
        ] {
            assert_eq!(asked(has, only(allowed)), (usable.to_vec(), false), "{has:?} {allowed:?}");
        }
    }

    #[test]
    fn offers_enrollment_without_factors() {
        use Factor::{Otp, Push, RecoveryCode};
        assert_eq!(asked(NONE, Factors::ANY), (vec![Push], true));
        assert_eq!(asked(NONE, only(&[Push])), (vec![Push], false));
        assert_eq!(asked(NONE, only(&[Otp])), (vec![], true));
        assert_eq!(asked(NONE, only(&[RecoveryCode])), (vec![], false));
    }
}
