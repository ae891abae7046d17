//! Files and what is said about them.

use super::*;
use crate::config::settings::{KeyStore, LogAccess};
use crate::domain::Password;

/// A file that is as it should be, with these lines in the place of its own.
const WHOLE: &str = r#"issuer = "http://localhost:8090/"

[[clients]]
id = "my-app"
name = "My app"
redirect_uris = ["http://localhost:3000/callback"]

[[apis]]
identifier = "https://my-banking-api"
name = "Banking API"
scopes = [{ name = "transfer:funds", asks_to = "transfer funds" }]

[[customers]]
sub = "auth0|1001"
email = "customer@example.com"
name = "Ada Example"
password = "correct horse battery"
"#;

fn parse(text: &str) -> Result<ConfigFile, String> {
    let environment = |name: &str| match name {
        "PASSWORD_OF_ADA" => Some("from the environment".to_owned()),
        "SECRET_OF_ADA" => Some("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned()),
        "HASH_OF_ADA" => Some("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        _ => None,
    };
    ConfigFile::parse(text, "tenant.toml", Path::new("/home/ada"), &environment)
}

fn with(line: &str, other: &str) -> String {
    assert!(WHOLE.contains(line), "{line}");
    WHOLE.replace(line, other)
}

fn refused(text: &str) -> String {
    parse(text).expect_err(text)
}

#[test]
fn missing_values_have_defaults() {
    let ConfigFile { config, listen } = parse(WHOLE).unwrap();
    assert_eq!(listen.to_string(), "127.0.0.1:8090");
    assert!(matches!(&config.keys, KeyStore::Folder(folder) if folder == Path::new("/home/ada/data")));
    assert_eq!(config.database, database_setup::Database::File("/home/ada/data/tenant.sqlite".into()));
    assert_eq!(config.clients[0].grant_types.len(), 2);
    assert_eq!(config.lifetimes.access_token, 7_200);
    assert!(config.authorization_details);
    assert_eq!(config.log, LogAccess::Loopback);
    assert!(
        matches!(&config.customers[0].password, Password::Plain(plain) if plain == "correct horse battery")
    );
}

#[test]
fn reads_every_key() {
    let text = r#"
issuer = "https://login.example/"
listen = "0.0.0.0:1"
data = "keys"
database = "postgres://ada:s3cret@db.example/tenant"
authorization_details = false
log = "anyone"
clients = [{ id = "a", name = "A", redirect_uris = ["https://a.example/"], web_origins = ["https://a.example"],
             post_logout_redirect_uris = ["https://a.example/bye"], grant_types = ["implicit"] }]

[[apis]]
identifier = "b"
name = "B"
token_lifetime = 1_000
signing_alg = "RS256"
step_up_scopes = ["c"]
[[apis.scopes]]
name = "c"
asks_to = "do c"

[[customers]]
sub = "d"
email = "d@example.com"
name = "D"
password = { env = "HASH_OF_ADA" }
permissions = []
roles = ["staff"]
[customers.app_metadata]
plan = "gold"
since = { year = 2020, exact = 2020-01-02, often = [1, 2.5, true] }
more = [-1_000, 1_0.5, 0o17]
[customers.factors]
totp_secret = { env = "SECRET_OF_ADA" }
recovery_codes = ["1111-AAAA", { env = "PASSWORD_OF_ADA" }]

[lifetimes]
access_token = 0x10
[limits]
wrong_passwords = 3
push_lock = 6_0
wrong_codes = 4
"#;
    let ConfigFile { config, listen } = parse(text).unwrap();
    assert_eq!((config.limits.push_lock, config.limits.wrong_codes), (60, 4));
    assert_eq!((listen.port(), config.log), (1, LogAccess::Anyone));
    let database_setup::Database::Postgres(url) = &config.database else { panic!("{:?}", config.database) };
    assert_eq!(url.to_string(), "postgres://ada@db.example/tenant");
    assert_eq!(config.clients[0].web_origins.as_deref(), Some(&["https://a.example".to_owned()][..]));
    assert_eq!((config.apis[0].token_lifetime, config.apis[0].scopes[0].name.as_str()), (Some(1_000), "c"));
    let customer = &config.customers[0];
    assert!(matches!(&customer.password, Password::Hash(_)));
    assert_eq!(
        (customer.permissions.as_deref(), customer.roles.as_slice()),
        (Some(&[][..]), &["staff".to_owned()][..])
    );
    assert_eq!(
        serde_json::to_value(&customer.app_metadata).unwrap(),
        serde_json::json!({
            "plan": "gold",
            "since": { "year": 2020, "exact": "2020-01-02", "often": [1, 2.5, true] },
            "more": [-1000, 10.5, 15]
        })
    );
    assert_eq!(customer.factors.totp_secret.as_deref(), Some("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"));
    assert_eq!(customer.factors.recovery_codes, ["1111-AAAA", "from the environment"]);
    assert_eq!((config.lifetimes.access_token, config.limits.wrong_passwords), (16, 3));
    let shown = format!("{config:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("from the environment"), "{shown}");
}

#[test]
fn reads_log_access() {
    for (name, access) in
        [("off", LogAccess::Off), ("loopback", LogAccess::Loopback), ("anyone", LogAccess::Anyone)]
    {
        let text = with("8090/\"\n", &format!("8090/\"\nlog = \"{name}\"\n"));
        assert_eq!(parse(&text).unwrap().config.log, access);
    }
}

#[test]
fn reads_control_token() {
    let token = |line: &str| parse(&format!("{WHOLE}\n[control]\n{line}"));
    for line in ["token = \"sixteen characters\"", "token = { env = \"SECRET_OF_ADA\" }"] {
        assert!(token(line).unwrap().config.control.is_some(), "{line}");
    }
    assert!(parse(WHOLE).unwrap().config.control.is_none());
    for (line, told) in [
        ("", "`token` is missing"),
        ("token = \"hunter2\"", "tenant.toml:20:9: the token has 7 characters"),
        ("token = 20202020", "it must be a text in quotes"),
        ("tokn = \"hunter2\"", "did you mean `token`?"),
    ] {
        let refused = token(line).expect_err(line);
        assert!(
            refused.contains(told) && !refused.contains("hunter2") && !refused.contains("20202020"),
            "{refused}"
        );
    }
}

#[test]
fn problem_shows_line_mark_and_remedy() {
    let text = with("name = \"My app\"", "callbacks = [\"/callback\"]");
    assert_eq!(
        refused(&text),
        r#"tenant.toml:3:1: `name` is missing
  |
3 | [[clients]]
  | ^^^^^^^^^^^
  = add name = "My app"

tenant.toml:5:1: `callbacks` is not known here
  |
5 | callbacks = ["/callback"]
  | ^^^^^^^^^
  = did you mean `redirect_uris`?"#
    );
}

#[test]
fn check_after_reading_points_at_line() {
    let text = with("http://localhost:3000/callback", "http://localhost:3000/#callback");
    assert_eq!(
        refused(&text),
        r#"tenant.toml:6:18: client "my-app" has the address "http://localhost:3000/#callback"
  |
6 | redirect_uris = ["http://localhost:3000/#callback"]
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = it must be an absolute http or https URL without '#', or one with the scheme of a native app, such as com.example.app:/callback"#
    );
}

#[track_caller]
fn told_at_its_place(line: &str, other: &str, told: &str) {
    let said = refused(&with(line, other));
    let place = format!("tenant.toml:{told}");
    assert!(said.contains(&place), "{place} is not in:\n{said}");
    assert!(said.lines().all(|line| line.chars().count() < 200), "{said}");
}

/// What is changed in the file, and where and how that is told.
#[test]
fn each_problem_has_position() {
    for (line, other, told) in [
        ("issuer = \"http://localhost:8090/\"", "", "1:1: `issuer` is missing"),
        ("issuer = \"http://localhost:8090/\"", "issuer = 1", "1:10: `issuer` is a whole number"),
        ("8090/\"", "8090\"", "1:10: the issuer is \"http://localhost:8090\""),
        ("8090/\"\n", "8090/\"\nlisten = \"here\"\n", "2:10: `listen` is \"here\""),
        (
            "8090/\"\n",
            "8090/\"\ndatabase = \"mysql://x:hunter2@y/z\"\n",
            "2:12: `database` names no database",
        ),
        ("8090/\"\n", "8090/\"\nlog = \"everyone\"\n", "2:7: `log` is \"everyone\""),
        ("8090/\"\n", "8090/\"\nlog = true\n", "2:7: `log` is true or false"),
        ("8090/\"\n", "8090/\"\nusers = []\n", "2:1: `users` is not known here"),
        ("id = \"my-app\"", "id = 'my-app\n'", "4:13: invalid"),
        ("name = \"My app\"", "nmae = \"My app\"", "5:1: `nmae` is not known here"),
        ("name = \"My app\"", "name = [\"My app\"]", "5:8: `name` is a list"),
        (
            "name = \"My app\"",
            "name = \"My app\"\ngrant_types = [\"password\"]",
            "6:16: the grant type \"password\"",
        ),
        (
            "name = \"My app\"",
            "name = \"My app\"\nweb_origins = [\"http://a.example/x\"]",
            "6:16: client \"my-app\" has the web origin \"http://a.example/x\"",
        ),
        ("name = \"My app\"", "name = \"My app\"\nweb_origins = 1", "6:15: `web_origins` is a whole"),
        ("name = \"My app\"", "name = \"My app\"\ngrant_types = []", "6:15: client \"my-app\" has empty"),
        (
            "redirect_uris = [\"http://localhost:3000/callback\"]",
            "redirect_uris = []",
            "6:17: client \"my-app\" has no",
        ),
        ("[[clients]]", "[clients]", "3:1: `clients` is a table"),
        (
            "name = \"Banking API\"",
            "name = \"B\"\nsigning_alg = \"HS256\"",
            "11:15: the signing algorithm \"HS256\"",
        ),
        (
            "name = \"Banking API\"",
            "name = \"B\"\nstep_up_scopes = [\"x\"]",
            "11:19: API \"https://my-banking-api\" asks",
        ),
        ("name = \"Banking API\"", "name = \"B\"\ntoken_lifetime = 0", "11:18: it is 0"),
        ("name = \"Banking API\"", "name = \"B\"\ntoken_lifetime = -1", "11:18: `token_lifetime` is a whole"),
        (
            "name = \"transfer:funds\"",
            "name = \"openid\"",
            "11:20: API \"https://my-banking-api\" has the scope",
        ),
        ("asks_to = ", "ask_to = ", "11:38: `ask_to` is not known here"),
        ("customer@example.com", "nobody", "15:9: the email of customer \"auth0|1001\" is \"nobody\""),
        ("password = \"correct horse battery\"\n", "", "13:1: `password` is missing"),
        (
            "\"correct horse battery\"",
            "{ env = \"NO_SUCH\" }",
            "17:20: the environment has no variable NO_SUCH",
        ),
        ("\"correct horse battery\"", "{ env = \"NO_SUCH\", x = 1 }", "17:31: `x` is not known here"),
        ("\"correct horse battery\"", "{ plain = \"a\", hash = \"b\" }", "17:22: there is a hash and"),
        (
            "\"correct horse battery\"",
            "{ hash = \"b\" }",
            "17:12: the password of customer \"auth0|1001\" cannot",
        ),
        (
            "\"correct horse battery\"",
            "\"correct\"\nfactors = { totp_secret = 1 }",
            "18:27: `totp_secret` is a whole",
        ),
        ("\"correct horse battery\"", "\"correct\"\n[lifetimes]\npush = 0", "19:8: it is 0"),
        ("\"correct horse battery\"", "\"correct\"\n[limits]\npushs = 0", "19:1: `pushs` is not known here"),
        (
            "\"correct horse battery\"",
            "\"correct\"\n[[actions]]\nname = \"x\"\nfile = \"y.js\"\nkind = \"z\"",
            "20:8: there is no file /home/ada/y.js",
        ),
    ] {
        told_at_its_place(line, other, told);
    }
}

#[test]
fn invalid_value_has_position() {
    for (line, other, told) in [
        (
            "\"correct horse battery\"",
            "\"correct\"\n[lifetimes]\nlog_in = 18446744073709551615",
            "19:10: it is 18446744073709551615",
        ),
        (
            "\"correct horse battery\"",
            "\"correct\"\n[limits]\npush_window = 9223372036854775807",
            "19:15: it is 9223372036854775807",
        ),
        (
            "name = \"Banking API\"",
            "name = \"B\"\ntoken_lifetime = 18446744073709551615",
            "11:18: it is 18446744073709551615",
        ),
        (
            "\"correct horse battery\"",
            "\"correct\"\nfactors = { recovery_codes = [\"1111-AAAA\", \"1111aaaa\"] }",
            "18:44: the recovery code of customer \"auth0|1001\" stands twice",
        ),
        (
            "\"correct horse battery\"",
            "\"correct\"\napp_metadata = { a = [1, { b = 9223372036854775808 }] }",
            "18:32: this number cannot be kept as it is",
        ),
        (
            "\"correct horse battery\"",
            "\"correct\"\n[customers.user_metadata]\na = nan",
            "19:5: this number cannot be kept as it is",
        ),
    ] {
        told_at_its_place(line, other, told);
    }
}

#[test]
fn all_problems_are_listed_in_order() {
    let text = WHOLE.replace("name = ", "title = ").replace("My app", "1");
    let said = refused(&text);
    let places: Vec<&str> = said.lines().filter(|line| line.starts_with("tenant.toml:")).collect();
    assert_eq!(places.len(), 4 + 4, "{said}");
    let lines: Vec<u32> =
        places.iter().map(|place| place.split(':').nth(1).unwrap().parse().unwrap()).collect();
    assert!(lines.is_sorted(), "{said}");
}

#[test]
fn never_shows_secrets() {
    let secret = "\"correct horse battery\"";
    let customer = "\n[[customers]]\nsub = \"s\"\n";
    for text in [
        // Something is wrong with the secret itself.
        with(secret, "[\"hunter2\"]"),
        with(secret, "20202020"),
        with(secret, "{ hash = \"hunter2\" }"),
        with(secret, "{ hash = [\"hunter2\"] }"),
        with(secret, "{ plain = \"hunter2\", hash = \"hunter2\" }"),
        with(secret, "\"\"\"\nhunter2\nhunter2\"\"\"\nfactors = { totp_secret = [\"hunter2\"], x = 1 }"),
        with(secret, "\"a\"\nfactors = { recovery_codes = \"hunter2\" }"),
        with(secret, "\"a\"\nfactors = { recovery_codes = [\"hunter2\", 1] }"),
        with("[[clients]]", "database = \"mysql://x:hunter2@y/z\"\n[[clients]]"),
        // Or with what stands on its line.
        with(
            "[[customers]]",
            "[[customers]]\nsub='s'\nemail='x'\nname='x'\npassword='hunter2'\n[[customers]]",
        ),
        WHOLE.replace("[[customers]]", "[unknown]")
            + "[[customers]]\nfactors = { totp_secret = \"hunter2\", x = 1, recovery_codes = [\"hunter2\"] }\n",
        format!("{WHOLE}{customer}password = 'hunter2', name = 'x'"),
        // Or with its name, or with what stands in its place.
        with("password = \"correct horse battery\"", "pasword = \"hunter2\""),
        with("password = \"correct horse battery\"", "passphrase = \"hunter2\""),
        with("name = \"My app\"", "name = \"My app\"\nclient_secret = \"hunter2\""),
        with(secret, "{ value = \"hunter2\" }"),
        with(secret, "{ evn = \"hunter2\" }"),
        with(secret, "{ env = \"PASSWORD_OF_ADA\", default = \"hunter2\" }"),
        with(secret, "\"a\"\nfactor = { totp_secret = \"hunter2\" }"),
        with(secret, "\"a\"\nfactor.totp_secret = \"hunter2\""),
        with(secret, "\"a\"\nfactors = { recovery-codes = [\"hunter2\"], totp = \"hunter2\" }"),
        with(secret, "\"a\"\nfactors = [\"hunter2\"]"),
        with(secret, "\"a\"\nfactors = { recovery_codes = { a = \"hunter2\" } }"),
        with(secret, "\"a\"\n[[actions]]\nname = 'x'\ncode = 'x'\nsecret = { KEY = \"hunter2\" }"),
        with(secret, "\"a\"\n[[actions]]\nname = 'x'\ncode = 'x'\nsecrets = [{ KEY = \"hunter2\" }]"),
        with(secret, "\"a\"\n[[actions]]\nname = 'x'\ncode = 'x'\nsecrets = \"hunter2\""),
        with(
            secret,
            "\"a\"\n[[actions]]\nname = 'x'\ncode = 'x'\nsecrets = { KEY = { value = \"hunter2\" } }",
        ),
        with("[[clients]]", "customers = { sub = \"x\", password = \"hunter2\" }\n[[clients]]")
            .replace("[[customers]]", "[other]"),
        with("[[clients]]", "customer = [{ sub = \"x\", password = \"hunter2\" }]\n[[clients]]"),
        with("[[clients]]", "customers = [\"hunter2\"]\n[[clients]]").replace("[[customers]]", "[other]"),
        // Or the file is no TOML at all, there or near it.
        with(secret, "\"hunter2"),
        with(secret, "hunter2"),
        with(secret, "\"hunter2\" \"hunter2\""),
        with(secret, "{ plain = \"hunter2\", = }"),
        with(secret, "{\n plain = \"hunter2\"\n hash = 'hunter2' }"),
        with(secret, "\"\"\"\nhunter2\n\\q hunter2"),
        with(secret, "\"a\"\n[[actions]]\nsecrets = {\n API_KEY = \"hunter2\n}"),
        with(secret, "\"a\"\n[[actions]]\n[actions.secrets]\nAPI_KEY = \"hunter2"),
        with(secret, "\"a\"\nfactors = { recovery_codes = [\n \"hunter2\"\n \"hunter2\"] }"),
    ] {
        let said = refused(&text);
        assert!(!said.contains("hunter2") && !said.contains("20202020"), "{text}\n\n{said}");
    }
}

/// What can be read is read on; what cannot is not believed to say anything else.
#[test]
fn syntax_error_has_position() {
    let said = refused(&with("name = \"My app\"", "name = My app"));
    assert!(said.starts_with("tenant.toml:5:8: "), "{said}");
    assert!(said.contains("\n5 | name = My app\n  |        ^"), "{said}");
    assert!(!said.contains("is missing"), "{said}");
    let twice = refused(&with("name = \"My app\"", "name = \"My app\"\nname = \"x\""));
    assert!(twice.starts_with("tenant.toml:6:1: duplicate key"), "{twice}");
}

#[test]
fn marks_align_after_multibyte_letters_and_tabs() {
    let said = refused(&with("name = \"My app\"", "name = { \t\"Ä\u{1F600}\" = 1, env = 2 }"));
    let lines: Vec<&str> = said.lines().skip_while(|line| !line.contains("`env` is")).collect();
    assert_eq!(lines[2].find('2').map(|at| lines[2][..at].chars().count()), lines[3].find('^'), "{said}");
}

/// Some editors put one there.
#[test]
fn ignores_byte_order_mark() {
    assert!(parse(&format!("\u{feff}{WHOLE}")).is_ok());
    let said = refused(&format!("\u{feff}{}", with("issuer = \"http://localhost:8090/\"", "issuer = 1")));
    assert!(said.starts_with("tenant.toml:1:10: ") && !said.contains('\u{feff}'), "{said}");
}

#[test]
fn unreadable_file_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenant.toml");
    // UTF-16, as some shells write.
    std::fs::write(&path, b"\xff\xfei\0").unwrap();
    for path in [&path, folder.path()] {
        let error = ConfigFile::read(path, &|_| None).unwrap_err().to_string();
        assert!(!error.contains("tenant init"), "{error}");
    }
    let error = ConfigFile::read(&path, &|_| None).unwrap_err().to_string();
    assert!(error.contains("it must be a text in UTF-8"), "{error}");
}

#[test]
fn missing_file_suggests_init() {
    let error = ConfigFile::read(Path::new("/nowhere/tenant.toml"), &|_| None).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/tenant.toml cannot be read: "), "{error}");
    assert!(error.contains("tenant init"), "{error}");
}

#[test]
fn reads_what_scripts_have_around_them() {
    let table = |text: &str| format!("{WHOLE}\n[scripts]\n{text}\n");
    let config = parse(&table(
        "allowed_hosts = [\"api.example.com\", \"*.example.org\", \"localhost:9000\", \"[::1]:9001\"]\nprivate_hosts = [\"intranet.example\"]\nseconds = 5\n\
         geoip = { countryCode = \"DE\" }\norganization = { id = \"org_1\" }",
    ))
    .unwrap()
    .config
    .scripts;
    assert_eq!((config.allowed_hosts.len(), config.private_hosts.len(), config.seconds), (4, 1, Some(5)));
    assert_eq!((&config.geoip["countryCode"], &config.organization["id"]), (&"DE".into(), &"org_1".into()));
    assert!(config.risk_assessment.is_empty());
    for (text, what) in [
        ("allowed_hosts = [\"https://api.example.com/\"]", "names no host"),
        ("allowed_hosts = [\"api.example.com/path\"]", "names no host"),
        ("allowed_hosts = [\"*\"]", "names no host"),
        ("private_hosts = [\"user@intranet.example\"]", "names no host"),
        ("seconds = 60", "it must be from 1 to 20"),
        ("seconds = 0", "it must be from 1 to 20"),
        ("packages = \"nowhere\"", "there is no folder /home/ada/nowhere"),
    ] {
        assert!(refused(&table(text)).contains(what), "{text}: {}", refused(&table(text)));
    }
}
