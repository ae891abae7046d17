//! A JSON body, whose errors are problems.

use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, Json, Request};
use serde::de::DeserializeOwned;

use super::problem::{Code, Problem};
use super::timeouts::with_body_timeout;
use crate::json_object::JsonObject;

/// Far more than a transfer needs.
pub(super) const MAX_BODY_BYTES: usize = 16 * 1024;

/// Like [`Json`], but refuses with a [`Problem`].
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(JsonObject(value)) =
            with_body_timeout(Json::from_request(request, state)).await?.map_err(rejection_problem)?;
        Ok(Self(value))
    }
}

fn rejection_problem(rejection: JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(Code::UNSUPPORTED_MEDIA_TYPE, "send the body with `Content-Type: application/json`")
        }
        JsonRejection::BytesRejection(BytesRejection::FailedToBufferBody(error)) if error.status() == 413 => {
            Problem::new(Code::REQUEST_TOO_LARGE, format!("a body has at most {MAX_BODY_BYTES} bytes"))
        }
        // Says where in the body, and what was expected there.
        other => Problem::new(Code::MALFORMED_REQUEST, other.body_text()),
    }
}
