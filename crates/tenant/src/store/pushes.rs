//! Pushes: one question to one customer's phones, bound to one request, answered once, soon stale.

mod numbers;

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::config::Limits;
use crate::domain::ConfirmationPrompt;
use crate::log::Trace;

/// How many of a customer's questions stay to be looked at, after they are over.
const MAX_HISTORY: usize = 20;

#[derive(Debug, Clone)]
pub(crate) struct Push {
    pub(crate) trace: Trace,
    pub(crate) id: String,
    pub(crate) sub: String,
    /// Where the browser that asks is, when that is known.
    pub(crate) from: Option<String>,
    /// The session that asked; when it ends, the question is withdrawn.
    pub(crate) sid: String,
    pub(crate) prompt: ConfirmationPrompt,
    pub(crate) number: u8,
    /// What the phone shows: the number among two others, shuffled.
    pub(crate) choices: [u8; 3],
    pub(crate) sent: u64,
    /// Which of all pushes it is; several can be sent within a second.
    pub(crate) order: u64,
    pub(crate) expires: u64,
    pub(crate) state: PushState,
    pub(crate) answered: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PushState {
    Waiting,
    Approved,
    Denied,
    WrongNumber,
    NotMe,
    /// Cancelled on the log-in tab, or the session has ended.
    Withdrawn,
    /// Approved, and the client has its tokens.
    Used,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PushAnswer {
    Number(u8),
    Deny,
    NotMe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PushOutcome {
    Approved,
    Denied,
    WrongNumber,
    NotMe,
    /// It was answered before; that answer stands.
    Answered,
    /// There is no such question for this customer, or it was withdrawn or is stale.
    TooLate,
}

/// Why a phone is not asked, as the customer reads it. `wait` is in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSent {
    #[error("Too many requests went to your phone. Use another way, or try again in {} min.", wait.div_ceil(60))]
    TooMany { wait: u64 },
    /// The customer said of a request that it was not theirs.
    #[error("You said that a request was not yours. Use another way, or try again in {} min.", wait.div_ceil(60))]
    Locked { wait: u64 },
}

#[derive(Default)]
pub(crate) struct Pushes {
    by_id: HashMap<String, Push>,
    sent: u64,
    /// The last one that the phones were told of.
    announced: u64,
    /// Until when a customer is not asked.
    locked: HashMap<String, u64>,
}

impl Pushes {
    /// Sends, unless too many recent pushes to this customer were not approved: somebody may be trying to tire them
    /// out until they say yes.
    pub(crate) fn send(&mut self, mut push: Push, limits: &Limits, now: u64) -> Result<(), NotSent> {
        self.forget_old(&push.sub, limits, now);
        self.may_send(&push.sub, limits, now)?;
        self.sent += 1;
        push.order = self.sent;
        self.by_id.insert(push.id.clone(), push);
        Ok(())
    }

    pub(crate) fn may_send(&self, sub: &str, limits: &Limits, now: u64) -> Result<(), NotSent> {
        if let Some(locked) = self.locked(sub, now) {
            return Err(locked);
        }
        let unapproved = |push: &&Push| !matches!(push.state, PushState::Approved | PushState::Used);
        let recent = |push: &&Push| now < push.sent + limits.push_window;
        let own = self.by_id.values().filter(|other| other.sub == sub);
        let mut sent: Vec<u64> = own.filter(unapproved).filter(recent).map(|push| push.sent).collect();
        sent.sort_unstable();
        // When the oldest of those that fill the limit no longer counts, there is room for one.
        let filling = sent.len().checked_sub(limits.unapproved_pushes).and_then(|oldest| sent.get(oldest));
        match filling {
            Some(oldest) => Err(NotSent::TooMany { wait: (oldest + limits.push_window).saturating_sub(now) }),
            None => Ok(()),
        }
    }

    /// Those that the phones have not been told of yet.
    pub(crate) fn take_unannounced(&mut self, now: u64) -> Vec<Push> {
        let announced = std::mem::replace(&mut self.announced, self.sent);
        let is_new =
            |push: &&Push| push.order > announced && push.state == PushState::Waiting && now < push.expires;
        self.by_id.values().filter(is_new).cloned().collect()
    }

    /// Whether the customer is left alone, after "This was not me".
    pub(crate) fn locked(&self, sub: &str, now: u64) -> Option<NotSent> {
        let until = self.locked.get(sub).filter(|until| now < **until)?;
        Some(NotSent::Locked { wait: until - now })
    }

    pub(crate) fn lock(&mut self, sub: &str, until: u64, now: u64) {
        self.locked.retain(|_, until| now < *until);
        self.locked.insert(sub.to_owned(), until);
    }

    /// Keeps what counts, what can be answered, and the newest of the others.
    fn forget_old(&mut self, sub: &str, limits: &Limits, now: u64) {
        let newest: Vec<String> = self.history(sub).into_iter().map(|push| push.id.clone()).collect();
        self.by_id.retain(|id, push| {
            push.sub != sub || now < push.expires.max(push.sent + limits.push_window) || newest.contains(id)
        });
    }

    /// What this customer was asked, the newest first.
    pub(crate) fn history(&self, sub: &str) -> Vec<&Push> {
        let mut own: Vec<&Push> = self.by_id.values().filter(|push| push.sub == sub).collect();
        own.sort_by_key(|push| Reverse(push.order));
        own.truncate(MAX_HISTORY);
        own
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Push> {
        self.by_id.get(id)
    }

    /// What a customer's phones show, the newest first.
    pub(crate) fn waiting(&self, sub: &str, now: u64) -> Vec<&Push> {
        let open = |push: &&Push| push.sub == sub && push.state == PushState::Waiting && now < push.expires;
        let mut waiting: Vec<&Push> = self.by_id.values().filter(open).collect();
        waiting.sort_by_key(|push| Reverse(push.order));
        waiting
    }

    /// One answer, by the customer who was asked, while it is fresh. A wrong number denies for good: with three to
    /// choose from, a second try would be a guess.
    pub(crate) fn answer(&mut self, id: &str, sub: &str, answer: PushAnswer, now: u64) -> PushOutcome {
        let Some(push) = self.by_id.get_mut(id) else { return PushOutcome::TooLate };
        if push.sub != sub {
            return PushOutcome::TooLate;
        }
        match push.state {
            PushState::Waiting if now < push.expires => {}
            PushState::Waiting | PushState::Withdrawn => return PushOutcome::TooLate,
            PushState::Approved
            | PushState::Denied
            | PushState::WrongNumber
            | PushState::NotMe
            | PushState::Used => {
                return PushOutcome::Answered;
            }
        }
        let (state, outcome) = match answer {
            PushAnswer::Number(number) if number == push.number => {
                (PushState::Approved, PushOutcome::Approved)
            }
            PushAnswer::Number(_) => (PushState::WrongNumber, PushOutcome::WrongNumber),
            PushAnswer::Deny => (PushState::Denied, PushOutcome::Denied),
            PushAnswer::NotMe => (PushState::NotMe, PushOutcome::NotMe),
        };
        push.state = state;
        push.answered = Some(now);
        outcome
    }

    /// Where the question stands; nothing when it is stale. An approval that nobody fetched in time is stale too.
    fn standing(&self, id: &str, now: u64) -> Option<PushState> {
        let push = self.by_id.get(id)?;
        let is_stale = match push.state {
            PushState::Waiting | PushState::Approved => now >= push.expires,
            state => state == PushState::Used,
        };
        (!is_stale).then_some(push.state)
    }

    pub(crate) fn is_waiting(&self, id: &str, now: u64) -> bool {
        self.standing(id, now) == Some(PushState::Waiting)
    }

    /// Where the question stands; an approval is handed out once. There is no way to look at one without taking it, so
    /// that nobody can forget to.
    pub(crate) fn take(&mut self, id: &str, now: u64) -> Option<PushState> {
        let state = self.standing(id, now)?;
        if let (PushState::Approved, Some(push)) = (state, self.by_id.get_mut(id)) {
            push.state = PushState::Used;
        }
        Some(state)
    }

    pub(crate) fn withdraw(&mut self, id: &str, now: u64) {
        if let Some(push) = self.by_id.get_mut(id) {
            push.withdraw(now);
        }
    }

    /// Takes every question of a session off the phone.
    pub(crate) fn withdraw_session(&mut self, sid: &str, now: u64) {
        self.by_id.values_mut().filter(|push| push.sid == sid).for_each(|push| push.withdraw(now));
    }
}

impl Push {
    /// What is stale is over already.
    fn withdraw(&mut self, now: u64) {
        if matches!(self.state, PushState::Waiting | PushState::Approved) && now < self.expires {
            self.state = PushState::Withdrawn;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Push, PushAnswer, PushOutcome, PushState, Pushes};
    use crate::config::Limits;
    use crate::domain::ConfirmationPrompt;
    use crate::log::Trace;

    #[test]
    fn approval_is_taken_once_in_time() {
        let push = |id: &str| Push {
            trace: Trace::default(),
            id: id.to_owned(),
            sub: "auth0|1001".to_owned(),
            from: None,
            sid: "sid".to_owned(),
            prompt: ConfirmationPrompt { client: "Riser".to_owned(), sentences: Vec::new(), payment: None },
            number: 42,
            choices: [41, 42, 43],
            sent: 0,
            order: 0,
            expires: 600,
            state: PushState::Waiting,
            answered: None,
        };
        let mut pushes = Pushes::default();
        for id in ["taken", "late"] {
            pushes.send(push(id), &Limits::default(), 0).unwrap();
            assert_eq!(pushes.take(id, 1), Some(PushState::Waiting));
            assert!(pushes.is_waiting(id, 1));
            assert_eq!(pushes.answer(id, "auth0|1001", PushAnswer::Number(42), 2), PushOutcome::Approved);
            assert!(!pushes.is_waiting(id, 2));
        }
        assert_eq!(pushes.take("taken", 3), Some(PushState::Approved));
        assert_eq!(pushes.take("taken", 3), None, "it has been used");
        assert_eq!(pushes.answer("taken", "auth0|1001", PushAnswer::Number(42), 4), PushOutcome::Answered);
        assert_eq!(pushes.take("taken", 4), None);
        assert_eq!(pushes.take("late", 600), None);
    }
}
