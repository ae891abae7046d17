//! From a token that nobody has checked to its signed payload: the issuer's keys are found, and the browser checks the
//! signature. Each step is one effect and one event.

use crate::{
    domain::problem::Problem,
    effect::{CheckId, Effect},
    flow::context::Context,
    http::{Caching, HttpResponse, NetworkError, RequestId},
    oidc::{
        id_token::IdTokenError,
        jwks::RsaKey,
        jws::{SignedPayload, UnverifiedJws},
        provider,
    },
};

/// A token whose signature is being checked.
#[derive(Debug)]
pub(crate) struct Verification {
    jws: UnverifiedJws,
    /// Were the keys fetched anew for this very token? Then an unknown `kid` stays unknown: no token causes more than
    /// one look at the issuer's keys as they are now.
    keys_are_fresh: bool,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The metadata were asked for.
    FindingIssuer(RequestId),
    /// The keys were asked for.
    FetchingKeys(RequestId),
    /// The signature is being checked against one of the keys.
    Checking { check: CheckId, remaining: Vec<RsaKey> },
}

/// How far it is.
pub(crate) enum Step {
    /// More has to be known.
    Continue(Box<Verification>, Effect),
    /// The signature is the issuer's, or this is why the token is not believed.
    Done(Result<SignedPayload, Problem>),
}

impl Verification {
    /// Begins with a token in compact form.
    pub(crate) fn begin(token: &str, cx: &mut Context<'_>) -> Step {
        match UnverifiedJws::parse(token) {
            Ok(jws) => find_key(jws, false, cx),
            Err(error) => refuse(&error.into()),
        }
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        matches!(self.stage, Stage::FindingIssuer(request) | Stage::FetchingKeys(request) if request == id)
    }

    /// Does it wait for that check?
    pub(crate) fn awaits_check(&self, id: CheckId) -> bool {
        matches!(self.stage, Stage::Checking { check, .. } if check == id)
    }

    /// What it waited for arrived, or did not.
    pub(crate) fn answered(self, outcome: Result<HttpResponse, NetworkError>, cx: &mut Context<'_>) -> Step {
        let learned = match self.stage {
            Stage::FindingIssuer(_) => cx.provider.learn_endpoints(cx.config, outcome),
            _ => cx.provider.learn_keys(outcome),
        };
        match learned {
            Ok(()) => find_key(self.jws, self.keys_are_fresh, cx),
            Err(problem) => Step::Done(Err(problem)),
        }
    }

    /// The browser checked the signature against one key.
    pub(crate) fn verified(self, outcome: Result<bool, String>, cx: &mut Context<'_>) -> Step {
        let Self { jws, keys_are_fresh, stage } = self;
        let remaining = if let Stage::Checking { remaining, .. } = stage { remaining } else { Vec::new() };
        match outcome {
            Ok(true) => Step::Done(Ok(jws.into_signed())),
            Ok(false) if !remaining.is_empty() => check(jws, keys_are_fresh, remaining, cx),
            // The issuer may have changed a key under the same `kid`, or have none: one look at its keys as they are now.
            Ok(false) if !keys_are_fresh => fetch_keys(jws, true, cx),
            Ok(false) => refuse(&IdTokenError::Signature),
            Err(cause) => refuse(&IdTokenError::NotChecked(cause)),
        }
    }
}

fn find_key(jws: UnverifiedJws, keys_are_fresh: bool, cx: &mut Context<'_>) -> Step {
    let Some(keys) = cx.provider.keys() else { return fetch_keys(jws, keys_are_fresh, cx) };
    let candidates = keys.candidates(jws.kid());
    if !candidates.is_empty() {
        return check(jws, keys_are_fresh, candidates, cx);
    }
    if keys_are_fresh {
        let kid = jws.kid().map(|kid| kid.chars().take(100).collect());
        return refuse(&IdTokenError::UnknownKey(kid));
    }
    fetch_keys(jws, true, cx)
}

/// Gets the keys, by way of the metadata when it is not known where they are. The first time the browser may know them
/// from the page before; `anew` asks the issuer.
fn fetch_keys(jws: UnverifiedJws, anew: bool, cx: &mut Context<'_>) -> Step {
    let request = cx.ids.request();
    let (stage, content) = match cx.provider.jwks_uri() {
        Some(uri) => {
            let caching = if anew { Caching::Renewed } else { Caching::Allowed };
            (Stage::FetchingKeys(request), provider::get(uri.clone(), caching))
        }
        None => (Stage::FindingIssuer(request), provider::metadata_request(cx.config)),
    };
    let verification = Verification { jws, keys_are_fresh: anew, stage };
    Step::Continue(Box::new(verification), Effect::Fetch(request, content))
}

fn check(
    jws: UnverifiedJws,
    keys_are_fresh: bool,
    mut candidates: Vec<RsaKey>,
    cx: &mut Context<'_>,
) -> Step {
    let key = candidates.remove(0);
    let check = cx.ids.check();
    let effect = Effect::Verify { check, token: jws.clone(), key };
    let stage = Stage::Checking { check, remaining: candidates };
    Step::Continue(Box::new(Verification { jws, keys_are_fresh, stage }), effect)
}

fn refuse(error: &IdTokenError) -> Step {
    Step::Done(Err(error.problem()))
}
