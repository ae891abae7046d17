//! Which ways there are to give a second factor, and how the customer changes from one to another.

use axum::response::Response;

use super::passing;
use crate::factors::totp::Secret;
use crate::factors::{Factor, Factors};
use crate::flow::{Visit, push, to_page};
use crate::log;
use crate::state::State;
use crate::store::{NotSent, SecondFactor, Stage, Store, Way};

/// The ways that the customer may choose.
pub(crate) struct Ways {
    /// Other than the one that is tried now.
    pub(crate) others: Factors,
    pub(crate) may_set_up: bool,
    /// There is a factor, which has to be given before another is set up.
    pub(crate) may_manage: bool,
}

/// What became of a wish to change.
pub(crate) enum Switched {
    Done(Response),
    /// The phone is not asked.
    NotSent(NotSent),
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

/// The ways that the customer may choose, when a second factor is asked for.
pub(crate) fn ways(state: &State, visit: Visit<'_>) -> Option<Ways> {
    let now = state.now();
    let mut store = state.store();
    let second = asked(&mut store, visit, now)?;
    let SecondFactor { sub, challenge, way, .. } = &second;
    let current = way.factor();
    let usable = usable(&store, sub, challenge.allowed, now);
    let may_set_up = may_set_up(&store, sub, challenge.allowed, now) && !matches!(way, Way::FirstApp(_));
    let may_manage = !store.enrolled(sub, now).is_empty();
    Some(Ways { others: usable.iter().filter(|factor| *factor != current).collect(), may_set_up, may_manage })
}

/// The customer wants to confirm another way.
pub(crate) fn switch(state: &State, visit: Visit<'_>, to: Factor) -> Switched {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(second) = changeable(state, store, visit) else {
        return Switched::Done(to_page("/u/mfa", visit.id));
    };
    let SecondFactor { sub, sid, challenge, expires, .. } = &second;
    if second.way.factor() == to && !matches!(second.way, Way::FirstApp(_)) {
        return Switched::Done(to_page("/u/mfa", visit.id));
    }
    if !usable(store, sub, challenge.allowed, now).has(to) {
        return Switched::Done(to_page("/u/mfa/ways", visit.id));
    }
    let way = match to {
        Factor::Push => match push::send(state, store, visit, (sub, sid), (&challenge.asked, *expires)) {
            Ok(push) => Way::Push(push),
            Err(not_sent) => return Switched::NotSent(not_sent),
        },
        Factor::Otp => Way::Otp,
        Factor::RecoveryCode => Way::RecoveryCode,
    };
    take(state, store, visit, second, way);
    Switched::Done(to_page("/u/mfa", visit.id))
}

/// The customer wants to set up an authenticator app, and has no factor yet.
pub(crate) fn set_up_first_app(state: &State, visit: Visit<'_>) -> Response {
    let mut guard = state.store();
    let store = &mut *guard;
    if let Some(second) = changeable(state, store, visit)
        && may_set_up(store, &second.sub, second.challenge.allowed, state.now())
    {
        take(state, store, visit, second, Way::FirstApp(Secret::random()));
    }
    to_page("/u/mfa", visit.id)
}

/// The customer wants to look after the ways to confirm, when this request is confirmed.
pub(crate) fn manage(state: &State, visit: Visit<'_>) -> Response {
    let mut store = state.store();
    if let Some(transaction) = store.transactions.get(visit.id, visit.cookie, state.now())
        && let Stage::SecondFactor(second) = &mut transaction.stage
    {
        second.manage = true;
    }
    to_page("/u/mfa", visit.id)
}

fn asked(store: &mut Store, visit: Visit<'_>, now: u64) -> Option<SecondFactor> {
    match &store.transactions.get(visit.id, visit.cookie, now)?.stage {
        Stage::SecondFactor(second) => Some(second.clone()),
        _ => None,
    }
}

/// A second factor that is asked for and can be changed for another. What the phone has answered stands: no other way
/// leads around a "no".
fn changeable(state: &State, store: &mut Store, visit: Visit<'_>) -> Option<SecondFactor> {
    let second = asked(store, visit, state.now())?;
    let open = match &second.way {
        Way::Push(push) => store.pushes.is_waiting(push, state.now()),
        Way::Otp | Way::RecoveryCode | Way::FirstApp(_) => state.now() < second.expires,
    };
    open.then_some(second)
}

fn take(state: &State, store: &mut Store, visit: Visit<'_>, second: SecondFactor, way: Way) {
    if let Way::Push(push) = &second.way {
        store.pushes.withdraw(push, state.now());
    }
    tracing::info!(sub = second.sub, factor = way.factor().name(), "another way to confirm");
    if way.factor() != Factor::Push {
        passing::record(store, visit, state.now(), log::asked(way.factor(), &second.challenge.asked));
    }
    passing::set(state, store, visit, Stage::SecondFactor(SecondFactor { way, ..second }));
    state.changed();
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
            store.phones.pair(ADA, "cookie", (NOW, 60));
        }
        let secret = has.contains(&Factor::Otp).then(Secret::random);
        let codes =
            if has.contains(&Factor::RecoveryCode) { vec!["1111-AAAA".to_owned()] } else { Vec::new() };
        store.enrolments.seed(ADA, secret, &codes);
        (usable(&store, ADA, allowed, NOW).iter().collect(), may_set_up(&store, ADA, allowed, NOW))
    }

    #[test]
    fn a_request_asks_for_what_it_allows_and_the_customer_has() {
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
    fn who_has_nothing_is_asked_on_a_phone_to_be_paired_or_sets_up_an_app() {
        use Factor::{Otp, Push, RecoveryCode};
        assert_eq!(asked(NONE, Factors::ANY), (vec![Push], true));
        assert_eq!(asked(NONE, only(&[Push])), (vec![Push], false));
        assert_eq!(asked(NONE, only(&[Otp])), (vec![], true));
        assert_eq!(asked(NONE, only(&[RecoveryCode])), (vec![], false));
    }
}
