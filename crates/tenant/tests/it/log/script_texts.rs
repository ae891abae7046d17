//! What scripts write tells nothing that a request holds for its client alone, whatever its length.

use tenant::{Action, ActionKind, Config, LogAccess};

use super::{developer, traces};
use crate::harness::{ADA, BALANCE, PASSWORD, World, authorize_with, config, log as terminal};

/// An expression `SECRET` in the place of each of these becomes text in another way.
const WAYS: [&str; 10] = [
    "console.log(SECRET);",
    "console.log(`it is ${SECRET}, and so on`);",
    "console.log({ a: [SECRET] }, SECRET);",
    "console.log(JSON.stringify(JSON.stringify({ a: SECRET })));",
    "console.warn(encodeURIComponent(SECRET), btoa(SECRET));",
    "console.error(new Error(SECRET));",
    "console.log('x'.repeat(4090), SECRET);",
    "throw new Error('because of ' + SECRET);",
    "DENY",
    "CLAIM",
];

fn script(kind: ActionKind, secret: &str, way: &str) -> Action {
    let (deny, claim) = match kind {
        ActionKind::PostLogin => (
            "api.access.deny('no: ' + SECRET);",
            "api.idToken.setCustomClaim('https://a/b', { c: [SECRET] });",
        ),
        ActionKind::Rule => (
            "return callback(new UnauthorizedError('no: ' + SECRET));",
            "context.idToken['https://a/b'] = { c: [SECRET] };",
        ),
    };
    let body = way.replace("DENY", deny).replace("CLAIM", claim).replace("SECRET", secret);
    let code = match kind {
        ActionKind::PostLogin => format!("exports.onExecutePostLogin = async (event, api) => {{ {body} }};"),
        ActionKind::Rule => {
            format!("function (user, context, callback) {{ {body} callback(null, user, context); }}")
        }
    };
    Action {
        name: "Printer".to_owned(),
        kind,
        file: None,
        code: Some(code),
        secrets: [("PIN".to_owned(), "Zq".to_owned())].into(),
    }
}

/// What the terminal, the log's pages and its JSON say of a log-in with this script.
async fn texts(config: Config, request: &[(&str, &str)]) -> Vec<(String, String)> {
    terminal::keep();
    let world = World::with(config).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize_with(request)).await;
    browser.log_in(&page, ADA, PASSWORD).await;
    let mut texts = vec![("the terminal".to_owned(), terminal::kept())];
    let mut developer = developer(&world);
    let mut addresses = vec!["/log".to_owned(), "/log.json".to_owned()];
    for trace in traces(&world).await {
        addresses.push(format!("/log/{}", trace["id"].as_str().unwrap()));
    }
    for address in addresses {
        let text = developer.get(&address).await.body;
        texts.push((address, text));
    }
    texts
}

/// Values that stand in no other text of a log-in: in no word, and in no identifier that is made by chance.
const STATES: [&str; 5] = ["Ü", "ÜÄ", "ÜÄÖ", "ÜÄÖß5", "ÜÄÖß567 &8"];

/// Proves: script-output-redacted
#[tokio::test]
async fn state_is_never_shown() {
    for (kind, query) in
        [(ActionKind::PostLogin, "event.request.query"), (ActionKind::Rule, "context.request.query")]
    {
        for way in WAYS {
            for state in STATES {
                let config =
                    Config { actions: vec![script(kind, &format!("{query}.state"), way)], ..config() };
                for (place, text) in texts(config, &[("state", state)]).await {
                    let found = [state, &encoded(state), &state.to_lowercase()]
                        .iter()
                        .any(|form| text.contains(*form));
                    assert!(!found, "{kind:?}, {state}, {way}: {place} tells it: {text}");
                }
            }
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Everything at once, with names of parameters that nobody knows too.
/// Proves: script-output-redacted
#[tokio::test]
async fn printed_hidden_parameters_are_redacted() {
    let code = "console.log(event.request.query); console.log(event.transaction.state);
        Object.values(event.request.query).forEach((value) => console.log(value));
        console.log(Object.entries(event.request.query).flat().join('-'));";
    let config = Config { actions: vec![script(ActionKind::PostLogin, "", code)], ..config() };
    let secrets = [
        ("state", "sÄ"),
        ("nonce", "nÄ1"),
        ("code_challenge", "cÄ2"),
        ("password", "pÄ3"),
        ("otp", "Ä42"),
        ("access_token", "aÄ4"),
        ("something", "Ä5x"),
    ];
    let all: Vec<_> = secrets.iter().copied().chain([("scope", BALANCE)]).collect();
    for (place, text) in texts(config, &all).await {
        for (name, value) in secrets {
            assert!(!text.contains(value), "{place} tells {name}: {text}");
        }
    }
}

/// What is not recorded is not printed either.
/// Proves: script-output-redacted
#[tokio::test]
async fn terminal_is_redacted_when_log_is_off() {
    let code = "console.log(`state ${event.request.query.state}`);";
    let config =
        Config { actions: vec![script(ActionKind::PostLogin, "", code)], log: LogAccess::Off, ..config() };
    let (_, terminal) = texts_of_terminal(config).await;
    assert!(terminal.contains("console") && terminal.contains("[secret state]"), "{terminal}");
    assert!(!terminal.contains("ÜÄ"), "{terminal}");
}

async fn texts_of_terminal(config: Config) -> (World, String) {
    terminal::keep();
    let world = World::with(config).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize_with(&[("state", "ÜÄ")])).await;
    browser.log_in(&page, ADA, PASSWORD).await;
    (world, terminal::kept())
}

/// Proves: script-output-redacted
#[tokio::test]
async fn script_secret_is_never_shown() {
    for way in WAYS {
        let actions = vec![script(ActionKind::PostLogin, "event.secrets.PIN", way)];
        for (place, text) in texts(Config { actions, ..config() }, &[]).await {
            let alone = text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "Zq");
            assert!(!alone, "{way}: {place} tells it: {text}");
        }
    }
}

/// What is no secret stays readable.
/// Proves: script-output-redacted
#[tokio::test]
async fn requested_values_stay_readable() {
    let code = "console.log(event.request.query); console.log('hello');";
    let actions = vec![script(ActionKind::PostLogin, "", code)];
    let texts = texts(Config { actions, ..config() }, &[("state", "e")]).await;
    let (_, json) = texts.iter().find(|(place, _)| place == "/log.json").unwrap();
    for part in ["hello", BALANCE, "https://my-banking-api", "script_run", "token_issued"] {
        assert!(json.contains(part), "{part}: {json}");
    }
}
