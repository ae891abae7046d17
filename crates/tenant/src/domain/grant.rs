//! What a customer has granted a client.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::api::Api;
use super::client::Client;
use super::payment::Payment;

#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) client: Arc<Client>,
    pub(crate) sub: String,
    pub(crate) sid: String,
    /// When the customer last gave the password or approved on the phone.
    pub(crate) auth_time: u64,
    pub(crate) api: Option<Arc<Api>>,
    pub(crate) scopes: Vec<String>,
    /// The scopes that the ID token follows: those granted before scripts changed what the access token is good for.
    pub(crate) identity: Vec<String>,
    pub(crate) id_token_claims: Map<String, Value>,
    pub(crate) access_token_claims: Map<String, Value>,
    /// The one payment that the access token is for (RFC 9396).
    pub(crate) payment: Option<Payment>,
    pub(crate) nonce: Option<String>,
    pub(crate) multi_factor: bool,
}

impl Grant {
    pub(crate) fn scope(&self) -> String {
        self.scopes.join(" ")
    }

    pub(crate) fn is_openid(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "openid")
    }

    pub(crate) fn authorization_details(&self) -> Option<[Payment; 1]> {
        self.payment.clone().map(|payment| [payment])
    }
}
