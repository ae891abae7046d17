//! What a second factor is asked for, and whether what is granted afterwards is what was asked.

use crate::domain::{
    AuthorizationRequest, Challenge, ConfirmationPrompt, Customer, PromptSentence, ScriptDecision, scopes,
};
use crate::scripts;

/// What the customer is asked, when what is granted costs a second factor: because the tenant says so (`step_up_scopes`),
/// because the client does (`acr_values`), or because a script does, which may also say which factors will do.
pub(super) fn challenge(
    request: &AuthorizationRequest,
    customer: &Customer,
    decision: &ScriptDecision,
) -> Option<Challenge> {
    let granted = granted(request, customer, decision);
    let api = request.api.as_deref();
    let mut shown: Vec<String> = scopes::step_up_scopes_in(&granted, api).cloned().collect();
    let wanted = decision.decisions.multifactor.is_some();
    let undecided = request.multi_factor && api.is_some_and(|api| api.step_up_scopes.is_empty());
    if shown.is_empty() && (wanted || undecided) {
        // Nobody but the script, or the API, knows what of it takes a second factor, so all of it is shown.
        shown = scopes::api_scopes_in(&granted).cloned().collect();
    }
    if shown.is_empty() && !wanted && !request.multi_factor {
        return None;
    }
    Some(asking(request, decision, &granted, shown))
}

/// What the customer is asked once more, when what the scripts decided after the second factor is more than its challenge
/// showed: all of it. Nothing where it showed enough.
pub(super) fn challenge_again(
    request: &AuthorizationRequest,
    customer: &Customer,
    before: &ScriptDecision,
    after: &ScriptDecision,
) -> Option<Challenge> {
    let granted_before = granted(request, customer, before);
    let granted = granted(request, customer, after);
    let needs_step_up: Vec<&String> = scopes::step_up_scopes_in(&granted, request.api.as_deref()).collect();
    let shown = before.challenge.as_ref();
    let is_shown = |scope: &String| shown.is_some_and(|challenge| challenge.scopes.contains(scope));
    let shows_payment = request.payment_for(&granted).is_none_or(|payment| {
        shown.is_some_and(|challenge| challenge.prompt.payment.as_deref() == Some(payment))
    });
    // Of a scope that was there before, the tenant has decided whether it has to be shown. One that a script adds
    // afterwards is granted on the strength of the second factor, whatever its kind.
    let shows_scopes = scopes::api_scopes_in(&granted)
        .filter(|scope| needs_step_up.contains(scope) || !granted_before.contains(scope))
        .all(is_shown);
    if shows_scopes && shows_payment {
        return None;
    }
    let all = scopes::api_scopes_in(&granted).cloned().collect();
    let mut challenge = asking(request, after, &granted, all);
    challenge.prompt.sentences.insert(0, PromptSentence::More);
    Some(challenge)
}

fn granted(request: &AuthorizationRequest, customer: &Customer, decision: &ScriptDecision) -> Vec<String> {
    let granted = scopes::grantable(&request.scopes, request.api.as_deref(), customer);
    scopes::apply_decisions(granted, &decision.decisions)
}

fn asking(
    request: &AuthorizationRequest,
    decision: &ScriptDecision,
    granted: &[String],
    scopes: Vec<String>,
) -> Challenge {
    let client = &request.client.name;
    let known = |name: &String| request.api.as_deref()?.scopes.iter().find(|scope| scope.name == *name);
    let mut sentences: Vec<PromptSentence> = scopes
        .iter()
        .map(|name| match known(name) {
            Some(scope) => PromptSentence::Scope(scope.clone()),
            None => PromptSentence::Permission(name.clone()),
        })
        .collect();
    if sentences.is_empty() {
        sentences.push(PromptSentence::Identity);
    }
    let payment = request.payment_for(granted).cloned().map(Box::new);
    let prompt = ConfirmationPrompt { client: client.clone(), sentences, payment };
    Challenge { prompt, scopes, allowed: scripts::allowed(&decision.decisions) }
}
