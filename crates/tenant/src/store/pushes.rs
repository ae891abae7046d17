//! Pushes: one question to one customer's phones, bound to one request, answered once, soon stale.

use std::collections::HashMap;

use crate::config::Limits;
use crate::log::Trace;
use crate::payment::Payment;

/// A question to the phone.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    /// Where it is written down what became of it.
    pub(crate) trace: Trace,
    pub(crate) id: String,
    /// Whose phones show it.
    pub(crate) sub: String,
    /// The session that asked; when it ends, the question is withdrawn.
    pub(crate) sid: String,
    pub(crate) asked: Asked,
    /// What the log-in tab shows.
    pub(crate) number: u8,
    /// What the phone shows: the number among two others, shuffled.
    pub(crate) choices: [u8; 3],
    pub(crate) sent: u64,
    pub(crate) expires: u64,
    pub(crate) state: State,
}

/// What the customer is asked, the same on both devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The client's name.
    pub(crate) client: String,
    /// "Riser asks to transfer funds from your account."
    pub(crate) sentences: Vec<String>,
    /// The one payment that it is about.
    pub(crate) payment: Option<Payment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Waiting,
    Approved,
    Denied,
    WrongNumber,
    /// Cancelled on the log-in tab, or the session has ended.
    Withdrawn,
    /// Approved, and the client has its tokens.
    Used,
}

/// What the phone sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Number(u8),
    Deny,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Approved,
    Denied,
    WrongNumber,
    /// It was answered before; that answer stands.
    Answered,
    /// There is no such question for this customer, or it was withdrawn or is stale.
    TooLate,
}

/// What the log-in tab finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Waiting,
    Approved,
    Denied,
    WrongNumber,
    Stale,
    Withdrawn,
}

/// The customer's phone has been asked too often.
#[derive(Debug)]
pub(crate) struct TooManyPushes {
    /// In seconds.
    pub(crate) wait: u64,
}

#[derive(Default)]
pub(crate) struct Pushes(HashMap<String, Push>);

impl Pushes {
    /// Sends, unless too many recent pushes to this customer were not approved: somebody may be trying to tire them
    /// out until they say yes.
    pub(crate) fn send(&mut self, push: Push, limits: &Limits, now: u64) -> Result<(), TooManyPushes> {
        self.0.retain(|_, push| now < push.expires.max(push.sent + limits.push_window));
        let unapproved = |push: &&Push| !matches!(push.state, State::Approved | State::Used);
        let recent = |push: &&Push| now < push.sent + limits.push_window;
        let own = self.0.values().filter(|other| other.sub == push.sub);
        let mut sent: Vec<u64> = own.filter(unapproved).filter(recent).map(|push| push.sent).collect();
        sent.sort_unstable();
        // When the oldest of those that fill the limit no longer counts, there is room for one.
        let filling = sent.len().checked_sub(limits.unapproved_pushes).and_then(|oldest| sent.get(oldest));
        if let Some(oldest) = filling {
            return Err(TooManyPushes { wait: (oldest + limits.push_window).saturating_sub(now) });
        }
        self.0.insert(push.id.clone(), push);
        Ok(())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Push> {
        self.0.get(id)
    }

    /// What a customer's phones show, oldest first.
    pub(crate) fn waiting(&self, sub: &str, now: u64) -> Vec<&Push> {
        let open = |push: &&Push| push.sub == sub && push.state == State::Waiting && now < push.expires;
        let mut waiting: Vec<&Push> = self.0.values().filter(open).collect();
        waiting.sort_by(|a, b| (a.sent, &a.id).cmp(&(b.sent, &b.id)));
        waiting
    }

    /// One answer, by the customer who was asked, while it is fresh. A wrong number denies for good: with three to
    /// choose from, a second try would be a guess.
    pub(crate) fn answer(&mut self, id: &str, sub: &str, answer: Answer, now: u64) -> Outcome {
        let Some(push) = self.0.get_mut(id) else { return Outcome::TooLate };
        if push.sub != sub {
            return Outcome::TooLate;
        }
        match push.state {
            State::Waiting if now < push.expires => {}
            State::Waiting | State::Withdrawn => return Outcome::TooLate,
            State::Approved | State::Denied | State::WrongNumber | State::Used => return Outcome::Answered,
        }
        let (state, outcome) = match answer {
            Answer::Number(number) if number == push.number => (State::Approved, Outcome::Approved),
            Answer::Number(_) => (State::WrongNumber, Outcome::WrongNumber),
            Answer::Deny => (State::Denied, Outcome::Denied),
        };
        push.state = state;
        outcome
    }

    /// Where the question stands. An approval that nobody fetched in time is stale too.
    fn verdict(&self, id: &str, now: u64) -> Verdict {
        let Some(push) = self.0.get(id) else { return Verdict::Stale };
        match push.state {
            State::Denied => Verdict::Denied,
            State::WrongNumber => Verdict::WrongNumber,
            State::Withdrawn => Verdict::Withdrawn,
            State::Waiting | State::Approved if now >= push.expires => Verdict::Stale,
            State::Waiting => Verdict::Waiting,
            State::Approved => Verdict::Approved,
            State::Used => Verdict::Stale,
        }
    }

    /// Whether the customer can still answer.
    pub(crate) fn is_waiting(&self, id: &str, now: u64) -> bool {
        self.verdict(id, now) == Verdict::Waiting
    }

    /// Where the question stands; an approval is handed out once. There is no way to look at one without taking it, so
    /// that nobody can forget to.
    pub(crate) fn take(&mut self, id: &str, now: u64) -> Verdict {
        let verdict = self.verdict(id, now);
        if let (Verdict::Approved, Some(push)) = (verdict, self.0.get_mut(id)) {
            push.state = State::Used;
        }
        verdict
    }

    /// Takes a question off the phone.
    pub(crate) fn withdraw(&mut self, id: &str) {
        if let Some(push) = self.0.get_mut(id) {
            push.withdraw();
        }
    }

    /// Takes every question of a session off the phone.
    pub(crate) fn withdraw_session(&mut self, sid: &str) {
        self.0.values_mut().filter(|push| push.sid == sid).for_each(Push::withdraw);
    }
}

impl Push {
    fn withdraw(&mut self) {
        if matches!(self.state, State::Waiting | State::Approved) {
            self.state = State::Withdrawn;
        }
    }

    /// Three different two-digit numbers, and which of them is the right one.
    pub(crate) fn numbers(random: [u8; 8]) -> (u8, [u8; 3]) {
        let mut random = u64::from_le_bytes(random);
        // Digits of a number in mixed radix. 2^64 is so much larger than 90 × 89 × 88 × 3 that no choice is likelier
        // than another by a part in ten trillion.
        let mut below = |bound: u64| {
            let digit = random % bound;
            random /= bound;
            u8::try_from(digit).unwrap_or_default()
        };
        let mut choices = [0; 3];
        for place in 0..choices.len() {
            let mut number = 10 + below(90 - place as u64);
            let mut taken = choices;
            taken.sort_unstable();
            // Skips what is taken, in order: the digit counts the numbers that are left.
            for other in taken {
                if other != 0 && number >= other {
                    number += 1;
                }
            }
            choices[place] = number;
        }
        (choices[usize::from(below(3))], choices)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Asked, Outcome, Push, Pushes, State, Verdict};
    use crate::config::Limits;
    use crate::log::Trace;

    #[test]
    fn an_approval_is_taken_once_and_only_in_time() {
        let push = |id: &str| Push {
            trace: Trace::default(),
            id: id.to_owned(),
            sub: "auth0|1001".to_owned(),
            sid: "sid".to_owned(),
            asked: Asked { client: "Riser".to_owned(), sentences: Vec::new(), payment: None },
            number: 42,
            choices: [41, 42, 43],
            sent: 0,
            expires: 600,
            state: State::Waiting,
        };
        let mut pushes = Pushes::default();
        for id in ["taken", "late"] {
            pushes.send(push(id), &Limits::default(), 0).unwrap();
            assert_eq!(pushes.take(id, 1), Verdict::Waiting);
            assert!(pushes.is_waiting(id, 1));
            assert_eq!(pushes.answer(id, "auth0|1001", Answer::Number(42), 2), Outcome::Approved);
            assert!(!pushes.is_waiting(id, 2));
        }
        assert_eq!(pushes.take("taken", 3), Verdict::Approved);
        assert_eq!(pushes.take("taken", 3), Verdict::Stale, "it has been used");
        assert_eq!(pushes.answer("taken", "auth0|1001", Answer::Number(42), 4), Outcome::Answered);
        assert_eq!(pushes.take("taken", 4), Verdict::Stale);
        assert_eq!(pushes.take("late", 600), Verdict::Stale);
    }

    #[test]
    fn the_numbers_are_three_different_ones_of_two_digits_and_each_place_is_right_sometimes() {
        let mut right_places = [0; 3];
        let mut seen = [false; 100];
        for seed in 0..20_000_u64 {
            // An odd factor spreads the seeds over all 64 bits.
            let (right, choices) = Push::numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
            let [a, b, c] = choices;
            assert!(a != b && b != c && c != a, "{choices:?}");
            assert!(choices.iter().all(|number| (10..=99).contains(number)), "{choices:?}");
            right_places[choices.iter().position(|number| *number == right).unwrap()] += 1;
            for number in choices {
                seen[usize::from(number)] = true;
            }
        }
        assert!(right_places.iter().all(|count| (6_000..7_400).contains(count)), "{right_places:?}");
        assert!(seen[10..].iter().all(|seen| *seen));
    }
}
