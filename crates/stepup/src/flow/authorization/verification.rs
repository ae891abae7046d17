//! The signature of an ID token: the issuer's keys are found, and the browser checks the signature against them. Each step
//! is one effect and one event.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    domain::Problem,
    effect::{CheckId, Effect},
    flow::{context::Context, transition::Progress},
    http::{Caching, HttpResult, RequestId},
    oidc::{RsaKey, SignedPayload, UnverifiedJws, id_token::IdTokenError, provider},
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
    FetchingMetadata(RequestId),
    FetchingKeys(RequestId),
    /// The signature is being checked against one of the keys.
    Checking {
        check: CheckId,
        remaining: Vec<RsaKey>,
    },
}

pub(crate) type VerificationProgress = Progress<Verification, Result<SignedPayload, Problem>>;

impl Verification {
    /// Begins with a token in compact form.
    pub(crate) fn begin(token: &str, cx: &mut Context) -> VerificationProgress {
        match UnverifiedJws::parse(token) {
            Ok(jws) => find_key(jws, false, cx),
            Err(error) => refuse(&error.into()),
        }
    }

    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        matches!(self.stage, Stage::FetchingMetadata(request) | Stage::FetchingKeys(request) if request == id)
    }

    pub(crate) fn awaits_check(&self, id: CheckId) -> bool {
        matches!(self.stage, Stage::Checking { check, .. } if check == id)
    }

    /// The metadata or the keys arrived, or did not.
    pub(crate) fn handle_response(self, outcome: HttpResult, cx: &mut Context) -> VerificationProgress {
        let learned = match self.stage {
            Stage::FetchingMetadata(_) => cx.provider.learn_endpoints(&cx.config, outcome),
            _ => cx.provider.learn_keys(outcome),
        };
        match learned {
            Ok(()) => find_key(self.jws, self.keys_are_fresh, cx),
            Err(problem) => Progress::Done(Err(problem)),
        }
    }

    /// The browser checked the signature against one key.
    pub(crate) fn handle_verification(
        self,
        outcome: Result<bool, String>,
        cx: &mut Context,
    ) -> VerificationProgress {
        let Self { jws, keys_are_fresh, stage } = self;
        let remaining = if let Stage::Checking { remaining, .. } = stage { remaining } else { Vec::new() };
        match outcome {
            Ok(true) => Progress::Done(Ok(jws.into_signed())),
            Ok(false) if !remaining.is_empty() => check(jws, keys_are_fresh, remaining, cx),
            // The issuer may have changed a key under the same `kid`, or have none: one look at its keys as they are now.
            Ok(false) if !keys_are_fresh => fetch_keys(jws, true, cx),
            Ok(false) => refuse(&IdTokenError::Signature),
            Err(cause) => refuse(&IdTokenError::NotChecked(cause)),
        }
    }
}

fn find_key(jws: UnverifiedJws, keys_are_fresh: bool, cx: &mut Context) -> VerificationProgress {
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
fn fetch_keys(jws: UnverifiedJws, anew: bool, cx: &mut Context) -> VerificationProgress {
    let stage = match cx.provider.metadata().jwks_uri.clone() {
        Some(uri) => {
            let caching = if anew { Caching::Renewed } else { Caching::Allowed };
            Stage::FetchingKeys(cx.fetch(provider::get(uri, caching)))
        }
        None => Stage::FetchingMetadata(cx.fetch(provider::metadata_request(&cx.config))),
    };
    pending(Verification { jws, keys_are_fresh: anew, stage })
}

fn check(
    jws: UnverifiedJws,
    keys_are_fresh: bool,
    mut candidates: Vec<RsaKey>,
    cx: &mut Context,
) -> VerificationProgress {
    let key = candidates.remove(0);
    let check = cx.ids.check();
    cx.emit(Effect::Verify { check, token: Box::new(jws.clone()), key: Box::new(key) });
    let stage = Stage::Checking { check, remaining: candidates };
    pending(Verification { jws, keys_are_fresh, stage })
}

fn pending(verification: Verification) -> VerificationProgress {
    Progress::Pending(Box::new(verification))
}

fn refuse(error: &IdTokenError) -> VerificationProgress {
    Progress::Done(Err(error.problem()))
}
