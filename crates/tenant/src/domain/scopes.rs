//! Which scopes a customer gets, and whether they cost a second factor. Pure rules: no request, no store.

use std::collections::HashSet;

use actions::Decisions;

use super::api::Api;
use super::customer::Customer;
use super::refresh_tokens::OFFLINE_ACCESS;

/// Scopes that belong to OpenID Connect and not to an API.
pub(crate) const OIDC_SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// The policy that asks for more than a password, as a value of `acr_values` and `acr`.
pub(crate) const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// Requested ∩ known ∩ permitted, in the order of the request. What is unknown or not permitted is dropped in
/// silence, as Auth0 does: the `scope` of the answer says what was granted.
pub(crate) fn grantable(requested: &[String], api: Option<&Api>, customer: &Customer) -> Vec<String> {
    let offered = |scope: &str| api.is_some_and(|api| api.scopes.iter().any(|known| known.name == scope));
    let permitted = |scope: &str| match &customer.permissions {
        None => true,
        Some(permissions) => permissions.iter().any(|permission| permission == scope),
    };
    let mut granted: Vec<String> = Vec::new();
    for scope in requested {
        let kept = OIDC_SCOPES.contains(&scope.as_str()) || (offered(scope) && permitted(scope));
        if kept && !granted.contains(scope) {
            granted.push(scope.clone());
        }
    }
    granted
}

/// What is granted when the scripts have had their say. As at Auth0 theirs is the last word: they are the tenant's own code,
/// and add what the request did not ask for or the customer is not otherwise permitted. What takes a second factor
/// (`step_up_scopes`) takes it all the same.
pub(crate) fn apply_decisions(granted: Vec<String>, decisions: &Decisions) -> Vec<String> {
    let mut scopes = decisions.scopes.clone().unwrap_or(granted);
    scopes.extend(decisions.scopes_added.iter().cloned());
    let mut seen = HashSet::new();
    scopes.retain(|scope| !decisions.scopes_removed.contains(scope) && seen.insert(scope.clone()));
    scopes
}

/// The granted scopes that permit something at an API, whether one describes them or a script has made them up.
pub(crate) fn api_scopes_in(granted: &[String]) -> impl Iterator<Item = &String> {
    granted.iter().filter(|scope| !OIDC_SCOPES.contains(&scope.as_str()) && *scope != OFFLINE_ACCESS)
}

pub(crate) fn belonging_to<'a>(granted: &'a [String], api: &'a Api) -> impl Iterator<Item = &'a String> {
    granted.iter().filter(|scope| api.scopes.iter().any(|known| known.name == **scope))
}

/// The granted scopes that are given only after a second factor.
pub(crate) fn step_up_scopes_in<'a>(
    granted: &'a [String],
    api: Option<&'a Api>,
) -> impl Iterator<Item = &'a String> {
    granted.iter().filter(move |scope| api.is_some_and(|api| api.step_up_scopes.contains(scope)))
}
