//! A refresh token becomes tokens (RFC 6749, 6; OpenID Connect Core 12). Nobody sits in front of a browser, so what takes a
//! second factor is never among what they are good for: neither a scope of `step_up_scopes` nor a payment.

use std::sync::Arc;

use super::challenge::challenge;
use super::redirect::INTERACTION_REQUIRED;
use crate::domain::{
    Api, AuthorizationRequest, Client, Customer, ErrorCode, Grant, MULTIFACTOR_REQUIRED, OFFLINE_ACCESS,
    RefreshContext, RequestContext, ResponseType, scopes,
};
use crate::log::{RefreshTokenStep, Trace, events, time};
use crate::random;
use crate::scripts::{self, AuthenticationState, ScriptRefusal};
use crate::state::AppState;
use crate::store::{Authorization, FamilyEnd, RefreshTokenError, RefreshTokenFamily, RefreshTokenGrant};

/// What the client sends with its token.
pub(crate) struct RefreshRequest<'a> {
    pub(crate) client: Arc<Client>,
    pub(crate) token: &'a str,
    /// Less than was granted, or nothing for all of it.
    pub(crate) scope: Option<&'a str>,
    /// The one that was granted, or nothing.
    pub(crate) audience: Option<&'a str>,
    pub(crate) context: RequestContext,
}

pub(crate) struct Refreshed {
    pub(crate) grant: Grant,
    /// The next refresh token, where they rotate.
    pub(crate) refresh_token: Option<String>,
}

#[derive(Debug)]
pub(crate) enum RefreshRefusal {
    /// Unknown, expired, revoked, used before or another client's: the client is told no more than that.
    Token,
    Scope,
    Audience,
    /// A script asks for a second factor, which nobody can be asked for here.
    SecondFactor,
    /// A script sends the browser elsewhere, and there is none.
    Redirect,
    Script(ErrorCode, String),
}

pub(crate) async fn refresh(
    state: &AppState,
    request: RefreshRequest<'_>,
    trace: &Trace,
) -> Result<Refreshed, RefreshRefusal> {
    let RefreshRequest { client, token, scope, audience, context } = request;
    let policy = client.refresh_token;
    let invalid = |error| {
        trace.record(invalid_token(error));
        RefreshRefusal::Token
    };
    let found = state.store().refresh_tokens.find(token, &client.id, policy, state.now());
    let family = found.map_err(invalid)?;
    let customer =
        state.directory.by_sub(&family.granted.sub).ok_or_else(|| invalid(RefreshTokenError::Unknown))?;
    let api = api(state, &family).map_err(invalid)?;
    if audience.is_some_and(|audience| family.granted.audience.as_deref() != Some(audience)) {
        return Err(RefreshRefusal::Audience);
    }
    let (wanted, beyond) = narrowed(scope, &family.granted.scopes, api.as_deref());
    if wanted.is_empty() {
        return Err(RefreshRefusal::Scope);
    }
    let authorization = Authorization {
        request: Arc::new(authorization_request(client, api, wanted, &family, context)),
        decision: Arc::default(),
        trace: trace.clone(),
    };
    let second_factor = state.store().customers.second_factor(&family.granted.sid);
    let authenticated = AuthenticationState {
        sid: Some(family.granted.sid.clone()),
        auth_time: family.granted.auth_time,
        second_factor,
    };
    let decision = scripts::run(state, &authorization, &customer, &authenticated)
        .await
        .map_err(|ScriptRefusal { error, description }| RefreshRefusal::Script(error, description))?;
    let request = &authorization.request;
    if decision.redirect.is_some() {
        return Err(RefreshRefusal::Redirect);
    }
    if decision.pending.is_some() || challenge(request, &customer, &decision).is_some() {
        return Err(RefreshRefusal::SecondFactor);
    }
    // Now that it is certain that there is an answer. The scripts took their time: somebody else may have been here.
    let (secret, now) = (random::secret(), state.now());
    let exchanged = state.store().refresh_tokens.exchange(token, &request.client.id, &secret, policy, now);
    let refresh_token = exchanged.map_err(invalid)?;
    let identity = scopes::grantable(&request.scopes, request.api.as_deref(), &customer);
    let mut granted = scopes::apply_decisions(identity.clone(), &decision.decisions);
    granted.retain(|scope| scope != OFFLINE_ACCESS);
    if request.asks_for_offline_access() {
        granted.push(OFFLINE_ACCESS.to_owned());
    }
    trace.record(events::refreshed(request, &customer, &granted, beyond));
    record_exchange(trace, &family, refresh_token.is_some());
    tracing::info!(client_id = request.client.id, sub = customer.sub, "refresh token exchanged");
    let grant = grant(request, &customer, &family, (granted, identity), &decision.decisions);
    Ok(Refreshed { grant, refresh_token })
}

/// The API that the token is for, as long as it allows that; or none, where it is for the userinfo endpoint alone.
fn api(state: &AppState, family: &RefreshTokenFamily) -> Result<Option<Arc<Api>>, RefreshTokenError> {
    let Some(audience) = &family.granted.audience else { return Ok(None) };
    let api = state.apis.get(audience).filter(|api| api.allow_offline_access);
    api.cloned().map(Some).ok_or(RefreshTokenError::NotAllowed)
}

/// What is asked for of what was granted, and what is asked for besides. The last is left out and not refused, as at Auth0:
/// its libraries send the scopes of the log-in again, also those that were not granted then.
fn narrowed(wanted: Option<&str>, granted: &[String], api: Option<&Api>) -> (Vec<String>, Vec<String>) {
    let step_up = |scope: &String| api.is_some_and(|api| api.step_up_scopes.contains(scope));
    let good: Vec<String> = granted.iter().filter(|scope| !step_up(scope)).cloned().collect();
    let Some(wanted) = wanted else { return (good, Vec::new()) };
    let wanted = wanted.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned);
    wanted.partition(|scope| good.contains(scope))
}

fn authorization_request(
    client: Arc<Client>,
    api: Option<Arc<Api>>,
    scopes: Vec<String>,
    family: &RefreshTokenFamily,
    context: RequestContext,
) -> AuthorizationRequest {
    let &RefreshTokenFamily { created, last_used, expires, idle_expires, .. } = family;
    let refresh = Some(RefreshContext { created, last_used, expires, idle_expires });
    AuthorizationRequest {
        client,
        api,
        scopes,
        response_type: ResponseType::Code { challenge: String::new() },
        context: RequestContext { refresh, ..context },
        ..AuthorizationRequest::default()
    }
}

/// No `nonce`, and the time of the log-in (OIDC Core 12.2). Nothing in it tells of a second factor, since none was given for
/// it: an API that wants one has to see a new one.
fn grant(
    request: &AuthorizationRequest,
    customer: &Customer,
    family: &RefreshTokenFamily,
    (scopes, identity): (Vec<String>, Vec<String>),
    decisions: &actions::Decisions,
) -> Grant {
    Grant {
        client: request.client.clone(),
        sub: customer.sub.clone(),
        sid: family.granted.sid.clone(),
        auth_time: family.granted.auth_time,
        api: request.api.clone(),
        scopes,
        identity,
        id_token_claims: decisions.id_token.clone(),
        access_token_claims: decisions.access_token.clone(),
        payment: None,
        nonce: None,
        multi_factor: false,
    }
}

/// The first refresh token of what a code was redeemed for, where that is among what was granted.
pub(crate) fn issue_first(state: &AppState, grant: &Grant, code: &str, trace: &Trace) -> Option<String> {
    if !grant.scopes.iter().any(|scope| scope == OFFLINE_ACCESS) {
        return None;
    }
    let granted = RefreshTokenGrant {
        client_id: grant.client.id.clone(),
        sub: grant.sub.clone(),
        sid: grant.sid.clone(),
        audience: grant.api.as_ref().map(|api| api.identifier.clone()),
        scopes: grant.scopes.clone(),
        auth_time: grant.auth_time,
    };
    let (id, secret, policy) = (random::identifier(), random::secret(), grant.client.refresh_token);
    let token = state.store().refresh_tokens.issue((&id, &secret), granted, code, policy, state.now());
    let details = format!(
        "It is good for {}, and for {} without use.",
        time::seconds(policy.lifetime),
        time::seconds(policy.idle_lifetime)
    );
    trace.record(events::refresh_token(RefreshTokenStep::Issued, details));
    Some(token)
}

fn record_exchange(trace: &Trace, family: &RefreshTokenFamily, rotates: bool) {
    let until = time::people(1_000 * family.expires);
    let details = if rotates {
        format!("It is used up, and another goes out with the tokens. The log-in is good until {until}.")
    } else {
        format!("It stays the same, and is good until {until}.")
    };
    trace.record(events::refresh_token(RefreshTokenStep::Exchanged, details));
}

fn invalid_token(error: RefreshTokenError) -> crate::log::Event {
    let at = |seconds: u64| time::people(1_000 * seconds);
    let details = match error {
        RefreshTokenError::Unknown => "This tenant has not issued it, or has forgotten it.".to_owned(),
        RefreshTokenError::NotAllowed => "Its API does not allow refresh tokens any more.".to_owned(),
        RefreshTokenError::OtherClient => "It was issued to another client.".to_owned(),
        RefreshTokenError::Expired(since) => {
            format!("It expired at {}, however often it was used.", at(since))
        }
        RefreshTokenError::Idle(since) => {
            format!("It was last used at {}, which is longer ago than idle_lifetime.", at(since))
        }
        RefreshTokenError::Reused => {
            let details = "It was used before, so somebody may have taken it. All refresh tokens of the same log-in are \
                           revoked.";
            tracing::warn!("a refresh token was used twice: its family was revoked");
            return events::refresh_token(RefreshTokenStep::Reused, details.to_owned());
        }
        RefreshTokenError::Ended(end, since) => {
            let why = match end {
                FamilyEnd::Reused => "one of the same log-in was used twice",
                FamilyEnd::CodeReused => "its code was sent again",
                FamilyEnd::Revoked => "the client revoked it",
                FamilyEnd::SessionReported => {
                    "the customer said on the phone that the session was not theirs"
                }
                FamilyEnd::PasswordChanged => "the customer's password was changed",
            };
            format!("It was revoked at {}: {why}.", at(since))
        }
    };
    events::refresh_token(RefreshTokenStep::Invalid, details)
}

impl RefreshRefusal {
    /// The error and its description. Auth0's libraries look for the words of the first one.
    pub(crate) fn said(self) -> (&'static str, String) {
        let (code, description) = match self {
            Self::Token => ("invalid_grant", "Unknown or invalid refresh token."),
            Self::Scope => ("invalid_scope", "Nothing of the scope was granted with this refresh token."),
            Self::Audience => ("invalid_target", "The refresh token is for another audience."),
            Self::SecondFactor => ("mfa_required", MULTIFACTOR_REQUIRED),
            Self::Redirect => ("interaction_required", INTERACTION_REQUIRED),
            Self::Script(error, description) => return (error.code(), description),
        };
        (code, description.to_owned())
    }
}
