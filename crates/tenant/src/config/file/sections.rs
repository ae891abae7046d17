//! What may stand in the file, table by table. What is wrong is noted, and something else taken in its place: where anything
//! is wrong, nothing of the file counts.

use std::net::SocketAddr;
use std::path::Path;

use database_setup::{Database, DatabaseError};
use toml::de::DeTable;

use super::ConfigFile;
use super::reader::{FileReader, Section};
use crate::config::action::{Action, ActionKind};
use crate::config::settings::{
    Config, ControlToken, KeyStore, Lifetimes, Limits, LogAccess, ScriptSettings, WebPushSettings,
};
use crate::domain::{
    Api, ApiScope, Brand, Client, Customer, EnrolledFactors, GrantType, Password, Profile, RefreshTokenPolicy,
};

/// Where the tenant listens, when the file does not say.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8090);
/// The database in the folder of the data, when the file names none.
const DATABASE: &str = "tenant.sqlite";

pub(super) fn file(reading: &mut FileReader<'_>, table: &DeTable<'_>, folder: &Path) -> ConfigFile {
    let mut file = reading.section(String::new(), 0..0, table);
    let issuer = file.text("issuer", "\"http://localhost:8090/\"");
    let name = file.maybe_text("name");
    let listen = listen(&mut file);
    let data = folder.join(file.maybe_text("data").unwrap_or_else(|| "data".to_owned()));
    let config = Config {
        issuer,
        name,
        brand: file.table("brand", |section| brand(section, folder)),
        database: database(&mut file, folder, &data),
        keys: KeyStore::Folder(data),
        authorization_details: file.flag("authorization_details").unwrap_or(true),
        ask_before_log_out: file.flag("ask_before_log_out").unwrap_or(true),
        clients: file.tables("clients", client),
        apis: file.tables("apis", api),
        customers: file.tables("customers", customer),
        actions: file.tables("actions", |section| action(section, folder)),
        scripts: file.table("scripts", |section| scripts(section, folder)),
        lifetimes: file.table("lifetimes", lifetimes),
        limits: file.table("limits", limits),
        log: log(&mut file),
        web_push: file.table("web_push", |section| WebPushSettings {
            contact: section.maybe_text("contact"),
            services: section.texts("services").unwrap_or_default(),
        }),
        control: control(&mut file),
    };
    file.end();
    ConfigFile { config, listen }
}

fn brand(section: &mut Section<'_, '_, '_>, folder: &Path) -> Brand {
    let usual = Brand::default();
    Brand {
        name: section.maybe_text("name").unwrap_or(usual.name),
        logo: section.maybe_text("logo").map(|file| folder.join(file)),
        accent: section.maybe_text("accent"),
        contact: section.maybe_text("contact"),
        terms: section.maybe_text("terms"),
        privacy: section.maybe_text("privacy"),
    }
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
    let known = [("off", LogAccess::Off), ("loopback", LogAccess::Loopback), ("anyone", LogAccess::Anyone)];
    let remedy = "it must be \"loopback\" (only this machine), \"anyone\" or \"off\"";
    file.choice("log", known, remedy)
}

/// Nothing, unless the table is there.
fn control(file: &mut Section<'_, '_, '_>) -> Option<ControlToken> {
    if !file.has("control") {
        return None;
    }
    file.table("control", |control| {
        if !control.has("token") {
            control.missing("token", "{ env = \"RISER_CONTROL_TOKEN\" }");
        }
        control.secret("token").map(ControlToken)
    })
}

fn database(file: &mut Section<'_, '_, '_>, folder: &Path, data: &Path) -> Database {
    // An address can have a password in it.
    let Some(text) = file.secret("database") else { return Database::File(data.join(DATABASE)) };
    match text.parse() {
        Ok(Database::File(path)) => Database::File(folder.join(path)),
        Ok(database) => database,
        Err(error) => {
            let error: DatabaseError = error;
            file.wrong("database", "`database` names no database", error.to_string());
            Database::Memory
        }
    }
}

fn client(section: &mut Section<'_, '_, '_>) -> Client {
    let (id, name) = (section.text("id", "\"my-app\""), section.text("name", "\"My app\""));
    if !section.has("redirect_uris") {
        section.missing("redirect_uris", "[\"http://localhost:3000/callback\"]");
    }
    Client {
        id,
        name,
        redirect_uris: section.texts("redirect_uris").unwrap_or_default(),
        post_logout_redirect_uris: section.texts("post_logout_redirect_uris").unwrap_or_default(),
        web_origins: section.texts("web_origins"),
        grant_types: grant_types(section),
        refresh_token: section.table("refresh_token", refresh_token),
        metadata: section.json("metadata"),
    }
}

fn grant_types(section: &mut Section<'_, '_, '_>) -> Vec<GrantType> {
    let Some(names) = section.texts("grant_types") else { return GrantType::interactive() };
    let mut grant_types = Vec::new();
    for (n, name) in names.iter().enumerate() {
        match name.as_str() {
            "implicit" => grant_types.push(GrantType::Implicit),
            "authorization_code" => grant_types.push(GrantType::AuthorizationCode),
            "refresh_token" => grant_types.push(GrantType::RefreshToken),
            _ => section.wrong(
                &format!("grant_types[{n}]"),
                format!("the grant type {name:?} is not known"),
                "it must be \"implicit\", \"authorization_code\" or \"refresh_token\"",
            ),
        }
    }
    grant_types
}

fn refresh_token(section: &mut Section<'_, '_, '_>) -> RefreshTokenPolicy {
    let usual = RefreshTokenPolicy::default();
    RefreshTokenPolicy {
        rotation: section.flag("rotation").unwrap_or(usual.rotation),
        leeway: section.number("leeway").unwrap_or(usual.leeway),
        lifetime: section.number("lifetime").unwrap_or(usual.lifetime),
        idle_lifetime: section.number("idle_lifetime").unwrap_or(usual.idle_lifetime),
    }
}

fn api(section: &mut Section<'_, '_, '_>) -> Api {
    let api = Api {
        identifier: section.text("identifier", "\"https://my-api\""),
        name: section.text("name", "\"My API\""),
        scopes: section.tables("scopes", |scope| ApiScope {
            name: scope.text("name", "\"read:things\""),
            asks_to: scope.text("asks_to", "\"read your things\""),
            asks_to_in: scope.texts_by_name("asks_to_in"),
        }),
        step_up_scopes: section.texts("step_up_scopes").unwrap_or_default(),
        token_lifetime: section.number("token_lifetime"),
        allow_offline_access: section.flag("allow_offline_access").unwrap_or_default(),
    };
    if let Some(alg) = section.maybe_text("signing_alg").filter(|alg| alg != "RS256") {
        section.wrong(
            "signing_alg",
            format!("the signing algorithm {alg:?} is not supported"),
            "it must be \"RS256\", the only one so far: APIs check such tokens with the keys that the tenant publishes",
        );
    }
    api
}

fn customer(section: &mut Section<'_, '_, '_>) -> Customer {
    Customer {
        sub: section.text("sub", "\"auth0|1001\""),
        email: section.text("email", "\"customer@example.com\""),
        name: section.text("name", "\"Ada Example\""),
        password: password(section).unwrap_or_else(|| Password::Plain(String::new())),
        permissions: section.texts("permissions"),
        roles: section.texts("roles").unwrap_or_default(),
        app_metadata: section.json("app_metadata"),
        user_metadata: section.json("user_metadata"),
        factors: section.table("factors", |factors| EnrolledFactors {
            totp_secret: factors.secret("totp_secret"),
            recovery_codes: factors.secret_texts("recovery_codes").unwrap_or_default(),
        }),
        profile: section.table("profile", |profile| Profile {
            nickname: profile.maybe_text("nickname"),
            picture: profile.maybe_text("picture"),
            given_name: profile.maybe_text("given_name"),
            family_name: profile.maybe_text("family_name"),
            username: profile.maybe_text("username"),
            phone_number: profile.maybe_text("phone_number"),
        }),
    }
}

/// The password itself, `{ hash = "$argon2id$…" }`, or either of them out of the environment.
fn password(section: &mut Section<'_, '_, '_>) -> Option<Password> {
    if !section.has("password") {
        section.missing("password", "{ env = \"PASSWORD_OF_ADA\" }");
        return None;
    }
    if section.is_table_with("password", &["hash", "plain"]) {
        return section.table("password", |table| {
            let (hash, plain) = (table.secret("hash"), table.secret("plain"));
            if hash.is_some() && plain.is_some() {
                table.wrong("plain", "there is a hash and a plain password", "keep one of them");
            }
            hash.map(Password::Hash).or(plain.map(Password::Plain))
        });
    }
    // A hash is told by its beginning. Whoever has a password that begins like this says so with `plain`.
    let text = section.secret("password")?;
    Some(if text.starts_with("$argon2") { Password::Hash(text) } else { Password::Plain(text) })
}

fn action(section: &mut Section<'_, '_, '_>, folder: &Path) -> Action {
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
        let what = format!("there is no file {}", file.display());
        section.wrong("file", what, "the path begins at the folder of this file");
    }
    let kinds = [("post-login", ActionKind::PostLogin), ("rule", ActionKind::Rule)];
    let kind = section.choice("kind", kinds, "it must be \"post-login\" (an Action) or \"rule\"");
    Action { name, kind, file, code, secrets: section.secrets("secrets") }
}

fn scripts(section: &mut Section<'_, '_, '_>, folder: &Path) -> ScriptSettings {
    let packages = section.maybe_text("packages").map(|path| folder.join(path));
    if let Some(packages) = packages.as_deref().filter(|packages| !packages.is_dir()) {
        let what = format!("there is no folder {}", packages.display());
        section.wrong(
            "packages",
            what,
            "the path begins at the folder of this file; `npm install` makes a node_modules",
        );
    }
    ScriptSettings {
        packages,
        allowed_hosts: section.texts("allowed_hosts").unwrap_or_default(),
        private_hosts: section.texts("private_hosts").unwrap_or_default(),
        seconds: section.number("seconds"),
        geoip: section.json("geoip"),
        organization: section.json("organization"),
        risk_assessment: section.json("risk_assessment"),
    }
}

fn lifetimes(section: &mut Section<'_, '_, '_>) -> Lifetimes {
    let usual = Lifetimes::default();
    Lifetimes {
        access_token: section.number("access_token").unwrap_or(usual.access_token),
        id_token: section.number("id_token").unwrap_or(usual.id_token),
        code: section.number("code").unwrap_or(usual.code),
        session: section.number("session").unwrap_or(usual.session),
        log_in: section.number("log_in").unwrap_or(usual.log_in),
        push: section.number("push").unwrap_or(usual.push),
        phone: section.number("phone").unwrap_or(usual.phone),
    }
}

fn limits(section: &mut Section<'_, '_, '_>) -> Limits {
    let usual = Limits::default();
    Limits {
        wrong_passwords: section.number("wrong_passwords").unwrap_or(usual.wrong_passwords),
        wrong_passwords_of_peer: section
            .number("wrong_passwords_of_peer")
            .unwrap_or(usual.wrong_passwords_of_peer),
        unapproved_pushes: section.number("unapproved_pushes").unwrap_or(usual.unapproved_pushes),
        wrong_codes: section.number("wrong_codes").unwrap_or(usual.wrong_codes),
        password_window: section.number("password_window").unwrap_or(usual.password_window),
        push_window: section.number("push_window").unwrap_or(usual.push_window),
        push_lock: section.number("push_lock").unwrap_or(usual.push_lock),
    }
}
