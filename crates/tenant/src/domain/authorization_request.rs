//! A request that has passed every check.

use std::sync::Arc;

use super::api::{Api, ApiScope};
use super::client::{Client, GrantType};
use super::payment::Payment;
use super::redirect_target::RedirectTarget;
use super::refresh_tokens::OFFLINE_ACCESS;
use super::request_context::RequestContext;
use super::scopes;

/// No client has this `client_id`: an empty parameter counts as absent.
pub(crate) const OWN_CLIENT_ID: &str = "";

#[derive(Debug, Default)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: Arc<Client>,
    pub(crate) target: RedirectTarget,
    pub(crate) response_type: ResponseType,
    /// In the order of the request, unknown ones included.
    pub(crate) scopes: Vec<String>,
    pub(crate) api: Option<Arc<Api>>,
    /// The one payment that the request is for (`authorization_details`, RFC 9396).
    pub(crate) payment: Option<Payment>,
    /// Required in the implicit flow, echoed in both.
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Prompt,
    /// The log-in page says what the client gets, and asks whether it may.
    pub(crate) consent: bool,
    /// The oldest log-in that is still good enough, in seconds.
    pub(crate) max_age: Option<u64>,
    pub(crate) multi_factor: bool,
    pub(crate) login_hint: Option<String>,
    /// The subject identifier of the one customer whom the answer may be about.
    pub(crate) id_token_hint: Option<String>,
    pub(crate) context: RequestContext,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum ResponseType {
    #[default]
    IdToken,
    IdTokenToken,
    /// `token`: OAuth without OpenID Connect.
    Token,
    /// `code`, for whoever has the verifier of this `code_challenge` (RFC 7636, S256).
    Code {
        challenge: String,
    },
}

impl ResponseType {
    /// Whether `/authorize` itself hands out an access token.
    pub(crate) const fn has_access_token(&self) -> bool {
        matches!(self, Self::IdTokenToken | Self::Token)
    }

    /// Whether `/authorize` itself hands out an ID token.
    pub(crate) const fn has_id_token(&self) -> bool {
        matches!(self, Self::IdTokenToken | Self::IdToken)
    }
}

/// Why there is no refresh token although `offline_access` was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoOfflineAccess {
    /// An answer in an address brings none.
    WithoutCode,
    Client,
    Api,
    /// What was granted takes a second factor each time. A token that renews it would make one factor good for many times.
    SecondFactor,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Prompt {
    #[default]
    Unsaid,
    /// Never; answer with an error instead.
    None,
    /// The log-in page is shown although there is a session.
    LogIn,
}

impl AuthorizationRequest {
    /// Whether the tenant itself asks, for its account page.
    pub(crate) fn is_own(&self) -> bool {
        self.client.id == OWN_CLIENT_ID
    }

    /// The payment that goes with these granted scopes. It limits what a step-up scope permits, and permits nothing by
    /// itself: where none is granted, there is no payment either. Where the API has no such scopes, and scripts decide, any
    /// scope of the API will do: it is the second factor on which a payment rides.
    pub(crate) fn payment_for(&self, granted: &[String]) -> Option<&Payment> {
        let api = self.api.as_deref()?;
        let rides = if api.step_up_scopes.is_empty() {
            scopes::belonging_to(granted, api).next().is_some()
        } else {
            scopes::step_up_scopes_in(granted, Some(api)).next().is_some()
        };
        self.payment.as_ref().filter(|_| rides)
    }

    /// Whether a refresh token goes with these granted scopes, where one is asked for.
    pub(crate) fn offline_access(&self, granted: &[String]) -> Result<(), NoOfflineAccess> {
        let api = self.api.as_deref();
        if !matches!(self.response_type, ResponseType::Code { .. }) {
            return Err(NoOfflineAccess::WithoutCode);
        }
        if !self.client.may_use(GrantType::RefreshToken) {
            return Err(NoOfflineAccess::Client);
        }
        if api.is_some_and(|api| !api.allow_offline_access) {
            return Err(NoOfflineAccess::Api);
        }
        let steps_up = scopes::step_up_scopes_in(granted, api).next().is_some();
        if steps_up || self.payment_for(granted).is_some() {
            return Err(NoOfflineAccess::SecondFactor);
        }
        Ok(())
    }

    pub(crate) fn asks_for_offline_access(&self) -> bool {
        self.scopes.iter().any(|scope| scope == OFFLINE_ACCESS)
    }

    /// Where the forms of its pages lead in the end: to the client, or nowhere else than to the tenant itself.
    pub(crate) fn form_target(&self) -> Option<&str> {
        (!self.is_own()).then_some(self.target.redirect_uri.as_str())
    }

    /// What the client wants consent to: claims about the person, by their scopes, and scopes of the API.
    pub(crate) fn requested_consents(&self) -> (Vec<&'static str>, Vec<&ApiScope>) {
        if !self.consent {
            return Default::default();
        }
        let has = |scope: &str| self.scopes.iter().any(|asked| asked == scope);
        let person = ["openid", "profile", "email"].into_iter().filter(|scope| has(scope)).collect();
        let of_api = self.api.iter().flat_map(|api| &api.scopes).filter(|scope| has(&scope.name)).collect();
        (person, of_api)
    }

    /// Whether the answer may be about this customer.
    pub(crate) fn is_for(&self, sub: &str) -> bool {
        self.id_token_hint.as_deref().is_none_or(|hint| hint == sub)
    }

    /// Whether a log-in at `auth_time` is good enough.
    pub(crate) fn accepts(&self, auth_time: u64, now: u64) -> bool {
        let recent = self.max_age.is_none_or(|max_age| now.saturating_sub(auth_time) <= max_age);
        self.prompt != Prompt::LogIn && self.max_age != Some(0) && recent
    }
}
