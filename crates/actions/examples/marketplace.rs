//! Runs folders of scripts that were written for Auth0, one log-in each, and says which came to their end:
//!
//! ```console
//! cargo run -p actions --example marketplace -- --actions DIR --rules DIR [--packages DIR] [--answers FILE] [--secrets FILE]
//! ```
//!
//! Nothing is sent anywhere: `--answers` is a JSON object of what is answered, by the beginning of the address. Any other
//! request gets 200 and `{}`. `--secrets` is a JSON object of the secrets of all scripts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use actions::{
    End, Engine, Environment, Event, Kind, Limits, Network, Reply, Request, Response, Script, Verdict,
};
use serde_json::{Map, Value, json};

type Failure = Box<dyn std::error::Error>;

#[derive(Debug)]
struct Answers(Map<String, Value>);

impl Network for Answers {
    fn send(&self, request: Request, _: Instant, reply: Reply) {
        let own = self.0.iter().filter(|(prefix, _)| request.url.starts_with(prefix.as_str()));
        let body = own.max_by_key(|(prefix, _)| prefix.len()).map(|(_, body)| body);
        let body = body
            .map_or_else(|| "{}".to_owned(), |it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        reply(Ok(Response {
            url: request.url,
            status: 200,
            headers,
            body: body.into_bytes(),
            ..Response::default()
        }));
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let mut given = BTreeMap::new();
    while let Some(name) = arguments.next() {
        given.insert(name, arguments.next().ok_or("each argument needs a value")?);
    }
    let json = |name: &str| -> Result<Map<String, Value>, Failure> {
        given
            .get(name)
            .map_or_else(|| Ok(Map::new()), |file| Ok(serde_json::from_str(&fs::read_to_string(file)?)?))
    };
    let mut environment = Environment::default().with_network(Arc::new(Answers(json("--answers")?)));
    if let Some(folder) = given.get("--packages") {
        environment = environment.with_packages(Path::new(folder))?;
    }
    let engine =
        Engine::new(Limits { time: Duration::from_secs(10), ..Limits::default() }).within(environment);
    let secrets: BTreeMap<String, String> = json("--secrets")?
        .into_iter()
        .filter_map(|(name, it)| Some((name, it.as_str()?.to_owned())))
        .collect();
    for (argument, kind) in [("--actions", Kind::PostLogin), ("--rules", Kind::Rule)] {
        let Some(folder) = given.get(argument) else { continue };
        let (mut ended, mut all) = (0, 0);
        for file in scripts(Path::new(folder))? {
            let name = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
            let script = Script {
                name: name.clone(),
                kind,
                code: fs::read_to_string(&file)?,
                secrets: secrets.clone(),
            };
            let outcome = engine.run(&[script], event());
            let sent = outcome.runs.iter().map(|run| run.exchanges.len()).sum::<usize>();
            all += 1;
            ended += usize::from(!matches!(outcome.verdict, Verdict::Failed { .. }));
            println!(
                "| `{name}` | {} | {sent} |",
                result(&outcome.verdict, outcome.runs.last().map(|run| &run.end))
            );
        }
        println!("\n{argument}: {ended} of {all} ran to their end\n");
    }
    Ok(())
}

fn scripts(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let files =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, Failure>>()?;
    let mut files: Vec<PathBuf> =
        files.into_iter().filter(|file| file.extension().is_some_and(|it| it == "js")).collect();
    files.sort();
    Ok(files)
}

fn result(verdict: &Verdict, end: Option<&End>) -> String {
    match (verdict, end) {
        (Verdict::Failed { .. }, Some(End::Failed(error))) => format!("**{}**", error.message),
        (Verdict::Failed { .. }, _) => "**failed**".to_owned(),
        (Verdict::Denied(refusal), _) => format!("denies: {}", refusal.reason),
        (Verdict::Redirect { url, .. }, _) => {
            format!("sends to {}", url.split('?').next().unwrap_or_default())
        }
        (Verdict::Challenge { .. }, _) => "asks for a factor".to_owned(),
        (Verdict::Go, _) => "yes".to_owned(),
    }
}

/// A log-in of Ada's, as a tenant tells it.
fn event() -> Event {
    let document = json!({
        "user": {
            "user_id": "auth0|1001", "email": "ada@example.com", "email_verified": true, "name": "Ada Example",
            "nickname": "ada", "picture": "https://cdn.auth0.com/avatars/ae.png", "given_name": "Ada", "family_name": "Example",
            "username": "ada", "phone_number": "+4915112345678", "phone_verified": true, "created_at": "2025-01-05T08:00:00.000Z",
            "updated_at": "2026-01-31T09:29:58.000Z", "app_metadata": { "tier": "gold" }, "user_metadata": { "lang": "en" },
            "multifactor": ["guardian"], "enrolledFactors": [{ "type": "push-notification" }],
        },
        "client": { "client_id": "banking-app", "name": "Banking", "metadata": { "userApp": "true" } },
        "request": {
            "method": "GET", "ip": "192.0.2.7", "user_agent": "Mozilla/5.0", "hostname": "tenant.example", "language": "en", "body": {},
            "query": { "client_id": "banking-app", "scope": "openid view:balance", "response_type": "code", "redirect_uri": "https://bank.example/callback" },
            "geoip": { "countryCode": "DE", "countryName": "Germany", "cityName": "Berlin", "timeZone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4, "continentCode": "EU" },
        },
        "transaction": {
            "id": "t-1", "locale": "en", "protocol": "oidc-basic-profile", "redirect_uri": "https://bank.example/callback",
            "requested_scopes": ["openid", "view:balance"], "acr_values": [], "response_type": ["code"], "ui_locales": [],
        },
        "authentication": {
            "methods": [{ "name": "pwd", "timestamp": "2026-01-31T09:29:58.000Z" }],
            "riskAssessment": { "confidence": "high", "version": "1", "assessments": {
                "NewDevice": { "confidence": "high", "code": "match" }, "ImpossibleTravel": { "confidence": "high", "code": "minimal_travel_from_last_login" },
                "UntrustedIP": { "confidence": "high", "code": "not_found_on_deny_list" },
            } },
        },
        "authorization": { "roles": ["customer"] },
        "connection": { "id": "con_customers", "name": "Username-Password-Authentication", "strategy": "auth0", "metadata": {} },
        "session": { "id": "s-1" },
        "stats": { "logins_count": 3 },
        "tenant": { "id": "tenant" },
    });
    Event { document, confidential: Vec::new(), continues: false }
}
