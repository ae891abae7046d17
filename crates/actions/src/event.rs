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
    /// The browser has come back from where a script has sent it: an Action's `onContinuePostLogin` runs, and Rules see the
    /// protocol `redirect-callback`.
    pub continues: bool,
}

impl Event {
    /// Whether a page may be shown to the user: a silent request (`prompt=none`) shows none.
    pub(crate) fn can_redirect(&self) -> bool {
        let prompt = self.document["transaction"]["prompt"].as_array();
        !prompt.is_some_and(|prompt| prompt.iter().any(|it| it == "none"))
    }

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
