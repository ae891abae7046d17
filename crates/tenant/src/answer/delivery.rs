//! The ways in which an answer gets to the client: a redirect, a form that posts itself, a message to another window.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde_json::{Map, Value};

use super::{Answer, Place, Recipient};
use crate::config::web_origin_of;
use crate::http;

pub(super) fn deliver(to: &Recipient, answer: &Answer) -> Response {
    match to.place {
        Place::Fragment => redirect(to, answer, '#'),
        Place::Query if to.redirect_uri.contains('?') => redirect(to, answer, '&'),
        Place::Query => redirect(to, answer, '?'),
        Place::FormPost => form_post(to, answer),
        Place::WebMessage => web_message(to, answer),
    }
}

fn redirect(to: &Recipient, answer: &Answer, separator: char) -> Response {
    Redirect::to(&format!("{}{separator}{}", to.redirect_uri, answer.encoded())).into_response()
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPostPage<'a> {
    redirect_uri: &'a str,
    pairs: &'a [(&'static str, String)],
}

/// OAuth 2.0 Form Post Response Mode 2.
fn form_post(to: &Recipient, answer: &Answer) -> Response {
    let page = FormPostPage { redirect_uri: &to.redirect_uri, pairs: &answer.0 };
    respond(&page, http::form_post_policy(&to.redirect_uri))
}

#[derive(Template)]
#[template(path = "web_message.html")]
struct WebMessagePage<'a> {
    origin: &'a str,
    response: &'a str,
}

/// The origin that is named to the browser is checked by it: no page of another one gets the message.
fn web_message(to: &Recipient, answer: &Answer) -> Response {
    let origin = web_origin_of(&to.redirect_uri).unwrap_or_default();
    let page = WebMessagePage { origin: &origin, response: &Value::Object(members(answer)).to_string() };
    respond(&page, http::web_message_policy(&origin))
}

/// A message has numbers and lists, where a query has their texts.
fn members(answer: &Answer) -> Map<String, Value> {
    let typed = |name: &str, text: &str| match name {
        "expires_in" | "authorization_details" => serde_json::from_str(text).ok(),
        _ => None,
    };
    let member = |(name, text): &(&'static str, String)| {
        ((*name).to_owned(), typed(name, text).unwrap_or_else(|| text.clone().into()))
    };
    answer.0.iter().map(member).collect()
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
