//! Compares responses with `openapi.json`: status, content type, headers and body must be as described.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::http::{HeaderMap, Method};
use jsonschema::Validator;
use serde_json::{Value, json};

pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

/// The described path that an address belongs to.
pub(crate) fn path_of(address: &str) -> Option<&'static str> {
    let path = address.split('?').next().unwrap();
    let has_one =
        |prefix| path.strip_prefix(prefix).is_some_and(|id: &str| !id.is_empty() && !id.contains('/'));
    let path = match path {
        "/payees/verify" => path,
        _ if has_one("/transfers/") => "/transfers/{id}",
        _ if has_one("/payees/") => "/payees/{iban}",
        _ => path,
    };
    DOCUMENT["paths"].as_object().unwrap().keys().map(String::as_str).find(|known| *known == path)
}

/// Panics when the response is not as described. `body` is nothing when there was none.
pub(crate) fn check(method: &Method, address: &str, status: u16, headers: &HeaderMap, body: Option<&Value>) {
    let operation = path_of(address).map(|path| &DOCUMENT["paths"][path][method.as_str().to_lowercase()]);
    let Some(operation) = operation.filter(|operation| operation.is_object()) else {
        // No operation, so it must have been refused as such.
        assert!(
            status == 404 || status == 405,
            "{method} {address} is not described, but was answered with {status}"
        );
        return check_schema(
            &json!({ "$ref": "#/components/schemas/Problem", "unevaluatedProperties": false }),
            body,
        );
    };
    let described = resolve(&operation["responses"][status.to_string()]);
    assert!(described.is_object(), "{method} {address} is not described to answer {status}: {body:?}");

    if let Some(content) = described["content"].as_object() {
        let content_type = headers["content-type"].to_str().unwrap();
        let media = content
            .get(content_type)
            .unwrap_or_else(|| panic!("{method} {address}: unexpected {content_type}"));
        check_schema(&media["schema"], body);
    } else {
        assert_eq!(body, Some(&Value::Null), "{method} {address} is described to have no content");
    }
    if status >= 400 {
        assert_eq!(body.unwrap()["status"], status);
    }

    for (name, header) in described["headers"].as_object().into_iter().flatten() {
        let header = resolve(header);
        match headers.get(name) {
            Some(value) => check_schema(&header["schema"], Some(&json!(value.to_str().unwrap()))),
            None => assert_ne!(header["required"], true, "{method} {address} {status}: {name} is missing"),
        }
    }
}

fn check_schema(schema: &Value, instance: Option<&Value>) {
    let instance = instance.unwrap_or(&Value::Null);
    let validator = validator(schema);
    let errors: Vec<String> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{instance:#}\nis not as described: {errors:#?}");
}

/// Compiling a schema takes longer than most requests, so each is compiled once.
fn validator(schema: &Value) -> Arc<Validator> {
    static COMPILED: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let compile = || {
        let mut schema = schema.clone();
        schema["components"] = DOCUMENT["components"].clone();
        Arc::new(jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap())
    };
    Arc::clone(COMPILED.lock().unwrap().entry(schema.to_string()).or_insert_with(compile))
}

fn resolve(node: &Value) -> &Value {
    match node["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => node,
    }
}
