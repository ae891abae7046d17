//! Rules speak by what they leave in `user` and `context`. These pass from Rule to Rule; what counts is how the last one left
//! them.

use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::host::{self, Host};
use crate::script::Script;

pub(crate) fn given(event: &Event, before: Option<&Value>, script: &Script) -> Value {
    let mut given = before.cloned().unwrap_or_else(|| fresh(event));
    if let Some(given) = given.as_object_mut() {
        given.insert("configuration".to_owned(), json!(script.secrets));
    }
    given
}

fn fresh(event: &Event) -> Value {
    let document = &event.document;
    let [user, client, request] = ["user", "client", "request"].map(|name| &document[name]);
    let (connection, session) = (&document["connection"], &document["session"]["id"]);
    let mut context = json!({
        "tenant": document["tenant"]["id"],
        "clientID": client["client_id"],
        "clientName": client["name"],
        "clientMetadata": client["metadata"],
        "connection": connection["name"],
        "connectionID": connection["id"],
        "connectionStrategy": connection["strategy"],
        "connectionMetadata": connection["metadata"],
        // There is nothing in them, but Rules look into them.
        "connectionOptions": {},
        "samlConfiguration": {},
        "organization": document["organization"],
        "riskAssessment": document["authentication"]["riskAssessment"],
        "protocol": if event.continues { json!("redirect-callback") } else { document["transaction"]["protocol"].clone() },
        "sessionID": session,
        "stats": { "loginsCount": document["stats"]["logins_count"] },
        "sso": {
            "current_clients": [], "with_auth0": !session.is_null(), "with_dbconn": !session.is_null(),
        },
        "request": {
            "method": request["method"],
            "query": request["query"],
            "body": request["body"],
            "ip": request["ip"],
            "userAgent": request["user_agent"],
            "hostname": request["hostname"],
            "language": request["language"],
            "geoip": request["geoip"],
        },
        "authentication": document["authentication"],
        "authorization": document["authorization"],
        "idToken": {},
        "accessToken": {},
        "primaryUser": user["user_id"],
    });
    if let Some(members) = context.as_object_mut() {
        // What is not known is absent.
        members.retain(|_, value| !value.is_null());
    }
    json!({ "user": event.person(), "context": context })
}

pub(crate) fn read(left: &Value, host: &mut Host) -> Result<(), String> {
    let context = left.get("context").and_then(Value::as_object).ok_or("context is no object any more")?;
    if let Some(redirect) = context.get("redirect").filter(|redirect| !redirect.is_null()) {
        let url = redirect.get("url").and_then(Value::as_str).ok_or("context.redirect needs a url")?;
        host.send_user_to(url, None)?;
    }
    host.decisions.multifactor = match context.get("multifactor") {
        None | Some(Value::Null) => None,
        Some(wanted) => {
            let name = wanted
                .get("provider")
                .and_then(Value::as_str)
                .ok_or("context.multifactor needs a provider")?;
            let factor = host::provider(name).map_err(|error| format!("context.multifactor: {error}"))?;
            factor.then(|| host::remembering(host::allows_remembering(wanted)))
        }
    };
    host.decisions.id_token = Map::new();
    for (name, value) in members(context, "idToken") {
        host.claim("idToken.setCustomClaim", name, Some(value.clone()))?;
    }
    host.decisions.access_token = Map::new();
    for (name, value) in members(context, "accessToken").filter(|(name, _)| *name != "scope") {
        host.claim("accessToken.setCustomClaim", name, Some(value.clone()))?;
    }
    host.decisions.scopes =
        context.get("accessToken").and_then(|token| token.get("scope")).map(scopes).transpose()?;
    Ok(())
}

fn members<'a>(context: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    context.get(name).and_then(Value::as_object).into_iter().flatten()
}

/// A list, or a text with blanks between.
fn scopes(value: &Value) -> Result<Vec<String>, String> {
    let wrong = || "context.accessToken.scope must be a text or a list of texts".to_owned();
    let scopes: Vec<String> = match value {
        Value::String(text) => text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        Value::Array(list) => {
            let texts: Option<Vec<String>> =
                list.iter().map(|scope| scope.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(wrong)?
        }
        _ => return Err(wrong()),
    };
    let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if scopes.len() > 100 || scopes.iter().any(|scope| scope.is_empty() || !scope.bytes().all(printable)) {
        return Err("context.accessToken.scope has something that is no scope (RFC 6749, 3.3)".to_owned());
    }
    Ok(scopes)
}
