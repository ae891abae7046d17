//! `/control/openapi.json`: the description of what is here.

use axum::http::header;
use axum::response::IntoResponse;

use crate::extract::NearControl;

const DOCUMENT: &str = include_str!("../../../control.openapi.json");

pub(super) async fn get(_: NearControl) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT)
}
