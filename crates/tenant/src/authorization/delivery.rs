//! The ways in which an answer gets to the client: a redirect, a form that posts itself, a message to another window.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;
use serde_json::{Map, Value};

use crate::domain::{RedirectTarget, ResponseMode, web_origin_of};
use crate::http;

pub(super) fn deliver(target: &RedirectTarget, parameters: &[(&str, String)]) -> Response {
    match target.response_mode {
        ResponseMode::Fragment => redirect(target, parameters, '#'),
        ResponseMode::Query if target.redirect_uri.contains('?') => redirect(target, parameters, '&'),
        ResponseMode::Query => redirect(target, parameters, '?'),
        ResponseMode::FormPost => form_post(target, parameters),
        ResponseMode::WebMessage => web_message(target, parameters),
    }
}

fn redirect(target: &RedirectTarget, parameters: &[(&str, String)], separator: char) -> Response {
    let encoded = Serializer::new(String::new()).extend_pairs(parameters).finish();
    Redirect::to(&format!("{}{separator}{encoded}", target.redirect_uri)).into_response()
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPostPage<'a> {
    redirect_uri: &'a str,
    pairs: &'a [(&'a str, String)],
}

/// OAuth 2.0 Form Post Response Mode 2.
fn form_post(target: &RedirectTarget, parameters: &[(&str, String)]) -> Response {
    let page = FormPostPage { redirect_uri: &target.redirect_uri, pairs: parameters };
    respond(&page, http::form_post_policy(&target.redirect_uri))
}

#[derive(Template)]
#[template(path = "web_message.html")]
struct WebMessagePage<'a> {
    origin: &'a str,
    response: &'a str,
}

/// The origin that is named to the browser is checked by it: no page of another one gets the message.
fn web_message(target: &RedirectTarget, parameters: &[(&str, String)]) -> Response {
    let origin = web_origin_of(&target.redirect_uri).unwrap_or_default();
    let page = WebMessagePage { origin: &origin, response: &Value::Object(members(parameters)).to_string() };
    respond(&page, http::web_message_policy(&origin))
}

/// A message has numbers and lists, where a query has their texts.
fn members(parameters: &[(&str, String)]) -> Map<String, Value> {
    let typed = |name: &str, text: &str| match name {
        "expires_in" | "authorization_details" => serde_json::from_str(text).ok(),
        _ => None,
    };
    let member = |(name, text): &(&str, String)| {
        ((*name).to_owned(), typed(name, text).unwrap_or_else(|| text.clone().into()))
    };
    parameters.iter().map(member).collect()
}

fn respond(page: &impl Template, policy: HeaderValue) -> Response {
    match page.render() {
        Ok(html) => ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
