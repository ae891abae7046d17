//! Who has to be in front of the browser, and what they have to be asked (OIDC Core 3.1.2.1).

use super::{CodeCheck, invalid_request};
use crate::domain::{Client, MULTI_FACTOR, Parameters, Prompt};
use crate::state::AppState;
use crate::tokens::{self, PresentedIdToken};

/// Whether a page may or must be shown, and whether it asks for consent. A list, in which `none` stands alone. To choose
/// an account is to log in with it.
pub(super) fn prompt(parameters: &Parameters) -> CodeCheck<(Prompt, bool)> {
    let Some(list) = parameters.get("prompt") else { return Ok((Prompt::Unsaid, false)) };
    let values: Vec<&str> = list.split(' ').collect();
    if values.as_slice() == ["none"] {
        return Ok((Prompt::None, false));
    }
    if values.contains(&"none") {
        return invalid_request("prompt is \"none\" or something else, but not both.");
    }
    if !values.iter().all(|value| matches!(*value, "login" | "consent" | "select_account")) {
        return invalid_request(
            "prompt must be \"none\", or a list of \"login\", \"consent\" and \"select_account\".",
        );
    }
    Ok((Prompt::LogIn, values.contains(&"consent")))
}

pub(super) fn max_age(parameters: &Parameters) -> CodeCheck<Option<u64>> {
    let Some(age) = parameters.get("max_age") else { return Ok(None) };
    match age.parse() {
        Ok(seconds) if age.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(seconds)),
        _ => invalid_request("max_age must be a whole number of seconds."),
    }
}

/// Voluntary: values that mean nothing here are passed over.
pub(super) fn acr_values(parameters: &Parameters) -> bool {
    parameters.get("acr_values").is_some_and(|values| values.split(' ').any(|value| value == MULTI_FACTOR))
}

/// The customer whom an earlier ID token of this client names. It may have expired.
pub(super) fn id_token_hint(
    state: &AppState,
    client: &Client,
    parameters: &Parameters,
) -> CodeCheck<Option<String>> {
    let Some(hint) = parameters.get("id_token_hint") else { return Ok(None) };
    match tokens::verify::<PresentedIdToken>(&state.key, hint) {
        Some(hint) if hint.iss == state.issuer && hint.aud == client.id => Ok(Some(hint.sub)),
        _ => invalid_request("id_token_hint is no ID token that was made here for this client."),
    }
}
