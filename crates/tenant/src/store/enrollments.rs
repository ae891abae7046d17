//! What each customer has enrolled besides phones: the secret of an authenticator app and recovery codes, and how often
//! they were wrong. One record for each customer, which survives a restart.

use serde::{Deserialize, Serialize};

use crate::credentials::recovery_codes;
use crate::credentials::totp::Secret;
use crate::domain::Factor;
use crate::persistence::{DurableError, Journal, Loaded, Record, Table};
use crate::random::Fingerprint;

/// The wait after the first wrong code too many, in seconds; each further one doubles it.
const FIRST_CODE_WAIT: u64 = 60;
/// And never makes it longer than this, or somebody who has the password could keep the customer out for good.
const MAX_CODE_WAIT: u64 = 3_600;

#[derive(Debug, Default, Serialize, Deserialize)]
struct EnrollmentRecord {
    totp: Option<Totp>,
    /// Of the codes that are left.
    recovery_codes: Vec<Fingerprint>,
    last: Option<Factor>,
    otp_tries: FailedAttempts,
    recovery_tries: FailedAttempts,
    /// Whether the configuration or the customer has said what there is. Otherwise it is only known what was used last.
    #[serde(rename = "said", default = "is_set_up")]
    is_set_up: bool,
}

/// For records of versions that did not write this down.
const fn is_set_up() -> bool {
    true
}

#[derive(Debug, Serialize, Deserialize)]
struct Totp {
    secret: Secret,
    /// The step of the last code that was accepted. Neither it nor an earlier one is accepted again (RFC 6238, 5.2).
    last_step: Option<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct FailedAttempts {
    wrong: usize,
    last: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeCheck {
    Right,
    Wrong,
    /// It was right, once.
    Used,
    /// Too many were wrong: no code is looked at for so many seconds.
    TooMany {
        wait: u64,
    },
}

#[derive(Default)]
pub(crate) struct Enrollments(Table<EnrollmentRecord>);

impl Record for EnrollmentRecord {
    const KIND: &'static str = "enrolment";
}

impl Enrollments {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Table::load(loaded, journal).map(Self)
    }

    /// What the configuration gives, for a customer who had nothing of it and has set up nothing.
    pub(crate) fn seed(&mut self, sub: &str, secret: Option<Secret>, recovery_codes: &[String]) {
        let is_set_up = self.0.get(sub).is_some_and(|record| record.is_set_up);
        if !is_set_up && (secret.is_some() || !recovery_codes.is_empty()) {
            let mut record = self.0.edit(sub);
            record.recovery_codes =
                recovery_codes.iter().map(|code| recovery_codes::fingerprint(code)).collect();
            record.totp = secret.map(|secret| Totp { secret, last_step: None });
            record.is_set_up = true;
        }
    }

    pub(crate) fn has_app(&self, sub: &str) -> bool {
        self.0.get(sub).is_some_and(|record| record.totp.is_some())
    }

    pub(crate) fn recovery_codes(&self, sub: &str) -> usize {
        self.0.get(sub).map_or(0, |record| record.recovery_codes.len())
    }

    pub(crate) fn last(&self, sub: &str) -> Option<Factor> {
        self.0.get(sub)?.last
    }

    pub(crate) fn remember(&mut self, sub: &str, factor: Factor) {
        self.0.edit(sub).last = Some(factor);
    }

    /// Makes this the customer's app, after `code` has shown that the app has the secret. That code is used with this.
    pub(crate) fn enrol(&mut self, sub: &str, secret: &Secret, code: &str, now: u64) -> CodeCheck {
        let Some(step) = secret.step_of(code, now) else { return CodeCheck::Wrong };
        let mut record = self.0.edit(sub);
        record.totp = Some(Totp { secret: secret.clone(), last_step: Some(step) });
        record.otp_tries = FailedAttempts::default();
        record.is_set_up = true;
        CodeCheck::Right
    }

    /// Makes this the customer's app without a code of it.
    pub(crate) fn set_app(&mut self, sub: &str, secret: Secret) {
        let mut record = self.0.edit(sub);
        record.totp = Some(Totp { secret, last_step: None });
        record.otp_tries = FailedAttempts::default();
        record.is_set_up = true;
    }

    /// The code of this step, or the next one when it has been used; with its step.
    pub(crate) fn next_code(&self, sub: &str, step: u64) -> Option<(u64, String)> {
        let totp = self.0.get(sub)?.totp.as_ref()?;
        let step = totp.last_step.map_or(step, |last| step.max(last + 1));
        Some((step, totp.secret.code(step)))
    }

    pub(crate) fn forget(&mut self, sub: &str) {
        self.0.remove(sub);
    }

    pub(crate) fn clear(&mut self) {
        self.0.retain(|_, _| false);
    }

    pub(crate) fn remove_app(&mut self, sub: &str) {
        if let Some(mut record) = self.0.get_mut(sub) {
            record.totp = None;
        }
    }

    pub(crate) fn set_recovery_codes(&mut self, sub: &str, codes: &[String]) {
        let mut record = self.0.edit(sub);
        record.recovery_codes = codes.iter().map(|code| recovery_codes::fingerprint(code)).collect();
        record.recovery_tries = FailedAttempts::default();
        record.is_set_up = true;
    }

    /// Looks at a code of the app; what is right is used with this. `free`: how many in a row may be wrong before the
    /// customer has to wait.
    pub(crate) fn check_otp(&mut self, sub: &str, code: &str, free: usize, now: u64) -> CodeCheck {
        let Some(mut record) = self.0.get_mut(sub) else { return CodeCheck::Wrong };
        let record = &mut *record;
        let Some(totp) = &mut record.totp else { return CodeCheck::Wrong };
        if let Some(wait) = record.otp_tries.wait(free, now) {
            return CodeCheck::TooMany { wait };
        }
        match totp.secret.step_of(code, now) {
            None => record.otp_tries.count(now),
            Some(step) if totp.last_step.is_some_and(|last| step <= last) => CodeCheck::Used,
            Some(step) => {
                totp.last_step = Some(step);
                record.otp_tries = FailedAttempts::default();
                CodeCheck::Right
            }
        }
    }

    /// Looks at a recovery code; what is right is used with this.
    pub(crate) fn check_recovery_code(&mut self, sub: &str, code: &str, free: usize, now: u64) -> CodeCheck {
        let Some(mut record) = self.0.get_mut(sub) else { return CodeCheck::Wrong };
        let record = &mut *record;
        if let Some(wait) = record.recovery_tries.wait(free, now) {
            return CodeCheck::TooMany { wait };
        }
        let given = recovery_codes::fingerprint(code);
        match record.recovery_codes.iter().position(|kept| *kept == given) {
            None => record.recovery_tries.count(now),
            Some(at) => {
                record.recovery_codes.remove(at);
                record.recovery_tries = FailedAttempts::default();
                CodeCheck::Right
            }
        }
    }
}

impl FailedAttempts {
    fn count(&mut self, now: u64) -> CodeCheck {
        self.wrong += 1;
        self.last = now;
        CodeCheck::Wrong
    }

    fn wait(&self, free: usize, now: u64) -> Option<u64> {
        let beyond = self.wrong.checked_sub(free)?;
        let doubled =
            u32::try_from(beyond).ok().and_then(|beyond| FIRST_CODE_WAIT.checked_shl(beyond.min(16)));
        let wait = doubled.unwrap_or(MAX_CODE_WAIT).min(MAX_CODE_WAIT);
        Some((self.last + wait).saturating_sub(now)).filter(|wait| *wait > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "auth0|1001";
    const NOW: u64 = 1_760_000_000;

    fn enrolled() -> (Enrollments, Secret) {
        let mut enrollments = Enrollments::default();
        let secret = Secret::random();
        enrollments.seed(ADA, Some(secret.clone()), &["1111-AAAA".to_owned(), "2222-BBBB".to_owned()]);
        (enrollments, secret)
    }

    /// A code that is none of the three that are good now.
    fn wrong(secret: &Secret, now: u64) -> String {
        let codes = (0..100).map(|code| format!("{code:06}"));
        codes.into_iter().find(|code| secret.step_of(code, now).is_none()).unwrap()
    }

    #[test]
    fn accepts_each_step_once() {
        let (mut enrollments, secret) = enrolled();
        let code = |steps: i64| secret.code((NOW / 30).checked_add_signed(steps).unwrap());
        assert_eq!(enrollments.check_otp(ADA, &code(0), 5, NOW), CodeCheck::Right);
        assert_eq!(enrollments.check_otp(ADA, &code(0), 5, NOW), CodeCheck::Used);
        assert_eq!(enrollments.check_otp(ADA, &code(-1), 5, NOW), CodeCheck::Used, "the one before it too");
        assert_eq!(enrollments.check_otp(ADA, &code(1), 5, NOW), CodeCheck::Right, "a clock that is ahead");
        assert_eq!(enrollments.check_otp(ADA, &code(1), 5, NOW + 30), CodeCheck::Used);
        assert_eq!(enrollments.check_otp(ADA, &code(2), 5, NOW + 30), CodeCheck::Right);
    }

    #[test]
    fn wrong_codes_double_wait_up_to_hour() {
        let (mut enrollments, secret) = enrolled();
        let mut now = NOW;
        for _ in 0..5 {
            assert_eq!(enrollments.check_otp(ADA, &wrong(&secret, now), 5, now), CodeCheck::Wrong);
        }
        for wait in [60, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
            let right = secret.code(now / 30);
            assert_eq!(enrollments.check_otp(ADA, &right, 5, now), CodeCheck::TooMany { wait });
            assert_eq!(enrollments.check_otp(ADA, &right, 5, now + wait - 1), CodeCheck::TooMany { wait: 1 });
            now += wait;
            assert_eq!(enrollments.check_otp(ADA, &wrong(&secret, now), 5, now), CodeCheck::Wrong);
        }
        now += 3_600;
        assert_eq!(enrollments.check_otp(ADA, &secret.code(now / 30), 5, now), CodeCheck::Right);
        assert_eq!(enrollments.check_otp(ADA, &wrong(&secret, now), 5, now), CodeCheck::Wrong, "forgiven");
    }

    #[test]
    fn accepts_recovery_code_once() {
        let (mut enrollments, secret) = enrolled();
        for _ in 0..5 {
            enrollments.check_otp(ADA, &wrong(&secret, NOW), 5, NOW);
        }
        assert_eq!(enrollments.check_recovery_code(ADA, "1111aaaa", 5, NOW), CodeCheck::Right);
        assert_eq!(enrollments.check_recovery_code(ADA, "1111aaaa", 5, NOW), CodeCheck::Wrong);
        assert_eq!(enrollments.recovery_codes(ADA), 1);
        for _ in 0..4 {
            assert_eq!(enrollments.check_recovery_code(ADA, "nonsense", 5, NOW), CodeCheck::Wrong);
        }
        assert_eq!(enrollments.check_recovery_code(ADA, "2222bbbb", 5, NOW), CodeCheck::TooMany { wait: 60 });
        assert_eq!(enrollments.check_recovery_code(ADA, "2222bbbb", 5, NOW + 60), CodeCheck::Right);
        assert_eq!(
            enrollments.check_recovery_code(ADA, "nonsense", 5, NOW + 60),
            CodeCheck::Wrong,
            "forgiven"
        );
        for _ in 0..4 {
            enrollments.check_recovery_code(ADA, "nonsense", 5, NOW + 60);
        }
        enrollments.set_recovery_codes(ADA, &["3333-CCCC".to_owned()]);
        assert_eq!(
            enrollments.check_recovery_code(ADA, "3333cccc", 5, NOW + 60),
            CodeCheck::Right,
            "new ones"
        );
    }

    #[test]
    fn configuration_does_not_replace_records() {
        let (mut enrollments, secret) = enrolled();
        enrollments.remove_app(ADA);
        enrollments.seed(ADA, Some(secret.clone()), &[]);
        assert!(!enrollments.has_app(ADA));
        assert_eq!(enrollments.recovery_codes(ADA), 2);

        for code in ["1111-AAAA", "2222-BBBB"] {
            assert_eq!(enrollments.check_recovery_code(ADA, code, 5, NOW), CodeCheck::Right);
        }
        enrollments.seed(ADA, None, &["1111-AAAA".to_owned()]);
        assert_eq!(enrollments.recovery_codes(ADA), 0, "used up");

        let mut enrollments = Enrollments::default();
        enrollments.enrol(ADA, &secret, &secret.code(NOW / 30), NOW);
        enrollments.remove_app(ADA);
        enrollments.seed(ADA, Some(secret), &[]);
        assert!(!enrollments.has_app(ADA), "her own, which she removed");
    }
}
