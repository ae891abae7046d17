//! What belongs to the tenant as a whole, and what there is nothing of here.

use std::fmt::Write as _;

use super::document::Value;
use super::error::ImportError;
use super::fields::Fields;
use super::report::Report;
use super::toml;
use crate::domain::{Color, NEEDED_CONTRAST};

const HOUR: i64 = 3_600;
/// Of everything that is timed; as the tenant's own check has it.
const MAX_HOURS: i64 = 100 * 365 * 24;

/// The beginning of the file, with a customer: an export has none.
pub(super) fn read(root: &mut Fields<'_>, report: &mut Report) -> Result<String, ImportError> {
    let mut written = String::from(
        "# Made by `tenant import`. `tenant init` writes a file in which everything is explained.\n\
         issuer = \"http://localhost:8090/\"\n",
    );
    let (mut brand, mut lifetimes) = (String::new(), String::new());
    if let Some(mut tenant) = root.table("tenant")? {
        // Writing to a text does not fail.
        if let Some(name) = tenant.text("friendly_name")? {
            let _ = writeln!(written, "name = {}", toml::text(name));
            let _ = writeln!(brand, "name = {}", toml::text(name));
        }
        if let Some(contact) = tenant.text("support_email")?.filter(|contact| contact.contains('@')) {
            let _ = writeln!(brand, "contact = {}", toml::text(contact));
        }
        if let Some((hours, place)) = tenant.number("session_lifetime")? {
            if (1..=MAX_HOURS).contains(&hours) {
                let _ = writeln!(lifetimes, "session = {}", hours * HOUR);
            } else {
                report.add(place, "tenant.session_lifetime", format!("{hours} hours cannot be a lifetime"));
            }
        }
        tenant.ignore(&[
            "enabled_locales",
            "flags",
            "sandbox_version",
            "sandbox_versions_available",
            "session_cookie",
        ]);
        tenant.leave_out(
            "picture_url",
            report,
            "put the picture beside the file, and name it in [brand] as logo",
        );
        tenant.end(report);
    }
    if let Some(mut branding) = root.table("branding")? {
        if let Some(mut colors) = branding.table("colors")? {
            if let Some(primary) = colors.text("primary")? {
                match Color::parse(primary) {
                    Some(color) if color.contrast_on_page() >= NEEDED_CONTRAST => {
                        let _ = writeln!(brand, "accent = {}", toml::text(primary));
                    }
                    _ => report.add(
                        colors.place(),
                        "branding.colors.primary",
                        format!("{primary:?} is no colour that can be read on a page"),
                    ),
                }
            }
            colors.end(report);
        }
        branding.end(report);
    }
    if !brand.is_empty() {
        let _ = write!(written, "\n[brand]\n{brand}");
    }
    if !lifetimes.is_empty() {
        let _ = write!(written, "\n[lifetimes]\n{lifetimes}");
    }
    written += "\n# An export has no users. This one is made up.\n[[customers]]\nsub = \"auth0|1001\"\nemail = \"customer@example.com\"\n\
                name = \"Ada Example\"\npassword = \"correct horse battery\"\n";
    if let Some(roles) = roles(root)? {
        let _ = writeln!(written, "# The roles of the export: {roles}\nroles = []");
    }
    Ok(written)
}

/// Their names, for customers.
fn roles(root: &mut Fields<'_>) -> Result<Option<String>, ImportError> {
    let mut names = Vec::new();
    for mut role in root.tables("roles")? {
        names.push(toml::text(role.required("name")?));
    }
    Ok((!names.is_empty()).then(|| names.join(", ")))
}

/// Factors, connections, and whatever else an application does not need to log in.
pub(super) fn others(root: &mut Fields<'_>, report: &mut Report) -> Result<(), ImportError> {
    for name in ["connections", "databases"] {
        for mut connection in root.tables(name)? {
            let called = connection.required("name")?;
            let strategy = connection.text("strategy")?.unwrap_or("auth0");
            let why = format!(
                "{called:?} ({strategy}): there is one connection here, whose customers are in tenant.toml"
            );
            report.add(connection.place(), connection.path("name"), why);
        }
    }
    for mut factor in root.tables("guardianFactors")? {
        let (place, name) = (factor.place(), factor.required("name")?);
        let is_enabled = factor.flag("enabled")?.unwrap_or(false);
        if is_enabled && !matches!(name, "push-notification" | "otp" | "recovery-code") {
            report.add(place, factor.path("name"), format!("the factor {name:?} is not supported"));
        }
    }
    if let Some(node) = root.find("guardianPolicies") {
        let mut policies = Fields::of(node, "guardianPolicies".to_owned())?;
        for (policy, place, path) in policies.texts("policies")? {
            let why = match policy {
                "all-applications" => {
                    "a second factor is asked for where an Action or step_up_scopes want one, not at each log-in"
                }
                _ => "there is no adaptive MFA",
            };
            report.add(place, path, why);
        }
        policies.end(report);
    }
    if let Some(roles) = root.find("roles")
        && let Value::List(roles) = &roles.value
    {
        for role in roles.iter().filter(|role| role.get("permissions").is_some_and(|it| !it.is_empty())) {
            report.add(
                &role.place,
                "roles",
                "a role is a name here; `permissions` of a customer limits what they are granted",
            );
        }
    }
    Ok(())
}
