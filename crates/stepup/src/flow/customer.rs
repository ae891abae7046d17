//! Whose account page this is, and the log-in for as long as it lasts.

use alloc::{boxed::Box, string::String};

use crate::{
    domain::{AuthenticationRequirement, CachedToken, Timestamp},
    flow::{
        authorization::response::VerifiedIdentity,
        context::Context,
        login::{Login, SecondFactor},
    },
    oidc::LogoutHints,
    view::SessionView,
};

#[derive(Debug)]
pub(crate) struct Customer {
    /// Also after the session is over.
    subject: String,
    login: Option<Box<Login>>,
    has_been_warned: bool,
    /// What the next log-in has to meet, because the bank says so.
    requirement: AuthenticationRequirement,
}

impl Customer {
    pub(crate) fn new(subject: String, login: Option<Box<Login>>) -> Self {
        Self { subject, login, has_been_warned: false, requirement: AuthenticationRequirement::default() }
    }

    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        self.login.is_some()
    }

    /// The token for reading, while there is one.
    pub(crate) fn token(&self, cx: &Context) -> Option<&CachedToken> {
        self.login.as_ref()?.token(&cx.config, cx.now)
    }

    pub(crate) fn requirement(&self) -> &AuthenticationRequirement {
        &self.requirement
    }

    /// Has that been asked for when the customer was last at the provider, as far as this page knows?
    pub(crate) fn has_met(&self, requirement: &AuthenticationRequirement) -> bool {
        match &self.login {
            Some(login) => requirement.is_covered_by(&login.met),
            None => requirement.is_empty(),
        }
    }

    pub(crate) fn second_factor(&self) -> SecondFactor {
        self.login.as_ref().map(|login| login.second_factor.clone()).unwrap_or_default()
    }

    /// The stored ID token was verified again.
    pub(crate) fn record_second_factor_check(&mut self, is_proven: bool) {
        if let Some(login) = &mut self.login {
            login.second_factor.checked(is_proven);
        }
    }

    /// A verified ID token came with a step-up: it counts, when it is this customer's and tells of a second factor.
    pub(crate) fn record_step_up(&mut self, identity: VerifiedIdentity, cx: &mut Context) {
        let VerifiedIdentity { id_token, compact } = identity;
        if let Some(login) = self.login.as_mut().filter(|login| login.subject == id_token.subject)
            && id_token.has_second_factor()
        {
            login.second_factor = SecondFactor::Verified(compact);
            cx.emit(login.store());
        }
    }

    pub(crate) fn record_accepted_token(&mut self) {
        if let Some(login) = &mut self.login {
            login.proven = true;
        }
    }

    /// The bank has refused the token: would a new log-in mend that? Once: not when this one was made for it.
    pub(crate) fn may_log_in_for(&self, requirement: &AuthenticationRequirement) -> bool {
        self.login.as_ref().is_none_or(|login| login.proven || login.met != *requirement)
    }

    pub(crate) fn watch(&mut self, cx: &mut Context) {
        if let Some(login) = &self.login {
            self.has_been_warned = login.ends_soon(cx.now);
            cx.effects.extend(login.watch(cx.now));
        }
    }

    pub(crate) fn tick(&mut self, now: Timestamp) -> bool {
        let Some(login) = &self.login else { return false };
        if !login.is_over(now) {
            self.has_been_warned = login.ends_soon(now);
        }
        login.is_over(now)
    }

    /// The session ends once: what was required then still stands.
    pub(crate) fn end_session(&mut self, requirement: AuthenticationRequirement) {
        if self.login.take().is_some() {
            self.requirement = requirement;
        }
    }

    /// Does the page offer to log in? Not while a transfer is on its way: that would take its answer away.
    pub(crate) fn may_log_in(&self, is_sending: bool) -> bool {
        self.login.is_none() || (self.has_been_warned && !is_sending)
    }

    pub(crate) fn view(&self, is_sending: bool) -> SessionView {
        match &self.login {
            Some(_) if self.has_been_warned && !is_sending => SessionView::EndsSoon,
            Some(_) => SessionView::Open,
            None if self.requirement.is_empty() => SessionView::Over,
            None => SessionView::LoginRequired,
        }
    }

    pub(crate) fn into_login(self) -> Option<Box<Login>> {
        self.login
    }

    pub(crate) fn into_logout_hints(self) -> Option<LogoutHints> {
        self.login?.log_out_hints
    }
}
