//! Second factors: what there is, and which of it a request allows. Pure values.

use serde::{Deserialize, Serialize};

/// A way to confirm that it is you, besides the password. The strongest is the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Factor {
    /// A question to the paired phone, which shows what it is about.
    Push,
    Otp,
    /// One of the codes that were written down for the day on which everything else is lost.
    RecoveryCode,
}

impl Factor {
    const ALL: [Self; 3] = [Self::Push, Self::Otp, Self::RecoveryCode];

    /// As forms and Auth0's Actions name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Push => "push-notification",
            Self::Otp => "otp",
            Self::RecoveryCode => "recovery-code",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factors([bool; 3]);

impl Factors {
    pub(crate) const ANY: Self = Self([true; 3]);

    pub(crate) fn has(self, factor: Factor) -> bool {
        self.iter().any(|one| one == factor)
    }

    /// The strongest first.
    pub(crate) fn iter(self) -> impl Iterator<Item = Factor> {
        Factor::ALL.into_iter().zip(self.0).filter_map(|(factor, is_in)| is_in.then_some(factor))
    }

    pub(crate) fn and(self, other: Self) -> Self {
        other.iter().filter(|factor| self.has(*factor)).collect()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

impl FromIterator<Factor> for Factors {
    fn from_iter<T: IntoIterator<Item = Factor>>(factors: T) -> Self {
        let factors: Vec<Factor> = factors.into_iter().collect();
        Self(Factor::ALL.map(|factor| factors.contains(&factor)))
    }
}
