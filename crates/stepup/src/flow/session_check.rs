//! Is the session still one at the provider? Its userinfo endpoint (OIDC Core 5.3) tells: it refuses the token of a session that
//! the customer has ended from the phone. A frame with `prompt=none` would not do, for many browsers send no cookies in one.

use crate::{
    domain::{Timestamp, text},
    flow::{context::Context, customer::Customer},
    http::{HttpRequest, HttpResult, Method, RequestId},
    oidc::provider,
    view::Notice,
};

/// After a look at the page, and while somebody is at it, in seconds.
const AFTER_LOOK: i64 = 5;
const WHILE_TOUCHED: i64 = 60;
/// How the tenant begins to say that the customer has ended the session.
const REPORTED: &str = "The customer said on the phone";

#[derive(Debug, Default)]
pub(crate) struct SessionCheck {
    awaited: Option<RequestId>,
    begun: Option<Timestamp>,
    /// When the page began: who has just come is not asked about at the first touch.
    started: Option<Timestamp>,
    /// The endpoint has taken the token: one that never did is for other tokens.
    is_accepted: bool,
}

impl SessionCheck {
    pub(crate) fn after_look(&mut self, customer: &Customer, cx: &mut Context) {
        self.begin(AFTER_LOOK, customer, cx);
    }

    pub(crate) fn while_touched(&mut self, customer: &Customer, cx: &mut Context) {
        let started = *self.started.get_or_insert(cx.now);
        if cx.now.since(started) >= WHILE_TOUCHED {
            self.begin(WHILE_TOUCHED, customer, cx);
        }
    }

    fn begin(&mut self, interval: i64, customer: &Customer, cx: &mut Context) {
        if cx.offline || self.begun.is_some_and(|begun| cx.now.since(begun) < interval) {
            return;
        }
        let metadata = cx.provider.metadata();
        let request = match (&metadata.userinfo_endpoint, customer.token(cx)) {
            (_, None) => return,
            (Some(endpoint), Some(token)) => HttpRequest {
                authorization: Some(token.bearer()),
                ..HttpRequest::new(Method::Get, endpoint.clone())
            },
            // Where the way to the provider is pinned, its metadata are read for nothing.
            (None, _) if cx.provider.sends_iss().is_some() || metadata.authorization_endpoint.is_some() => {
                return;
            }
            (None, Some(_)) => provider::metadata_request(&cx.config),
        };
        (self.awaited, self.begun) = (Some(cx.fetch(request)), Some(cx.now));
    }

    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        self.awaited == Some(id)
    }

    /// Why the session is over, if it is.
    pub(crate) fn handle_response(
        &mut self,
        outcome: HttpResult,
        customer: &Customer,
        cx: &mut Context,
    ) -> Option<Notice> {
        self.awaited = None;
        if cx.provider.metadata().userinfo_endpoint.is_none() {
            // What cannot be found out is asked again at another look.
            if cx.provider.learn_endpoints(&cx.config, outcome).is_ok() {
                self.begin(0, customer, cx);
            }
            return None;
        }
        let response = outcome.ok()?;
        match response.status {
            200 => self.is_accepted = true,
            401 => {
                if response.www_authenticate.is_some_and(|challenge| text::contains(&challenge, REPORTED)) {
                    return Some(Notice::Reported);
                }
                if self.is_accepted {
                    return Some(Notice::SessionOver);
                }
            }
            _ => {}
        }
        None
    }
}
