//! Registered APIs and their scopes.

use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub struct Api {
    /// The identifier that clients send as `audience` and that the API finds in `aud`.
    pub identifier: String,
    pub name: String,
    pub scopes: Vec<ApiScope>,
    /// Scopes that are granted only after a second factor, each time anew, whatever scripts decide. A tenant that leaves
    /// this to its Actions, as Auth0's do, has none.
    pub step_up_scopes: Vec<String>,
    /// How long its access tokens are good for, in seconds; `None` means `Lifetimes::access_token`.
    pub token_lifetime: Option<u64>,
    /// Whether clients may have refresh tokens for it.
    pub allow_offline_access: bool,
}

#[derive(Debug, Clone)]
pub struct ApiScope {
    /// As in a request, for example `transfer:funds`.
    pub name: String,
    /// Completes the sentence "Riser asks to …", for example `transfer funds from your account`.
    pub asks_to: String,
    /// The same in other languages of the pages, by their tags: `de`.
    pub asks_to_in: BTreeMap<String, String>,
}

impl ApiScope {
    pub(crate) fn asks_to_in(&self, language: &str) -> &str {
        self.asks_to_in.get(language).unwrap_or(&self.asks_to)
    }
}
