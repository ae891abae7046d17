//! Where the browser is.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http_server::Peer;

/// The peer of the connection, when that is known.
pub(crate) struct ClientPeer(pub(crate) Option<Peer>);

impl<S: Sync> FromRequestParts<S> for ClientPeer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Peer>().copied()))
    }
}
