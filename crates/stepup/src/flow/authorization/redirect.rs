//! On the way to the provider: the request is kept under its `state`, then the browser leaves.

use crate::{
    domain::problem::Problem,
    effect::Effect,
    flow::context::Context,
    http::{HttpResponse, NetworkError, RequestId},
    json,
    oidc::{
        authorization_request::{AuthorizationRequest, Purpose, StateParameter},
        authorization_url, provider,
    },
    storage::StorageKey,
};

/// A request to the provider that the browser has not left for yet.
#[derive(Debug)]
pub(crate) struct Departure {
    state: StateParameter,
    record: AuthorizationRequest,
    metadata: Option<RequestId>,
    /// May the browser leave, or does a sentence have to be read first?
    may_go: bool,
    gone: bool,
}

impl Departure {
    /// Keeps the record, and finds out where to go. A tab has one request at the provider at most: the one before is
    /// forgotten.
    pub(crate) fn begin(
        state: StateParameter,
        record: AuthorizationRequest,
        cx: &mut Context<'_>,
    ) -> (Self, Vec<Effect>) {
        let metadata = cx.provider.authorization_endpoint().is_none().then(|| cx.ids.request());
        let departure = Self { state, record, metadata, may_go: false, gone: false };
        let mut effects = vec![Effect::ForgetRequests, departure.keep()];
        effects.extend(metadata.map(|id| Effect::Fetch(id, provider::metadata_request(cx.config))));
        (departure, effects)
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        self.metadata == Some(id)
    }

    /// The metadata arrived, or did not. What is asked for may depend on them, and the record says what is.
    pub(crate) fn answered(
        &mut self,
        outcome: Result<HttpResponse, NetworkError>,
        cx: &mut Context<'_>,
    ) -> Result<Vec<Effect>, Problem> {
        self.metadata = None;
        cx.provider.learn_endpoints(cx.config, outcome)?;
        let mut effects = Vec::new();
        if let Purpose::StepUp(step_up) = &mut self.record.purpose
            && step_up.details != cx.provider.supports_authorization_details()
        {
            step_up.details = !step_up.details;
            effects.push(self.keep());
        }
        effects.extend(self.leave(cx));
        Ok(effects)
    }

    fn keep(&self) -> Effect {
        Effect::Store(StorageKey::Request(self.state.clone()), json::write(&self.record))
    }

    /// Nothing has to be read any more.
    pub(crate) fn proceed(&mut self, cx: &Context<'_>) -> Option<Effect> {
        self.may_go = true;
        self.leave(cx)
    }

    fn leave(&mut self, cx: &Context<'_>) -> Option<Effect> {
        let endpoint = cx.provider.authorization_endpoint().filter(|_| self.may_go && !self.gone)?;
        self.gone = true;
        Some(Effect::Navigate(authorization_url::build(endpoint, cx.config, &self.state, &self.record)))
    }
}
