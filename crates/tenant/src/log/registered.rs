//! What is registered, as far as the log speaks of it.

use crate::config::Config;
use crate::domain::{Api, Client};

#[derive(Debug, Default)]
pub(crate) struct Registered {
    pub(crate) issuer: String,
    pub(crate) clients: Vec<Client>,
    pub(crate) apis: Vec<Api>,
}

impl Registered {
    pub(crate) fn of(config: &Config) -> Self {
        Self { issuer: config.issuer.clone(), clients: config.clients.clone(), apis: config.apis.clone() }
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn client_name(&self, id: &str) -> Option<String> {
        self.client(id).map(|client| client.name.clone())
    }

    fn api(&self, identifier: Option<&str>) -> Option<&Api> {
        self.apis.iter().find(|api| Some(api.identifier.as_str()) == identifier)
    }

    pub(crate) fn step_up_scopes(&self, audience: Option<&str>) -> Vec<&str> {
        let scopes = self.api(audience).map(|api| api.step_up_scopes.as_slice());
        scopes.unwrap_or_default().iter().map(String::as_str).collect()
    }
}
