//! The parameters of the query and of a form. Those that cannot be read count as none.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use crate::domain::Parameters;

pub(crate) struct QueryParameters(pub(crate) Parameters);

pub(crate) struct FormParameters(pub(crate) Parameters);

impl<S: Sync> FromRequestParts<S> for QueryParameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Parameters::of_query(parts.uri.query()).unwrap_or_default()))
    }
}

impl<S: Send + Sync> FromRequest<S> for FormParameters {
    type Rejection = BytesRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, BytesRejection> {
        let body = Bytes::from_request(request, state).await?;
        Ok(Self(Parameters::parse(&body).unwrap_or_default()))
    }
}
