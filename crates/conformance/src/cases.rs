//! The misbehaviours: which fault of the tenant each is, what the specifications say about it, and what follows from it.

mod log_in;
mod step_up;

use serde::Serialize;

/// One misbehaviour.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// That of the OpenID Foundation's test for relying parties, where there is one.
    pub name: &'static str,
    /// As the tenant's control API knows it.
    pub fault: &'static str,
    pub phase: Phase,
    pub rule: Rule,
    pub specification: &'static str,
    /// What an attacker has from a client that accepts it.
    pub gain: &'static str,
    /// What the client has to do.
    pub remedy: &'static str,
}

/// When the tenant misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    LogIn,
    StepUp,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::LogIn => "log-in",
            Self::StepUp => "step-up",
        }
    }
}

/// What the specifications want of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// It refuses.
    Refuse,
    /// It refuses a token that came through the browser. One from the token endpoint came over TLS from the provider itself.
    RefuseFromBrowser,
    /// It refuses, unless it has a code and sent no `nonce` for it.
    RefuseWithNonce,
    /// It refuses, unless it has a code and sent no `state` for it.
    RefuseWithState,
    /// It may accept, for this reason.
    MayAccept(&'static str),
    /// There is nothing wrong.
    Accept,
}

/// How a client asks, as the requests of its first log-in tell.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RequestStyle {
    pub flow: Flow,
    pub sends_nonce: bool,
    pub sends_state: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    Code,
    Implicit,
}

impl Rule {
    /// Why a client that asks in this way may accept; `None` where it must not.
    pub(crate) fn permission(self, style: RequestStyle) -> Option<&'static str> {
        let is_code = style.flow == Flow::Code;
        match self {
            Self::Refuse => None,
            Self::RefuseFromBrowser => is_code.then_some(
                "In the code flow TLS to the token endpoint may take the place of this check (OpenID Connect Core 3.1.3.7, 6).",
            ),
            Self::RefuseWithNonce => (is_code && !style.sends_nonce).then_some(
                "The request has no nonce, which the code flow leaves to the client; PKCE binds the code to the browser.",
            ),
            Self::RefuseWithState => (is_code && !style.sends_state)
                .then_some("The request has no state; PKCE takes its place (RFC 9700, 4.7.1)."),
            Self::MayAccept(why) => Some(why),
            Self::Accept => Some("A client that accepts this works with more providers, and loses nothing."),
        }
    }
}

/// All of them, in the order in which they are tried.
pub fn all() -> impl Iterator<Item = &'static Case> {
    log_in::CASES.iter().chain(step_up::CASES)
}

/// Those that go by one of these names: the whole name, what follows `client-test-`, or the fault's. Without names, all.
pub fn named(names: &[String]) -> Result<Vec<&'static Case>, UnknownCase> {
    if names.is_empty() {
        return Ok(all().collect());
    }
    let goes_by = |case: &Case, name: &str| {
        let short = case.name.split_once("client-test-").map(|(_, short)| short);
        [Some(case.name), short, Some(case.fault)].contains(&Some(name))
    };
    if let Some(unknown) = names.iter().find(|name| !all().any(|case| goes_by(case, name))) {
        return Err(UnknownCase(unknown.clone()));
    }
    Ok(all().filter(|case| names.iter().any(|name| goes_by(case, name))).collect())
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no misbehaviour {0:?}; --list shows them all")]
pub struct UnknownCase(String);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_faults_are_the_tenants() {
        let document: serde_json::Value =
            serde_json::from_str(include_str!("../../tenant/control.openapi.json")).unwrap();
        let faults = document["components"]["schemas"]["Fault"]["properties"]["fault"]["enum"].as_array();
        let faults: BTreeSet<&str> = faults.unwrap().iter().filter_map(serde_json::Value::as_str).collect();
        let names: BTreeSet<&str> = all().map(|case| case.name).collect();
        assert_eq!(names.len(), all().count());
        for case in all() {
            assert!(faults.contains(case.fault), "{}", case.name);
            assert!(case.gain.ends_with('.') && case.remedy.ends_with('.'), "{}", case.name);
        }
        // What breaks everything says nothing about a client.
        let tried: BTreeSet<&str> = all().map(|case| case.fault).collect();
        let untried: Vec<&&str> = faults.iter().filter(|fault| !tried.contains(*fault)).collect();
        assert_eq!(untried, [&"outage", &"slow"]);
    }

    #[test]
    fn cases_are_found_by_each_of_their_names() {
        let found = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            named(&names).map(|cases| cases.iter().map(|case| case.name).collect::<Vec<_>>())
        };
        let whole = "oidcc-client-test-invalid-iss";
        assert_eq!(found(&[whole]).unwrap(), [whole]);
        assert!(found(&["invalid-iss"]).unwrap().contains(&whole));
        assert_eq!(found(&["missing-aud", "hs256-with-public-key"]).unwrap().len(), 2);
        let error = found(&["invalid-iss", "invalid-is"]).unwrap_err().to_string();
        assert!(error.contains("\"invalid-is\"") && error.contains("--list"), "{error}");
    }

    #[test]
    fn permission_depends_on_how_the_client_asks() {
        let style = |flow, sends| RequestStyle { flow, sends_nonce: sends, sends_state: sends };
        let (code, implicit) = (style(Flow::Code, true), style(Flow::Implicit, true));
        assert!(Rule::RefuseFromBrowser.permission(code).is_some());
        assert!(Rule::RefuseFromBrowser.permission(implicit).is_none());
        for rule in [Rule::RefuseWithNonce, Rule::RefuseWithState] {
            assert!(rule.permission(code).is_none());
            assert!(rule.permission(style(Flow::Code, false)).is_some());
            assert!(rule.permission(style(Flow::Implicit, false)).is_none());
        }
        assert!(Rule::Refuse.permission(style(Flow::Code, false)).is_none());
        assert_eq!(Rule::MayAccept("why").permission(implicit), Some("why"));
    }
}
