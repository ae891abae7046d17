//! Who is logged in, with what, and until when.

use alloc::string::String;

use crate::{
    config::Config,
    domain::{AuthenticationRequirement, CachedToken, CompactIdToken, LogoutCount, Timestamp, TokenCache},
    effect::{Effect, Timer},
    json,
    oidc::LogoutHints,
    storage::{StorageKey, StoredSession},
    view::Notice,
};

/// How long before its end the customer is told, in seconds.
const EXPIRY_WARNING_SECONDS: i64 = 120;

#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) subject: String,
    pub(crate) tokens: TokenCache,
    /// What is known of a second factor.
    pub(crate) second_factor: SecondFactor,
    /// Has the bank accepted the token before? A refusal of one that it never accepted would only be repeated by a new
    /// log-in.
    pub(crate) proven: bool,
    /// What was demanded when the customer logged in, as far as this page knows.
    pub(crate) met: AuthenticationRequirement,
    pub(crate) log_out_hints: Option<LogoutHints>,
    /// How often somebody had logged out in this browser when it began.
    pub(crate) log_outs: LogoutCount,
}

/// What is known of a second factor in this session.
#[derive(Debug, Clone, Default)]
pub(crate) enum SecondFactor {
    #[default]
    Unknown,
    /// The tab's storage holds an ID token that should tell of one. Storage can be edited: it has to be verified again.
    Stored(CompactIdToken),
    /// A verified ID token tells of one.
    Verified(CompactIdToken),
}

impl Login {
    /// From the tab's storage, while it lasts; otherwise, why it does not. `None` when nobody was logged in.
    pub(crate) fn read(
        stored: Option<&str>,
        log_outs: LogoutCount,
        now: Timestamp,
    ) -> Option<Result<Self, Notice>> {
        let text = stored?;
        let Some(stored) = json::read::<StoredSession>(Some(text)) else {
            return Some(Err(Notice::SessionOver));
        };
        if stored.log_outs != log_outs {
            return Some(Err(Notice::LoggedOutElsewhere));
        }
        let StoredSession { subject, tokens, second_factor, log_out_hints, .. } = stored;
        let second_factor = second_factor.map(SecondFactor::Stored).unwrap_or_default();
        let met = AuthenticationRequirement::default();
        let login = Self { subject, tokens, second_factor, proven: true, met, log_out_hints, log_outs };
        let over = login.remaining(now).is_none_or(|seconds| seconds <= 0);
        Some(if over { Err(Notice::SessionOver) } else { Ok(login) })
    }

    /// The token for reading, while it is good; the one that may transfer as well, where a log-in brings it.
    pub(crate) fn token(&self, config: &Config, now: Timestamp) -> Option<&CachedToken> {
        let find = |needed| self.tokens.find(&config.audience, needed, now);
        find(&config.transfer_scope).or_else(|| find(&config.balance_scope))
    }

    pub(crate) fn store(&self) -> Effect {
        let session = StoredSession {
            subject: self.subject.clone(),
            tokens: self.tokens.clone(),
            second_factor: self.second_factor.token().cloned(),
            log_out_hints: self.log_out_hints.clone(),
            log_outs: self.log_outs,
        };
        Effect::Store(StorageKey::Session, json::write(&session))
    }

    /// Seconds until it ends; `None` without a token.
    fn remaining(&self, now: Timestamp) -> Option<i64> {
        self.tokens.ends_at().map(|ends| ends.since(now))
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.remaining(now).is_some_and(|seconds| seconds <= 0)
    }

    /// Is it time to tell the customer?
    pub(crate) fn ends_soon(&self, now: Timestamp) -> bool {
        self.remaining(now).is_some_and(|seconds| seconds <= EXPIRY_WARNING_SECONDS)
    }

    /// Wakes up when there is something to tell: that it ends soon, or that it is over.
    pub(crate) fn watch(&self, now: Timestamp) -> Option<Effect> {
        let remaining = self.remaining(now)?;
        let seconds =
            if remaining > EXPIRY_WARNING_SECONDS { remaining - EXPIRY_WARNING_SECONDS } else { remaining };
        let milliseconds = seconds.max(0).saturating_mul(1000);
        // Browsers keep timers in 31 bits; a timer that fires early is set anew.
        Some(Effect::SetTimer(
            Timer::SessionEnds,
            u32::try_from(milliseconds).unwrap_or(u32::MAX).min(1 << 30),
        ))
    }
}

impl SecondFactor {
    /// The stored token was verified again: now it counts, or it is forgotten.
    pub(crate) fn checked(&mut self, proven: bool) {
        *self = match core::mem::take(self) {
            Self::Stored(token) if proven => Self::Verified(token),
            Self::Stored(_) => Self::Unknown,
            other => other,
        };
    }

    fn token(&self) -> Option<&CompactIdToken> {
        match self {
            Self::Unknown => None,
            Self::Stored(token) | Self::Verified(token) => Some(token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Scopes, SessionToken};

    fn login(ends: i64) -> Login {
        let mut tokens = TokenCache::default();
        tokens.put("api", Scopes::parse("a"), Timestamp(ends), SessionToken::new("t".into()));
        let second_factor = SecondFactor::Verified(CompactIdToken::new("a.b.c".into()));
        let (met, log_outs) = (AuthenticationRequirement::default(), LogoutCount::read(Some("3")));
        let log_out_hints = None;
        Login { subject: "s".into(), tokens, second_factor, proven: false, met, log_out_hints, log_outs }
    }

    fn stored(login: &Login) -> String {
        let Effect::Store(StorageKey::Session, text) = login.store() else { panic!() };
        text
    }

    #[test]
    fn stored_login_ends_with_token_or_logout() {
        let text = stored(&login(100));
        let read = |log_outs: Option<&str>, now| {
            Login::read(Some(&text), LogoutCount::read(log_outs), Timestamp(now)).unwrap()
        };
        let back = read(Some("3"), 99).unwrap();
        assert!(back.proven);
        assert!(
            matches!(back.second_factor, SecondFactor::Stored(_)),
            "what comes out of the storage is not verified any more"
        );
        assert_eq!(read(Some("3"), 100).err(), Some(Notice::SessionOver));
        for log_outs in [Some("4"), Some("2"), None, Some("x")] {
            assert_eq!(read(log_outs, 99).err(), Some(Notice::LoggedOutElsewhere), "{log_outs:?}");
        }
        assert!(Login::read(None, LogoutCount::default(), Timestamp(0)).is_none());
    }

    /// Proves: session-end-announced
    #[test]
    fn warns_two_minutes_before_end() {
        let login = login(1000);
        let wakes = |now| match login.watch(Timestamp(now)) {
            Some(Effect::SetTimer(Timer::SessionEnds, milliseconds)) => milliseconds,
            other => panic!("{other:?}"),
        };
        for (now, soon, over, next) in [
            (0, false, false, 880_000),
            (879, false, false, 1_000),
            (880, true, false, 120_000),
            (999, true, false, 1_000),
            (1000, true, true, 0),
            (2000, true, true, 0),
        ] {
            let now_at = Timestamp(now);
            assert_eq!((login.ends_soon(now_at), login.is_over(now_at)), (soon, over), "{now}");
            assert_eq!(wakes(now), next, "{now}");
        }
        assert_eq!(wakes(i64::MIN), 1 << 30, "a timer has 31 bits");
    }
}
