//! An export as the deploy CLI writes one, and what becomes of it.

use std::sync::Arc;

use super::*;
use crate::{Config, Database, GrantType, KeyStore, SystemClock, Tenant};

const EXPORT: &str = r#"tenant:
  friendly_name: Example Bank
  support_email: help@bank.example
  session_lifetime: 8
  idle_session_lifetime: 2
branding:
  colors:
    primary: '#0a5f66'
    page_background: '#ffffff'
clients:
  - name: Web banking
    app_type: spa
    callbacks:
      - ##APP_URL##/callback
      - com.bank.example:/callback
      - https://*.preview.bank.example/callback
    allowed_logout_urls:
      - ##APP_URL##/
    web_origins: @@ORIGINS@@
    client_metadata:
      tier: gold
    grant_types:
      - authorization_code
      - implicit
      - refresh_token
    is_first_party: true
    jwt_configuration:
      alg: RS256
      lifetime_in_seconds: 36000
      secret_encoded: false
    refresh_token:
      rotation_type: rotating
    cross_origin_authentication: false
    oidc_conformant: true
  - name: Ledger job
    app_type: non_interactive
    grant_types:
      - client_credentials
resourceServers:
  - name: Banking API
    identifier: https://my-banking-api
    scopes:
      - value: view:balance
        description: See the "balance"
      - value: transfer:funds
    signing_alg: RS256
    token_lifetime: 3600
    token_lifetime_for_web: 1200
    allow_offline_access: true
    enforce_policies: true
    token_dialect: access_token
  - name: Auth0 Management API
    identifier: https://bank.eu.auth0.com/api/v2/
    is_system: true
actions:
  - name: Add roles
    code: ./actions/Add roles/code.js
    dependencies:
      - name: lodash
        version: 4.17.21
    deployed: true
    runtime: node22
    secrets:
      - name: API_KEY
        value: _VALUE_NOT_SHOWN_
    supported_triggers:
      - id: post-login
        version: v3
  - name: Step up
    code: ./actions/Step up/code.js
    deployed: true
    secrets: []
    supported_triggers:
      - id: post-login
        version: v3
  - name: Unused
    code: ./actions/Step up/code.js
    supported_triggers:
      - id: post-login
        version: v3
  - name: Greet
    code: ./actions/Step up/code.js
    supported_triggers:
      - id: pre-user-registration
        version: v2
triggers:
  post-login:
    - action_name: Step up
      display_name: Step up
    - action_name: Add roles
      display_name: Add roles
  pre-user-registration:
    - action_name: Greet
      display_name: Greet
rules:
  - name: Second
    script: ./rules/second.js
    order: 20
    stage: login_success
    enabled: true
  - name: First
    script: ./rules/first.js
    order: 10
    enabled: true
  - name: Off
    script: ./rules/off.js
    enabled: false
rulesConfigs:
  - key: COUNTRY
    value: DE
databases:
  - name: users
    strategy: auth0
    enabled_clients:
      - Web banking
connections:
  - name: google-oauth2
    strategy: google-oauth2
roles:
  - name: teller
    permissions:
      - permission_name: view:balance
        resource_server_identifier: https://my-banking-api
guardianFactors:
  - name: push-notification
    enabled: true
  - name: sms
    enabled: true
  - name: duo
    enabled: false
guardianPolicies:
  policies:
    - all-applications
attackProtection:
  bruteForceProtection:
    enabled: true
emailTemplates: []
"#;

const STEP_UP: &str = "exports.onExecutePostLogin = async (event, api) => {\n  // '''\n  if (event.transaction.requested_scopes.includes('transfer:funds')) api.multifactor.enable('any');\n};\n";

/// A folder with an export in YAML.
fn export(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    put("tenant.yaml", text);
    put("actions/Step up/code.js", STEP_UP);
    put(
        "actions/Add roles/code.js",
        "exports.onExecutePostLogin = async (event, api) => { const app = '##APP_URL##'; };",
    );
    for rule in ["first", "second", "off"] {
        put(
            &format!("rules/{rule}.js"),
            "function (user, context, callback) { callback(null, user, context); }",
        );
    }
    folder
}

fn replacements() -> Vec<(String, String)> {
    [("APP_URL", "http://localhost:3000"), ("ORIGINS", "[\"http://localhost:3000\"]")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// The file, where it is written to, and what is reported.
fn imported(path: &Path, replace: &[(String, String)]) -> (Config, String) {
    let out = tempfile::tempdir().unwrap();
    let source = Source::open(path, Placeholders::new(replace)).unwrap();
    let Imported { toml, scripts, report } = import(&source, true).unwrap();
    write(out.path(), &toml, &scripts).unwrap();
    let config = ConfigFile::read(&out.path().join("tenant.toml"), &|_| None);
    let mut config = config.unwrap_or_else(|error| panic!("{error}\n{toml}")).config;
    for action in &mut config.actions {
        action.code = Some(fs::read_to_string(action.file.take().unwrap()).unwrap());
    }
    (config, report.to_string())
}

/// Proves: tenant-import
#[tokio::test]
async fn export_becomes_a_tenant_that_starts() {
    let folder = export(EXPORT);
    let (config, report) = imported(&folder.path().join("tenant.yaml"), &replacements());
    assert_eq!(config.name.as_deref(), Some("Example Bank"));
    assert_eq!((config.brand.accent.as_deref(), config.lifetimes.session), (Some("#0a5f66"), 8 * 3_600));
    let [client] = config.clients.as_slice() else { panic!("{:?}", config.clients) };
    assert_eq!((client.id.as_str(), client.name.as_str()), ("web-banking", "Web banking"));
    assert_eq!(client.redirect_uris, ["http://localhost:3000/callback", "com.bank.example:/callback"]);
    assert_eq!(client.post_logout_redirect_uris, ["http://localhost:3000/"]);
    assert_eq!(client.web_origins.as_deref(), Some(&["http://localhost:3000".to_owned()][..]));
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode, GrantType::Implicit]);
    assert_eq!(client.metadata["tier"], "gold");
    let [api] = config.apis.as_slice() else { panic!("{:?}", config.apis) };
    assert_eq!((api.identifier.as_str(), api.token_lifetime), ("https://my-banking-api", Some(3_600)));
    assert_eq!(
        (api.scopes[0].asks_to.as_str(), api.scopes[1].name.as_str()),
        ("See the \"balance\"", "transfer:funds")
    );
    let names: Vec<_> = config.actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ["First", "Second", "Step up", "Add roles"], "in the order in which they run");
    assert_eq!(config.actions[2].code.as_deref(), Some(STEP_UP));
    assert!(config.actions[3].code.as_ref().unwrap().contains("'http://localhost:3000'"));
    assert_eq!(config.actions[3].secrets["API_KEY"], "set me");
    assert_eq!(config.actions[0].secrets["COUNTRY"], "DE");

    // Each with its line.
    let line = |text: &str| EXPORT.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (at, what) in [
        ("idle_session_lifetime", "tenant.idle_session_lifetime"),
        ("page_background", "branding.colors.page_background"),
        ("*.preview", "clients[0].callbacks[2]: \"https://*.preview.bank.example/callback\" has a wildcard"),
        ("- refresh_token", "clients[0].grant_types[2]: the grant type \"refresh_token\""),
        ("rotation_type", "clients[0].refresh_token"),
        ("- name: Ledger job", "clients[1] (Ledger job): it has neither"),
        ("token_lifetime_for_web", "resourceServers[0].token_lifetime_for_web"),
        ("lodash", "actions[0].dependencies: it requires lodash@4.17.21: install that"),
        ("API_KEY", "actions[0].secrets: API_KEY has no value"),
        ("- name: Greet", "actions[3].supported_triggers: it is for pre-user-registration"),
        ("- name: Unused", "action \"Unused\": no trigger runs it"),
        ("bruteForceProtection", "attackProtection"),
        ("google-oauth2", "connections[0].name: \"google-oauth2\""),
        ("- name: users", "databases[0].name"),
        ("- name: sms", "guardianFactors[1].name: the factor \"sms\""),
        ("- all-applications", "guardianPolicies.policies[0]"),
    ] {
        let found = report.lines().find(|line| line.contains(what));
        let found = found.unwrap_or_else(|| panic!("{what}\n{report}"));
        assert!(found.starts_with(&format!("  tenant.yaml:{}:", line(at))), "{at}: {found}");
    }
    for what in [
        "no trigger runs it",
        "is Auth0's own API",
        "rule \"Off\"",
        "triggers.pre-user-registration",
        "--export_ids",
    ] {
        assert!(report.contains(what), "{what}\n{report}");
    }
    assert!(!report.contains("emailTemplates") && !report.contains("duo"), "{report}");

    let config = Config { keys: KeyStore::Memory, database: Database::Memory, ..config };
    Tenant::open(config, Arc::new(SystemClock)).await.unwrap();
}

/// Proves: tenant-import
#[test]
fn one_file_has_the_scripts_in_it() {
    let folder = export(EXPORT);
    let replace = replacements();
    let source = Source::open(&folder.path().join("tenant.yaml"), Placeholders::new(&replace)).unwrap();
    let Imported { toml, .. } = import(&source, false).unwrap();
    let file = folder.path().join("one.toml");
    fs::write(&file, &toml).unwrap();
    let config = ConfigFile::read(&file, &|_| None).unwrap().config;
    assert_eq!(config.actions[2].code.as_deref(), Some(STEP_UP));
}

/// Proves: tenant-import
#[test]
fn placeholder_that_is_left_is_named_and_never_guessed() {
    let folder = export(EXPORT);
    let mut replace = replacements();
    replace.remove(0);
    let (config, report) = imported(&folder.path().join("tenant.yaml"), &replace);
    assert_eq!(config.clients[0].redirect_uris, ["com.bank.example:/callback"]);
    assert!(
        report.contains(
            "\"##APP_URL##/callback\" is not complete; run this again with --replace APP_URL=VALUE"
        ),
        "{report}"
    );
}

/// Proves: tenant-import
#[test]
fn folder_of_json_files_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    put("tenant.json", r#"{ "friendly_name": "Example Bank" }"#);
    put(
        "clients/Web banking.json",
        "{\n  \"name\": \"Web banking\",\n  \"client_id\": \"abc123\",\n  \"callbacks\": [\"http://localhost:3000\"],\n  \"organization_usage\": \"allow\"\n}",
    );
    put("resource-servers/API.json", r#"{ "identifier": "https://api", "scopes": [{ "value": "a:b" }] }"#);
    put(
        "actions/Step up.json",
        r#"{ "name": "Step up", "code": "elsewhere/actions/Step up/code.js", "supported_triggers": [{ "id": "post-login" }] }"#,
    );
    put("actions/Step up/code.js", STEP_UP);
    put("triggers/triggers.json", r#"{ "post-login": [{ "action_name": "Step up" }] }"#);
    put("rules/old.json", r#"{ "name": "old", "enabled": true }"#);
    put("rules/old.js", "function (user, context, callback) { callback(null, user, context); }");
    put("emails/welcome_email.json", "{}");
    let (config, report) = imported(folder.path(), &[]);
    assert_eq!(config.clients[0].id, "abc123");
    assert_eq!(config.apis[0].scopes[0].name, "a:b");
    let names: Vec<_> = config.actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ["old", "Step up"]);
    assert!(report.contains("  clients/Web banking.json:5: clients[0].organization_usage"), "{report}");
    assert!(report.contains("emails: emails: "), "{report}");
}

/// Proves: tenant-import
#[test]
fn what_is_no_export_is_told_with_its_line() {
    let wrong = |text: &str| {
        let folder = export(text);
        let opened = Source::open(&folder.path().join("tenant.yaml"), Placeholders::new(&[]));
        opened.and_then(|source| import(&source, true)).err().map(|error| error.to_string()).unwrap()
    };
    for (text, expected) in [
        ("clients: [", "tenant.yaml:"),
        ("clients:\n  - name: [a\n", "this is no YAML"),
        ("- a\n- b\n", "`the export` is a list; it must be a table"),
        ("tenant:\n  friendly_name: x\n", "is no export"),
        ("", "is no export"),
        ("clients: text\n", "tenant.yaml:1: `clients` is a text; it must be a list"),
        (
            "clients:\n  - name: a\n    callbacks: http://localhost\n",
            "tenant.yaml:3: `clients[0].callbacks` is a text",
        ),
        ("clients:\n  - callbacks: []\n", "tenant.yaml:2: clients[0] has no `name`"),
        ("clients: !include clients.yaml\n", "a file is included here"),
        (
            "clients:\n  - name: a\nactions:\n  - name: b\n    code: ./missing.js\n",
            "missing.js cannot be read",
        ),
    ] {
        let said = wrong(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
    let missing = Source::open(Path::new("/nowhere/tenant.yaml"), Placeholders::new(&[])).err().unwrap();
    assert!(missing.to_string().contains("cannot be read"));
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tenant.toml"), "mine").unwrap();
    let refused = write(folder.path(), "new", &[]).unwrap_err().to_string();
    assert!(refused.contains("exists, and nothing was written"), "{refused}");
    assert_eq!(fs::read_to_string(folder.path().join("tenant.toml")).unwrap(), "mine");
}
