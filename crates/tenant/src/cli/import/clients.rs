//! `clients`: the applications.

use std::fmt::Write as _;

use super::error::ImportError;
use super::fields::Fields;
use super::report::Report;
use super::{placeholders, toml};
use crate::domain::{app_scheme_of, origin_of, web_origin_of};

/// Settings that change nothing for an application here.
const WITHOUT_EFFECT: [&str; 17] = [
    "app_type",
    "cross_origin_auth",
    "cross_origin_authentication",
    "custom_login_page_on",
    "description",
    "global",
    "is_first_party",
    "is_token_endpoint_ip_header_trusted",
    "jwt_configuration",
    "logo_uri",
    "native_social_login",
    "oidc_conformant",
    "require_proof_of_possession",
    "sso",
    "sso_disabled",
    "tenant",
    "token_endpoint_auth_method",
];

pub(super) fn read(root: &mut Fields<'_>, report: &mut Report) -> Result<String, ImportError> {
    let (mut written, mut ids) = (String::new(), Vec::new());
    for mut client in root.tables("clients")? {
        let (place, name) = (client.place(), client.required("name")?);
        let redirect_uris = addresses(&mut client, "callbacks", report)?;
        let log_outs = addresses(&mut client, "allowed_logout_urls", report)?;
        let mut origins = origins(&mut client, "web_origins", report)?;
        for origin in self::origins(&mut client, "allowed_origins", report)? {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        let grant_types = grant_types(&mut client, report)?;
        jwt(&mut client, report)?;
        if redirect_uris.is_empty() || grant_types.is_empty() {
            let why = if grant_types.is_empty() {
                "it has neither authorization_code nor implicit, so that nobody logs in with it"
            } else {
                "it has no callback that can be taken over, so that nobody logs in with it"
            };
            report.add(place, format!("{} ({name})", client.path("").trim_end_matches('.')), why);
            continue;
        }
        let id = if let Some(id) = client.text("client_id")? {
            id.to_owned()
        } else {
            let id = toml::slug(name);
            let why = format!(
                "the export has none (--export_ids adds it); it is {id:?} here, and has to be what {name} sends"
            );
            report.add(place, client.path("client_id"), why);
            id
        };
        let id = toml::unique(&id, &mut ids);
        // Writing to a text does not fail.
        let _ = write!(
            written,
            "\n[[clients]]\nid = {}\nname = {}\nredirect_uris = {}\npost_logout_redirect_uris = {}\n",
            toml::text(&id),
            toml::text(name),
            toml::texts(redirect_uris),
            toml::texts(log_outs)
        );
        if !origins.is_empty() {
            let _ = writeln!(written, "web_origins = {}", toml::texts(origins.iter().map(String::as_str)));
        }
        let _ = writeln!(written, "grant_types = {}", toml::texts(grant_types));
        if let Some(metadata) = client.find("client_metadata").and_then(toml::value) {
            let _ = writeln!(written, "metadata = {metadata}");
        }
        client.ignore(&WITHOUT_EFFECT);
        client.leave_out(
            "client_secret",
            report,
            "clients here have no secret: they are applications in a browser or on a phone",
        );
        client.leave_out("refresh_token", report, "there are no refresh tokens");
        client.end(report);
    }
    Ok(written)
}

/// Those that can be compared character by character.
fn addresses<'n>(
    client: &mut Fields<'n>,
    name: &'static str,
    report: &mut Report,
) -> Result<Vec<&'n str>, ImportError> {
    let mut taken = Vec::new();
    for (uri, place, path) in client.texts(name)? {
        let is_address = !uri.contains('#') && (origin_of(uri).is_some() || app_scheme_of(uri).is_some());
        if let Some(why) = why_not(uri, is_address, "it is no address of a page or of an app") {
            report.add(place, path, why);
        } else if !taken.contains(&uri) {
            taken.push(uri);
        }
    }
    Ok(taken)
}

fn origins(
    client: &mut Fields<'_>,
    name: &'static str,
    report: &mut Report,
) -> Result<Vec<String>, ImportError> {
    let mut taken = Vec::new();
    for (uri, place, path) in client.texts(name)? {
        let origin = web_origin_of(uri);
        match (why_not(uri, origin.is_some(), "it is no origin with http or https"), origin) {
            (None, Some(origin)) if !taken.contains(&origin) => taken.push(origin),
            (Some(why), _) => report.add(place, path, why),
            _ => {}
        }
    }
    Ok(taken)
}

/// Why an address is left out.
fn why_not(uri: &str, is_good: bool, otherwise: &str) -> Option<String> {
    if let Some(name) = placeholders::name_in(uri) {
        Some(format!("{uri:?} is not complete; run this again with --replace {name}=VALUE"))
    } else if uri.contains('*') {
        Some(format!(
            "{uri:?} has a wildcard; addresses are compared character by character, so write out those that are used"
        ))
    } else {
        (!is_good).then(|| format!("{uri:?}: {otherwise}"))
    }
}

/// Without a list an application has both, as at Auth0.
fn grant_types<'n>(client: &mut Fields<'n>, report: &mut Report) -> Result<Vec<&'n str>, ImportError> {
    let listed = client.texts("grant_types")?;
    if listed.is_empty() {
        return Ok(vec!["authorization_code", "implicit"]);
    }
    let mut taken = Vec::new();
    for (grant_type, place, path) in listed {
        if matches!(grant_type, "authorization_code" | "implicit") {
            taken.push(grant_type);
        } else {
            report.add(place, path, format!("the grant type {grant_type:?} is not supported"));
        }
    }
    Ok(taken)
}

fn jwt(client: &mut Fields<'_>, report: &mut Report) -> Result<(), ImportError> {
    let Some(mut jwt) = client.table("jwt_configuration")? else { return Ok(()) };
    if let Some(alg) = jwt.text("alg")?.filter(|alg| *alg != "RS256") {
        report.add(jwt.place(), jwt.path("alg"), format!("ID tokens are signed with RS256, not with {alg}"));
    }
    if let Some((seconds, place)) =
        jwt.number("lifetime_in_seconds")?.filter(|(seconds, _)| *seconds != USUAL_ID_TOKEN)
    {
        let why = format!(
            "ID tokens of all clients live equally long; {seconds} can stand under [lifetimes] as id_token"
        );
        report.add(place, jwt.path("lifetime_in_seconds"), why);
    }
    jwt.ignore(&["secret_encoded"]);
    jwt.end(report);
    Ok(())
}

/// Auth0's and the tenant's own, in seconds.
const USUAL_ID_TOKEN: i64 = 36_000;
