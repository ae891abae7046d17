//! `resourceServers`: the APIs.

use std::fmt::Write as _;

use super::error::ImportError;
use super::fields::Fields;
use super::report::Report;
use super::{placeholders, toml};
use crate::domain::OIDC_SCOPES;

pub(super) fn read(root: &mut Fields<'_>, report: &mut Report) -> Result<String, ImportError> {
    let mut written = String::new();
    for mut api in root.tables("resourceServers")? {
        let identifier = api.required("identifier")?;
        let place = api.place();
        let is_system = api.flag("is_system")?.unwrap_or(false) || identifier.ends_with("/api/v2/");
        if is_system {
            report.add(
                place,
                api.path("identifier"),
                format!("{identifier:?} is Auth0's own API, which is not here"),
            );
            continue;
        }
        let name = api.text("name")?.unwrap_or(identifier);
        if let Some(placeholder) = placeholders::name_in(identifier) {
            let why = format!("{identifier:?} is taken as it is; --replace {placeholder}=VALUE fills it in");
            report.add(place, api.path("identifier"), why);
        }
        // Writing to a text does not fail.
        let _ = write!(
            written,
            "\n[[apis]]\nidentifier = {}\nname = {}\nscopes = [\n{}]\n",
            toml::text(identifier),
            toml::text(name),
            scopes(&mut api, report)?
        );
        if let Some((seconds, _)) = api.number("token_lifetime")?.filter(|(seconds, _)| *seconds > 0) {
            let _ = writeln!(written, "token_lifetime = {seconds}");
        }
        let _ = writeln!(
            written,
            "# Actions decide when a second factor is asked for. Scopes here take one whatever they decide:\n# step_up_scopes = []"
        );
        if let Some(alg) = api.text("signing_alg")?.filter(|alg| *alg != "RS256") {
            report.add(
                place,
                api.path("signing_alg"),
                format!("access tokens are signed with RS256, not with {alg}"),
            );
        }
        if let Some(dialect) = api.text("token_dialect")?.filter(|dialect| *dialect != "access_token") {
            report.add(place, api.path("token_dialect"), format!("access tokens are as without {dialect:?}"));
        }
        if api.flag("enforce_policies")? == Some(true) {
            let why =
                "scopes are granted to who asks for them, unless `permissions` of a customer names others";
            report.add(place, api.path("enforce_policies"), why);
        }
        if api.flag("allow_offline_access")? == Some(true) {
            report.add(place, api.path("allow_offline_access"), "there are no refresh tokens");
        }
        api.leave_out(
            "token_lifetime_for_web",
            report,
            "tokens of all flows live as long as token_lifetime says",
        );
        api.ignore(&["skip_consent_for_verifiable_first_party_clients", "id", "subject_type_authorization"]);
        api.end(report);
    }
    Ok(written)
}

fn scopes(api: &mut Fields<'_>, report: &mut Report) -> Result<String, ImportError> {
    let (mut written, mut names) = (String::new(), Vec::new());
    for mut scope in api.tables("scopes")? {
        let name = scope.required("value")?;
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if OIDC_SCOPES.contains(&name) || !name.bytes().all(printable) || names.contains(&name) {
            report.add(
                scope.place(),
                scope.path("value"),
                format!("an API cannot have the scope {name:?}, or has it already"),
            );
            continue;
        }
        names.push(name);
        let asks_to = scope.text("description")?.unwrap_or(name);
        let _ = writeln!(written, "  {{ name = {}, asks_to = {} }},", toml::text(name), toml::text(asks_to));
        scope.end(report);
    }
    Ok(written)
}
