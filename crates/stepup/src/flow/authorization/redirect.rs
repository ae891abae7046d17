//! On the way to the provider: the request is stored under its `state`, then the browser leaves.

use alloc::boxed::Box;

use crate::{
    domain::{AuthenticationRequirement, Problem, Scopes},
    effect::Effect,
    flow::context::Context,
    http::{HttpResult, RequestId},
    json,
    oidc::{AuthorizationRequest, Purpose, RequestSecrets, StateParameter, authorization_url, provider},
    storage::StorageKey,
};

/// How long the sentence before a redirect stands still, in milliseconds: long enough to be read.
pub(crate) const REDIRECT_NOTICE_MS: u32 = 1_000;

/// An authorization request that the browser has not left for yet.
#[derive(Debug)]
pub(crate) struct AuthorizationRedirect {
    state: StateParameter,
    request: AuthorizationRequest,
    metadata: Option<RequestId>,
    /// May the browser leave, or does a sentence have to be read first?
    may_leave: bool,
    has_left: bool,
}

impl AuthorizationRedirect {
    /// Stores the request, and finds out where to go. A tab has one request at the provider at most: the one before is
    /// forgotten. `scopes` are those of the API.
    pub(crate) fn begin(
        secrets: RequestSecrets,
        purpose: Purpose,
        scopes: &Scopes,
        requirement: AuthenticationRequirement,
        cx: &mut Context,
    ) -> Box<Self> {
        let RequestSecrets { state, salt, verifier } = secrets;
        let request = AuthorizationRequest {
            created_at: cx.now,
            scopes: Scopes::parse("openid").union(scopes),
            requirement,
            verifier,
            salt,
            log_outs: cx.log_outs,
            purpose,
        };
        let mut redirect =
            Box::new(Self { state, request, metadata: None, may_leave: false, has_left: false });
        cx.emit(Effect::ForgetRequests);
        redirect.store(cx);
        if cx.provider.metadata().authorization_endpoint.is_none() {
            redirect.metadata = Some(cx.fetch(provider::metadata_request(&cx.config)));
        }
        redirect
    }

    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        self.metadata == Some(id)
    }

    /// The metadata arrived, or did not. What is asked for may depend on them, and the stored request says what is.
    pub(crate) fn handle_response(&mut self, outcome: HttpResult, cx: &mut Context) -> Result<(), Problem> {
        self.metadata = None;
        cx.provider.learn_endpoints(&cx.config, outcome)?;
        if let Purpose::StepUp(step_up) = &mut self.request.purpose
            && step_up.details != cx.provider.supports_authorization_details()
        {
            step_up.details = !step_up.details;
            self.store(cx);
        }
        self.leave(cx);
        Ok(())
    }

    /// Nothing has to be read any more.
    pub(crate) fn proceed(&mut self, cx: &mut Context) {
        self.may_leave = true;
        self.leave(cx);
    }

    fn store(&self, cx: &mut Context) {
        cx.store(StorageKey::Request(self.state.clone()), json::write(&self.request));
    }

    fn leave(&mut self, cx: &mut Context) {
        if self.may_leave
            && !self.has_left
            && let Some(endpoint) = &cx.provider.metadata().authorization_endpoint
        {
            self.has_left = true;
            let ui_locales = (cx.locale.ui_locales)();
            let url = authorization_url::build(endpoint, &cx.config, &self.state, &self.request, &ui_locales);
            cx.emit(Effect::Navigate(url));
        }
    }
}
