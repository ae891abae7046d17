use super::*;

const WHOLE: &str = r##"{
  "log_in": {
    "steps": [
      { "click": { "role": "link", "name": "Log in" } },
      "log_in",
      { "wait": { "address": "/home" } }
    ],
    "done": { "selector": "#said", "text": "Ada" },
    "refused": { "role": "alert" }
  },
  "step_up": {
    "steps": [
      { "open": "/pay" },
      { "type": { "into": { "selector": "#amount" }, "text": "12.50" } },
      { "click": { "role": "button", "name": "Pay" } },
      "second_factor"
    ],
    "done": { "api": "POST /transfer" }
  },
  "api": {
    "port": 8085,
    "answers": [
      { "call": "POST /transfer", "scope": "transfer:funds", "status": 201, "body": { "id": 1 } }
    ]
  }
}"##;

fn message(text: &str) -> String {
    Script::parse(text, "steps.json").unwrap_err().to_string()
}

#[test]
fn whole_script_is_read() {
    let script = Script::parse(WHOLE, "steps.json").unwrap();
    assert!(matches!(script.log_in.steps[1], Step::LogIn));
    assert!(matches!(&script.log_in.steps[2], Step::Wait(Condition::Address(part)) if part == "/home"));
    let target = Target::Selector("#said".to_owned());
    assert_eq!(script.log_in.done, Condition::Visible { target, text: Some("Ada".to_owned()) });
    let step_up = script.step_up.unwrap();
    assert!(matches!(&step_up.steps[0], Step::Open(path) if path == "/pay"));
    assert_eq!(step_up.done, Condition::Api { call: "POST /transfer".to_owned() });
    assert_eq!(script.api.unwrap().answers[0].status, 201);
}

#[test]
fn default_script_is_right() {
    let script = Script::default();
    assert!(script.step_up.is_none());
    assert_eq!(script.log_in.done.to_string(), "the button \"Log out\"");
}

#[test]
fn unknown_step_is_pointed_at() {
    let message = message(&WHOLE.replace("{ \"open\": \"/pay\" }", "{ \"opn\": \"/pay\" }"));
    assert!(message.starts_with("steps.json:13:"), "{message}");
    for part in ["unknown step `opn`", "click, type, wait, open, \"log_in\" or \"second_factor\"", "^"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(message.contains("13 |       { \"opn\": \"/pay\" }"), "{message}");
}

#[test]
fn wrong_scripts_are_refused_with_what_would_be_right() {
    for (right, wrong, said) in [
        ("\"role\": \"link\", ", "", "the name \"Log in\" needs a \"role\""),
        ("\"role\": \"link\"", "\"role\": \"link\", \"selector\": \"a\"", "not both"),
        ("\"role\": \"link\"", "\"role\": \"a link\"", "is no role"),
        ("{ \"role\": \"alert\" }", "{}", "a condition is an element"),
        ("{ \"address\": \"/home\" }", "{ \"address\": \"/home\", \"text\": \"x\" }", "a condition is"),
        ("\"selector\": \"#amount\"", "\"text\": \"amount\"", "an element is {\"role\""),
        ("\"port\": 8085,", "", "missing field `port`"),
        ("      \"log_in\",\n", "", "log_in.steps must contain \"log_in\""),
        (",\n      \"second_factor\"", "", "step_up.steps must contain \"second_factor\""),
        ("\"api\": \"POST /transfer\"", "\"api\": \"POST /transfers\"", "the call \"POST /transfers\""),
        ("\"call\": \"POST /transfer\"", "\"call\": \"transfer\"", "\"POST /transfer\""),
        ("\"refused\":", "\"refuses\":", "unknown field `refuses`"),
    ] {
        assert!(WHOLE.contains(right), "{right}");
        let message = message(&WHOLE.replacen(right, wrong, 1));
        assert!(message.contains(said), "{wrong}: {message}");
    }
}
