//! On the way to the provider: the request is kept under its `state`, then the browser leaves.

use crate::{
    effect::{Effect, RequestId, Slot},
    event::{Answer, NetworkError},
    json,
    oidc::authorize::{self, State},
    problem::Problem,
    provider::{self, Context},
    record::Record,
};

/// A request to the provider that the browser has not left for yet.
#[derive(Debug)]
pub(crate) struct Departure {
    state: State,
    record: Record,
    metadata: Option<RequestId>,
    /// May the browser leave, or does a sentence have to be read first?
    may_go: bool,
    gone: bool,
}

impl Departure {
    /// Keeps the record, and finds out where to go. A tab has one request at the provider at most: the one before is
    /// forgotten.
    pub(crate) fn begin(state: State, record: Record, cx: &mut Context<'_>) -> (Self, Vec<Effect>) {
        let mut effects =
            vec![Effect::ForgetRequests, Effect::Store(Slot::Request(state.clone()), json::write(&record))];
        let metadata = cx.provider.authorization_endpoint().is_none().then(|| cx.ids.request());
        effects.extend(metadata.map(|id| Effect::Fetch(id, provider::metadata_request(cx.config))));
        (Self { state, record, metadata, may_go: false, gone: false }, effects)
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        self.metadata == Some(id)
    }

    /// The metadata arrived, or did not.
    pub(crate) fn answered(
        &mut self,
        outcome: Result<Answer, NetworkError>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Effect>, Problem> {
        self.metadata = None;
        cx.provider.learn_endpoints(cx.config, outcome)?;
        Ok(self.leave(cx))
    }

    /// Nothing has to be read any more.
    pub(crate) fn proceed(&mut self, cx: &Context<'_>) -> Option<Effect> {
        self.may_go = true;
        self.leave(cx)
    }

    fn leave(&mut self, cx: &Context<'_>) -> Option<Effect> {
        let endpoint = cx.provider.authorization_endpoint().filter(|_| self.may_go && !self.gone)?;
        self.gone = true;
        Some(Effect::Navigate(authorize::url(endpoint, cx.config, &self.state, &self.record)))
    }
}
