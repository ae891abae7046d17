//! The claims of a token, with what they mean.

use serde_json::Value;

use crate::domain::MULTI_FACTOR;
use crate::log::{Registered, time};

/// In this order one reads what a token is: whose, about whom, for whom, until when.
const ORDER: &str = "iss sub aud azp scope authorization_details acr amr auth_time iat exp nonce at_hash \
    sid jti";

pub(super) struct Claims {
    pub(super) rows: Vec<Row>,
    pub(super) json: String,
}

pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) meaning: String,
}

impl Claims {
    pub(super) fn of(claims: &Value, registered: &Registered) -> Self {
        let of = |name: &str| claims.get(name).and_then(Value::as_u64);
        let issued = of("iat");
        let row = |(name, value): (&String, &Value)| Row {
            name: name.clone(),
            value: written(value),
            meaning: meaning(name, value, issued, registered),
        };
        let mut rows: Vec<Row> =
            claims.as_object().map(|claims| claims.iter().map(row).collect()).unwrap_or_default();
        // The others, such as a script's own, stand at the end and by name.
        rows.sort_by_key(|row| ORDER.split(' ').position(|name| name == row.name).unwrap_or(usize::MAX));
        Self { rows, json: serde_json::to_string_pretty(claims).unwrap_or_default() }
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) if members.contains_key("hidden") => "(not kept)".to_owned(),
        value => value.to_string(),
    }
}

fn meaning(name: &str, value: &Value, issued: Option<u64>, registered: &Registered) -> String {
    let moment = || value.as_u64().map(|seconds| time::people(1_000 * seconds)).unwrap_or_default();
    let apart = || value.as_u64().zip(issued).map(|(a, b)| time::seconds(a.abs_diff(b))).unwrap_or_default();
    match name {
        "iat" => format!("issued at {}", moment()),
        "exp" => format!("{}, good for {}", moment(), apart()),
        "nbf" => format!("not before {}", moment()),
        "auth_time" => format!("{}: when the customer authenticated, {} before", moment(), apart()),
        "iss" if value == registered.issuer.as_str() => "this tenant".to_owned(),
        "aud" => audience(value, registered),
        "azp" => value.as_str().and_then(|id| registered.client_name(id)).unwrap_or_default(),
        "sub" => "the customer".to_owned(),
        "scope" => "what it is good for".to_owned(),
        "nonce" => hidden(value)
            .map(|hash| format!("that of the request, whose SHA-256 begins {hash}"))
            .unwrap_or_default(),
        "acr" if value == MULTI_FACTOR => "there was a second factor".to_owned(),
        "amr" => "how the customer authenticated".to_owned(),
        "at_hash" => "belongs to the access token beside it".to_owned(),
        "sid" => "the session".to_owned(),
        "jti" => "this token's own name".to_owned(),
        "authorization_details" => "the one payment that it is for".to_owned(),
        _ => String::new(),
    }
}

fn audience(value: &Value, registered: &Registered) -> String {
    let one = |text: &str| {
        let api = registered.apis.iter().find(|api| api.identifier == text);
        let userinfo = text.strip_prefix(registered.issuer.as_str()).filter(|rest| *rest == "userinfo");
        let name = api.map(|api| api.name.clone()).or(userinfo.map(|_| "the userinfo endpoint".to_owned()));
        name.or_else(|| registered.client_name(text))
    };
    let texts: Vec<&str> = match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    };
    texts.into_iter().filter_map(one).collect::<Vec<_>>().join(" and ")
}

fn hidden(value: &Value) -> Option<&str> {
    value.get("hidden")?.get("sha256")?.as_str()
}
