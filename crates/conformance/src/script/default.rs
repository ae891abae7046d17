//! The script where none is given: a button to log in, and afterwards one to log out.

use super::Script;

const SCRIPT: &str = r#"{
  "log_in": {
    "steps": [{ "click": { "role": "button", "name": "Log in" } }, "log_in"],
    "done": { "role": "button", "name": "Log out" }
  }
}"#;

impl Default for Script {
    #[expect(clippy::expect_used, reason = "a test reads it")]
    fn default() -> Self {
        Self::parse(SCRIPT, "the default script").expect("the default script is right")
    }
}
