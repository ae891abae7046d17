//! How strongly, and how recently, a customer has to have authenticated: `acr_values` and `max_age` of a request
//! (OIDC Core 3.1.2.1), by the page's own rule or because the API asks for them (RFC 9470).

use alloc::{borrow::ToOwned, string::String};
use serde::Serialize;

use crate::json::Object;

/// Auth0's name for "with a second factor", from the PAPE extension.
pub(crate) const MULTI_FACTOR_ACR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// The authentication method that says so in `amr` (RFC 8176).
pub(crate) const MFA_AMR: &str = "mfa";

/// The longest `acr_values` that is passed on.
const MAX_ACR_VALUES_BYTES: usize = 1_000;

/// What is demanded; nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuthenticationRequirement {
    /// Any of these will do, blanks between, the best first.
    pub acr_values: Option<String>,
    /// How long ago the customer may have authenticated, in seconds.
    pub max_age: Option<i64>,
}

impl AuthenticationRequirement {
    /// A second factor, whenever it was.
    #[must_use]
    pub fn second_factor() -> Self {
        Self { acr_values: Some(MULTI_FACTOR_ACR.to_owned()), max_age: None }
    }

    /// Nothing in particular.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Has everything that it asks for been asked for by `other`?
    #[must_use]
    pub fn is_covered_by(&self, other: &Self) -> bool {
        let newer = match (self.max_age, other.max_age) {
            (Some(needed), Some(asked)) => asked <= needed,
            (needed, _) => needed.is_none(),
        };
        newer && (self.acr_values.is_none() || self.acr_values == other.acr_values)
    }

    /// `acr_values` as a server wrote it: visible characters with blanks between. What is something else is no requirement.
    pub(crate) fn set_acr_values(&mut self, text: String) {
        let fits = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.len() <= MAX_ACR_VALUES_BYTES;
        if fits && !text.trim().is_empty() {
            self.acr_values.get_or_insert(text);
        }
    }

    /// `max_age` as a server wrote it: a number of seconds.
    pub(crate) fn set_max_age(&mut self, text: &str) {
        if let Some(seconds) = text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit())) {
            self.max_age.get_or_insert(seconds.into());
        }
    }

    /// Is an authentication with this `acr` and these `amr` strong enough? Providers that leave `acr` out, as Auth0 may,
    /// tell of the second factor in `amr`.
    #[must_use]
    pub fn is_met_by(&self, acr: Option<&str>, amr: &[String]) -> bool {
        let Some(wanted) = &self.acr_values else { return true };
        wanted.split(' ').filter(|value| !value.is_empty()).any(|value| {
            acr == Some(value) || (value == MULTI_FACTOR_ACR && amr.iter().any(|method| method == MFA_AMR))
        })
    }

    pub(crate) fn read(object: &Object) -> Self {
        let mut requirement = Self::default();
        if let Some(text) = object.text("acr_values") {
            requirement.set_acr_values(text);
        }
        requirement.max_age = object.integer("max_age").filter(|seconds| *seconds >= 0);
        requirement
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(acr_values: &str, max_age: &str) -> AuthenticationRequirement {
        let mut requirement = AuthenticationRequirement::default();
        requirement.set_acr_values(acr_values.to_owned());
        requirement.set_max_age(max_age);
        requirement
    }

    #[test]
    fn ignores_invalid_values() {
        assert_eq!(requirement("", ""), AuthenticationRequirement::default());
        assert_eq!(requirement("  ", "-1"), AuthenticationRequirement::default());
        assert_eq!(requirement("gold\n", "+5"), AuthenticationRequirement::default());
        assert_eq!(requirement("gøld", "1.5"), AuthenticationRequirement::default());
        assert_eq!(
            requirement(&"g".repeat(MAX_ACR_VALUES_BYTES + 1), "99999999999"),
            AuthenticationRequirement::default()
        );
        let good = requirement("gold silver", "0");
        assert_eq!((good.acr_values.as_deref(), good.max_age), (Some("gold silver"), Some(0)));
        assert_eq!(
            requirement(&"g".repeat(MAX_ACR_VALUES_BYTES), "").acr_values.map(|text| text.len()),
            Some(MAX_ACR_VALUES_BYTES)
        );
    }

    #[test]
    fn compares_with_earlier_requirement() {
        let requirement = |acr_values: Option<&str>, max_age| AuthenticationRequirement {
            acr_values: acr_values.map(str::to_owned),
            max_age,
        };
        for (needed, asked, within) in [
            (requirement(None, None), requirement(None, None), true),
            (requirement(None, None), requirement(Some("gold"), Some(1)), true),
            (requirement(Some("gold"), None), requirement(Some("gold"), None), true),
            (requirement(Some("gold"), None), requirement(Some("silver"), None), false),
            (requirement(Some("gold"), None), requirement(None, None), false),
            (requirement(None, Some(60)), requirement(None, Some(60)), true),
            (requirement(None, Some(60)), requirement(None, Some(59)), true),
            (requirement(None, Some(60)), requirement(None, Some(61)), false),
            (requirement(None, Some(60)), requirement(None, None), false),
        ] {
            assert_eq!(needed.is_covered_by(&asked), within, "{needed:?} within {asked:?}");
        }
    }

    #[test]
    fn first_of_two_values_counts() {
        let mut twice = requirement("gold", "5");
        twice.set_acr_values("silver".into());
        twice.set_max_age("500");
        assert_eq!(twice, requirement("gold", "5"));
    }

    #[test]
    fn acr_and_amr_values_count() {
        let methods = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (wanted, acr, amr, met) in [
            ("", None, methods(&[]), true),
            ("gold silver", Some("silver"), methods(&[]), true),
            ("gold silver", Some("bronze"), methods(&["mfa"]), false),
            ("gold silver", Some("gold silver"), methods(&[]), false),
            ("gold", None, methods(&["gold"]), false),
            (MULTI_FACTOR_ACR, None, methods(&["pwd", "mfa"]), true),
            (MULTI_FACTOR_ACR, Some(MULTI_FACTOR_ACR), methods(&[]), true),
            (MULTI_FACTOR_ACR, None, methods(&["pwd"]), false),
            (MULTI_FACTOR_ACR, None, methods(&["MFA"]), false),
            (MULTI_FACTOR_ACR, Some(""), methods(&[]), false),
        ] {
            assert_eq!(requirement(wanted, "").is_met_by(acr, &amr), met, "{wanted} {acr:?} {amr:?}");
        }
    }
}
