//! Actions in the order of their trigger, and Rules.

use std::fmt::Write as _;

use super::document::Value;
use super::error::ImportError;
use super::fields::Fields;
use super::place::Place;
use super::report::Report;
use super::source::Source;
use super::toml;

/// What a secret is until somebody writes it down: an export has none.
const SECRET: &str = "set me";

#[derive(Debug)]
pub(super) struct Script {
    place: Place,
    name: String,
    is_rule: bool,
    file: String,
    pub(super) code: String,
    /// Names and values.
    secrets: Vec<(String, String)>,
}

impl Script {
    /// Where it is written to.
    pub(super) fn path(&self) -> String {
        format!("{}/{}.js", if self.is_rule { "rules" } else { "actions" }, self.file)
    }

    pub(super) fn to_toml(&self, in_file: bool) -> String {
        let mut written = format!("\n[[actions]]\nname = {}\n", toml::text(&self.name));
        if self.is_rule {
            written += "kind = \"rule\"\n";
        }
        let (key, value) = if in_file { ("file", self.path()) } else { ("code", self.code.clone()) };
        // Writing to a text does not fail.
        let _ = writeln!(written, "{key} = {}", toml::text(&value));
        if !self.secrets.is_empty() {
            let all = self
                .secrets
                .iter()
                .map(|(name, value)| format!("{} = {}", toml::text(name), toml::text(value)));
            let _ = writeln!(
                written,
                "# Or out of the environment: {{ NAME = {{ env = \"NAME\" }} }}\nsecrets = {{ {} }}",
                all.collect::<Vec<_>>().join(", ")
            );
        }
        written
    }
}

pub(super) fn read(
    root: &mut Fields<'_>,
    source: &Source<'_>,
    report: &mut Report,
) -> Result<Vec<Script>, ImportError> {
    let mut files = Vec::new();
    let mut scripts = rules(root, source, report, &mut files)?;
    let mut actions = actions(root, source, report, &mut files)?;
    let Some(bound) = bound(root, report)? else {
        scripts.extend(actions);
        return Ok(scripts);
    };
    for name in bound {
        if let Some(at) = actions.iter().position(|action| action.name == name) {
            scripts.push(actions.remove(at));
        } else {
            let place = root.place();
            report.add(
                place,
                "triggers.post-login",
                format!("there is no Action {name:?}, or it is not one of this trigger"),
            );
        }
    }
    for left in actions {
        report.add(&left.place, format!("action {:?}", left.name), "no trigger runs it, so it is left out");
    }
    Ok(scripts)
}

/// The names of the Actions that run after a log-in, in order; `None` when the export does not say.
fn bound<'n>(root: &mut Fields<'n>, report: &mut Report) -> Result<Option<Vec<&'n str>>, ImportError> {
    if !root.has("triggers") {
        return Ok(None);
    }
    let Some(node) = root.find("triggers") else { return Ok(Some(Vec::new())) };
    let mut triggers = Fields::of(node, "triggers".to_owned())?;
    let mut names = Vec::new();
    for mut binding in triggers.tables("post-login")? {
        names.push(binding.required("action_name")?);
    }
    if let Value::Map(others) = &node.value {
        for (name, list) in others.iter().filter(|(name, list)| name != "post-login" && !list.is_empty()) {
            report.add(&list.place, format!("triggers.{name}"), "only Actions of post-login run here");
        }
    }
    Ok(Some(names))
}

fn actions(
    root: &mut Fields<'_>,
    source: &Source<'_>,
    report: &mut Report,
    files: &mut Vec<String>,
) -> Result<Vec<Script>, ImportError> {
    let mut actions = Vec::new();
    for mut action in root.tables("actions")? {
        let (place, name) = (action.place(), action.required("name")?);
        let triggers =
            action.tables("supported_triggers")?.into_iter().map(|mut trigger| trigger.required("id"));
        let triggers = triggers.collect::<Result<Vec<_>, _>>()?;
        if !triggers.is_empty() && !triggers.contains(&"post-login") {
            let why = format!("it is for {}; only Actions of post-login run here", triggers.join(", "));
            report.add(place, action.path("supported_triggers"), why);
            continue;
        }
        if action.flag("deployed")? == Some(false) {
            report.add(place, action.path("deployed"), "it was not deployed; it runs here");
        }
        let code = source.script(action.required("code")?, &format!("actions/{name}/code.js"))?;
        for mut dependency in action.tables("dependencies")? {
            let package = dependency.required("name")?;
            let version =
                dependency.text("version")?.map(|version| format!("@{version}")).unwrap_or_default();
            let why = format!(
                "it requires {package}{version}: install that, and name its folder under [scripts] as packages"
            );
            report.add(dependency.place(), action.path("dependencies"), why);
        }
        let mut secrets = Vec::new();
        for mut secret in action.tables("secrets")? {
            let name = secret.required("name")?;
            report.add(
                secret.place(),
                action.path("secrets"),
                format!("{name} has no value in an export; it is {SECRET:?} until you set it"),
            );
            secrets.push((name.to_owned(), SECRET.to_owned()));
        }
        action.ignore(&[
            "status",
            "runtime",
            "all_changes_deployed",
            "id",
            "installed_integration_id",
            "current_version",
        ]);
        action.leave_out("modules", report, "Action modules are not supported");
        action.end(report);
        let file = toml::unique(&toml::slug(name), files);
        actions.push(Script {
            place: place.clone(),
            name: name.to_owned(),
            is_rule: false,
            file,
            code,
            secrets,
        });
    }
    Ok(actions)
}

fn rules(
    root: &mut Fields<'_>,
    source: &Source<'_>,
    report: &mut Report,
    files: &mut Vec<String>,
) -> Result<Vec<Script>, ImportError> {
    let mut settings = Vec::new();
    for mut setting in root.tables("rulesConfigs")? {
        let key = setting.required("key")?.to_owned();
        let value = setting.text("value")?.unwrap_or(SECRET);
        if value == SECRET {
            report.add(
                setting.place(),
                setting.path(&key),
                format!("it has no value in an export; it is {SECRET:?} until you set it"),
            );
        }
        settings.push((key, value.to_owned()));
    }
    let mut rules = Vec::new();
    for mut rule in root.tables("rules")? {
        let (place, name) = (rule.place(), rule.required("name")?);
        let order = rule.number("order")?.map_or(i64::MAX, |(order, _)| order);
        let is_enabled = rule.flag("enabled")?.unwrap_or(true);
        let stage = rule.text("stage")?.unwrap_or("login_success");
        let usual = format!("rules/{name}.js");
        let script = rule.text("script")?.unwrap_or(&usual);
        rule.ignore(&["id"]);
        if !is_enabled || stage != "login_success" {
            let why = if is_enabled {
                "only Rules of login_success run here"
            } else {
                "it is switched off, so it is left out"
            };
            report.add(place, format!("rule {name:?}"), why);
            continue;
        }
        let code = source.script(script, &usual)?;
        rule.end(report);
        let file = toml::unique(&toml::slug(name), files);
        rules.push((
            order,
            Script {
                place: place.clone(),
                name: name.to_owned(),
                is_rule: true,
                file,
                code,
                secrets: settings.clone(),
            },
        ));
    }
    rules.sort_by_key(|(order, _)| *order);
    Ok(rules.into_iter().map(|(_, rule)| rule).collect())
}
