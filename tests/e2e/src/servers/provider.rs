//! OpenID providers that nobody here wrote, as programs in `tests/interop/providers`.

use super::ids::{AUDIENCE, CLIENT_ID};
use crate::{
    Program, TestError,
    people::{ADA, BEN, PASSWORD, Person, TOTP_KEY},
    program::INTEROP,
};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

/// One of them. What its metadata say about addresses is known here too: the bank reads no metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderProgram {
    /// In `tests/interop`, for Node.js or Python as its name ends.
    pub script: &'static str,
    /// What its issuer has after the origin.
    pub issuer_path: &'static str,
    /// Its `authorization_endpoint`, without the origin.
    pub authorization_path: &'static str,
    /// Its `jwks_uri`, without the origin.
    pub jwks_path: &'static str,
    /// The flow that its client uses: some register a client for one.
    pub flow: &'static str,
}

impl ProviderProgram {
    /// Starts it. Browsers reach it at `origin`, which the client at `app` has in its configuration.
    pub(super) async fn start(&self, origin: &str, app: &str) -> Result<Program, TestError> {
        let customers = Value::from(vec![customer(ADA), customer(BEN)]).to_string();
        let variables = [
            ("ORIGIN", origin),
            ("APP", app),
            ("CLIENT_ID", CLIENT_ID),
            ("AUDIENCE", AUDIENCE),
            ("FLOW", self.flow),
            ("CUSTOMERS", &customers),
        ];
        match self.script.rsplit_once('.') {
            Some((_, "py")) => Program::python(self.script, &variables).await,
            _ => Program::node(INTEROP, self.script, &variables).await,
        }
    }
}

fn customer(person: Person) -> Value {
    json!({
        "sub": person.sub,
        "email": person.email,
        "name": person.name,
        "password": PASSWORD,
        "totp": HEXLOWER.encode(TOTP_KEY),
    })
}
