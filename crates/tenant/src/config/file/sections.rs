//! What may stand in the file, table by table.

use std::net::SocketAddr;
use std::path::Path;

use database_setup::{Database, DatabaseError};
use toml::de::DeTable;

use super::ConfigFile;
use super::reader::{FileReader, Section};
use crate::config::action::{Action, ActionKind};
use crate::config::settings::{Config, KeyStore, Lifetimes, Limits, LogAccess};
use crate::domain::{Api, ApiScope, Client, Customer, EnrolledFactors, GrantType, Password, Profile};

/// Where the tenant listens, when the file does not say.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8090);
/// The database in the folder of the data, when the file names none.
const DATABASE: &str = "tenant.sqlite";

pub(super) fn file(reading: &mut FileReader<'_>, table: &DeTable<'_>, folder: &Path) -> Option<ConfigFile> {
    let mut file = reading.section(String::new(), 0..0, table);
    let issuer = file.text("issuer", "\"http://localhost:8090/\"");
    let name = file.maybe_text("name");
    let listen = listen(&mut file);
    let data = folder.join(file.maybe_text("data").unwrap_or_else(|| "data".to_owned()));
    let database = database(&mut file, folder, &data);
    let authorization_details = file.flag("authorization_details").unwrap_or(true);
    let ask_before_log_out = file.flag("ask_before_log_out").unwrap_or(true);
    let clients = file.tables("clients", client);
    let apis = file.tables("apis", api);
    let customers = file.tables("customers", customer);
    let actions = file.tables("actions", |section| action(section, folder));
    let lifetimes = file.table("lifetimes").map(lifetimes).unwrap_or_default();
    let limits = file.table("limits").map(limits).unwrap_or_default();
    let log = log(&mut file);
    file.end();
    let config = Config {
        name,
        issuer: issuer?,
        keys: KeyStore::Folder(data),
        database: database?,
        clients,
        apis,
        authorization_details,
        ask_before_log_out,
        customers,
        actions,
        lifetimes,
        limits,
        log,
    };
    Some(ConfigFile { config, listen })
}

fn listen(file: &mut Section<'_, '_, '_>) -> SocketAddr {
    let Some(text) = file.maybe_text("listen") else { return LISTEN };
    text.parse().unwrap_or_else(|_| {
        let remedy = "it must be an IP address and a port, such as \"127.0.0.1:8090\"";
        file.wrong("listen", format!("`listen` is {text:?}"), remedy);
        LISTEN
    })
}

fn log(file: &mut Section<'_, '_, '_>) -> LogAccess {
    match file.maybe_text("log").as_deref() {
        None => LogAccess::default(),
        Some("off") => LogAccess::Off,
        Some("loopback") => LogAccess::Loopback,
        Some("anyone") => LogAccess::Anyone,
        Some(other) => {
            let remedy = "it must be \"loopback\" (whoever is on this machine), \"anyone\" or \"off\"";
            file.wrong("log", format!("`log` is {other:?}"), remedy);
            LogAccess::default()
        }
    }
}

fn database(file: &mut Section<'_, '_, '_>, folder: &Path, data: &Path) -> Option<Database> {
    // An address can have a password in it.
    let Some(text) = file.secret("database") else { return Some(Database::File(data.join(DATABASE))) };
    match text.parse() {
        Ok(Database::File(path)) => Some(Database::File(folder.join(path))),
        Ok(database) => Some(database),
        Err(error) => {
            let error: DatabaseError = error;
            file.wrong("database", "`database` names no database", error.to_string());
            None
        }
    }
}

fn client(mut section: Section<'_, '_, '_>) -> Option<Client> {
    let id = section.text("id", "\"my-app\"");
    let name = section.text("name", "\"My app\"");
    if !section.has("redirect_uris") {
        section.missing("redirect_uris", "[\"http://localhost:3000/callback\"]");
    }
    let redirect_uris = section.texts("redirect_uris").unwrap_or_default();
    let post_logout_redirect_uris = section.texts("post_logout_redirect_uris").unwrap_or_default();
    let web_origins = section.texts("web_origins");
    let grant_types = grant_types(&mut section);
    let metadata = section.json("metadata");
    section.end();
    Some(Client {
        id: id?,
        name: name?,
        redirect_uris,
        post_logout_redirect_uris,
        web_origins,
        grant_types,
        metadata,
    })
}

fn grant_types(section: &mut Section<'_, '_, '_>) -> Vec<GrantType> {
    let Some(names) = section.texts("grant_types") else { return GrantType::all() };
    let mut grant_types = Vec::new();
    for (n, name) in names.iter().enumerate() {
        match name.as_str() {
            "implicit" => grant_types.push(GrantType::Implicit),
            "authorization_code" => grant_types.push(GrantType::AuthorizationCode),
            _ => section.wrong(
                &format!("grant_types[{n}]"),
                format!("the grant type {name:?} is not known"),
                "it must be \"implicit\" or \"authorization_code\"",
            ),
        }
    }
    grant_types
}

fn api(mut section: Section<'_, '_, '_>) -> Option<Api> {
    let identifier = section.text("identifier", "\"https://my-api\"");
    let name = section.text("name", "\"My API\"");
    let scopes = section.tables("scopes", scope);
    let step_up_scopes = section.texts("step_up_scopes").unwrap_or_default();
    let token_lifetime = section.number("token_lifetime");
    if let Some(alg) = section.maybe_text("signing_alg").filter(|alg| alg != "RS256") {
        section.wrong(
            "signing_alg",
            format!("the signing algorithm {alg:?} is not supported"),
            "it must be \"RS256\", the only one so far: APIs check such tokens with the keys that the tenant publishes",
        );
    }
    section.end();
    Some(Api { identifier: identifier?, name: name?, scopes, step_up_scopes, token_lifetime })
}

fn scope(mut section: Section<'_, '_, '_>) -> Option<ApiScope> {
    let name = section.text("name", "\"read:things\"");
    let asks_to = section.text("asks_to", "\"read your things\"");
    section.end();
    Some(ApiScope { name: name?, asks_to: asks_to? })
}

fn customer(mut section: Section<'_, '_, '_>) -> Option<Customer> {
    let sub = section.text("sub", "\"auth0|1001\"");
    let email = section.text("email", "\"customer@example.com\"");
    let name = section.text("name", "\"Ada Example\"");
    let password = password(&mut section);
    let permissions = section.texts("permissions");
    let roles = section.texts("roles").unwrap_or_default();
    let app_metadata = section.json("app_metadata");
    let user_metadata = section.json("user_metadata");
    let factors = section.table("factors").map(factors).unwrap_or_default();
    let profile = section.table("profile").map(profile).unwrap_or_default();
    section.end();
    Some(Customer {
        sub: sub?,
        email: email?,
        name: name?,
        password: password?,
        permissions,
        roles,
        app_metadata,
        user_metadata,
        factors,
        profile,
    })
}

/// The password itself, `{ hash = "$argon2id$…" }`, or either of them out of the environment.
fn password(section: &mut Section<'_, '_, '_>) -> Option<Password> {
    if !section.has("password") {
        section.missing("password", "{ env = \"PASSWORD_OF_ADA\" }");
        return None;
    }
    if section.is_table_with("password", &["hash", "plain"]) {
        let mut table = section.table("password")?;
        let (hash, plain) = (table.secret("hash"), table.secret("plain"));
        if hash.is_some() && plain.is_some() {
            table.wrong("plain", "there is a hash and a plain password", "keep one of them");
        }
        table.end();
        return hash.map(Password::Hash).or(plain.map(Password::Plain));
    }
    // A hash is told by its beginning. Whoever has a password that begins like this says so with `plain`.
    let text = section.secret("password")?;
    Some(if text.starts_with("$argon2") { Password::Hash(text) } else { Password::Plain(text) })
}

fn factors(mut section: Section<'_, '_, '_>) -> EnrolledFactors {
    let totp_secret = section.secret("totp_secret");
    let recovery_codes = section.secret_texts("recovery_codes").unwrap_or_default();
    section.end();
    EnrolledFactors { totp_secret, recovery_codes }
}

fn profile(mut section: Section<'_, '_, '_>) -> Profile {
    let profile = Profile {
        nickname: section.maybe_text("nickname"),
        picture: section.maybe_text("picture"),
        given_name: section.maybe_text("given_name"),
        family_name: section.maybe_text("family_name"),
        username: section.maybe_text("username"),
        phone_number: section.maybe_text("phone_number"),
    };
    section.end();
    profile
}

fn action(mut section: Section<'_, '_, '_>, folder: &Path) -> Option<Action> {
    let name = section.text("name", "\"Step up\"");
    let code = section.maybe_text("code");
    if !section.has("file") && code.is_none() {
        section.missing("file", "\"actions/step-up.js\"");
    }
    let file = section.maybe_text("file").map(|file| folder.join(file));
    if file.is_some() && code.is_some() {
        section.wrong("code", "there is a file and the code itself", "keep one of them");
    }
    if let Some(file) = file.as_deref().filter(|file| !file.is_file()) {
        section.wrong(
            "file",
            format!("there is no file {}", file.display()),
            "the path begins at the folder of this file",
        );
    }
    let kind = section.maybe_text("kind").map_or(Some(ActionKind::PostLogin), |kind| match kind.as_str() {
        "post-login" => Some(ActionKind::PostLogin),
        "rule" => Some(ActionKind::Rule),
        _ => None,
    });
    if kind.is_none() {
        section.wrong(
            "kind",
            "this kind of script is not known",
            "it must be \"post-login\" (an Action) or \"rule\"",
        );
    }
    let secrets = section.table("secrets").map(Section::secrets).unwrap_or_default();
    section.end();
    Some(Action { name: name?, kind: kind?, file, code, secrets })
}

fn lifetimes(mut section: Section<'_, '_, '_>) -> Lifetimes {
    let usual = Lifetimes::default();
    let lifetimes = Lifetimes {
        access_token: section.number("access_token").unwrap_or(usual.access_token),
        id_token: section.number("id_token").unwrap_or(usual.id_token),
        code: section.number("code").unwrap_or(usual.code),
        session: section.number("session").unwrap_or(usual.session),
        log_in: section.number("log_in").unwrap_or(usual.log_in),
        push: section.number("push").unwrap_or(usual.push),
        phone: section.number("phone").unwrap_or(usual.phone),
    };
    section.end();
    lifetimes
}

fn limits(mut section: Section<'_, '_, '_>) -> Limits {
    let usual = Limits::default();
    let mut count = |name, usual| {
        section.number(name).map_or(usual, |number| usize::try_from(number).unwrap_or(usize::MAX))
    };
    let wrong_passwords = count("wrong_passwords", usual.wrong_passwords);
    let wrong_passwords_of_peer = count("wrong_passwords_of_peer", usual.wrong_passwords_of_peer);
    let unapproved_pushes = count("unapproved_pushes", usual.unapproved_pushes);
    let wrong_codes = count("wrong_codes", usual.wrong_codes);
    let password_window = section.number("password_window").unwrap_or(usual.password_window);
    let push_window = section.number("push_window").unwrap_or(usual.push_window);
    let push_lock = section.number("push_lock").unwrap_or(usual.push_lock);
    section.end();
    Limits {
        wrong_passwords,
        wrong_passwords_of_peer,
        password_window,
        unapproved_pushes,
        push_window,
        push_lock,
        wrong_codes,
    }
}
