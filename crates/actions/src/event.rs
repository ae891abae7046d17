//! What scripts are told about a log-in: the `event` of post-login Actions, with Auth0's names. Rules see the same as
//! `user` and `context`.

use serde_json::{Value, json};

#[derive(Debug, Clone, Default)]
pub struct Event {
    /// `event`; times in it are RFC 3339 texts. `event.secrets`, `event.configuration` and `event.transaction.metadata` are
    /// added for each script.
    pub document: Value,
    /// Values in it, by name, that nobody may read in what scripts write: they are hidden as scripts' secrets are.
    pub confidential: Vec<(String, String)>,
}

impl Event {
    /// The user, as scripts see them: with the one identity that they have here, at the connection.
    pub(crate) fn person(&self) -> Value {
        let (mut person, connection) = (self.document["user"].clone(), &self.document["connection"]);
        let id = person["user_id"].as_str().unwrap_or_default();
        // `1001` of `auth0|1001`.
        let id = id.split_once('|').map_or(id, |(_, id)| id).to_owned();
        person["identities"] = json!([{
            "connection": connection["name"], "isSocial": false, "provider": connection["strategy"], "user_id": id,
        }]);
        person
    }
}
