//! Providers by other authors, and what is harmless about them.

use serde_json::json;
use stepup::{
    Event,
    view::{Screen, TransferView},
};

use crate::{
    servers::{CODE_FLOW, CONFIG, Grant, Servers, query},
    tab::START,
};

fn config(members: &str) -> String {
    CONFIG.replacen('{', &format!("{{{members},"), 1)
}

/// Proves: provider-scope-comparison
#[test]
fn step_up_requires_its_scopes() {
    for (scope, sent) in [
        ("view:balance transfer:funds", 2),
        ("transfer:funds", 2),
        ("profile transfer:funds email", 2),
        ("openid view:balance", 1),
        ("openid", 1),
        ("", 1),
    ] {
        for config in [CONFIG, CODE_FLOW] {
            let mut servers = Servers::default();
            let (mut tab, there) = servers.confirming_with(config);
            let answer = servers.grant(&there, tab.now, &Grant { scope: Some(scope), ..Grant::default() });
            tab.load(Some(answer));
            servers.serve_all(&mut tab);
            assert_eq!(servers.posts.len(), sent, "{scope:?}");
            let done = matches!(tab.transfer(), TransferView::Done(_));
            assert_eq!(done, sent == 2, "{scope:?}: {:?}", tab.transfer());
        }
    }
}

/// Proves: step-up-max-age
#[test]
fn auth_time_counts_when_requested() {
    for (members, auth_time, sent) in [
        (None, json!(START - 5_000), 2),
        (None, json!(0), 2),
        (None, json!(null), 2),
        (Some("\"step_up_max_age\":30"), json!(START), 2),
        (Some("\"step_up_max_age\":30"), json!(START - 90), 2),
        (Some("\"step_up_max_age\":30"), json!(START - 91), 1),
        (Some("\"step_up_max_age\":30"), json!(null), 1),
        (Some("\"step_up_max_age\":30,\"clock_leeway\":300"), json!(START - 330), 2),
    ] {
        let mut servers = Servers::default();
        let config = members.map_or(CONFIG.to_owned(), config);
        let (mut tab, there) = servers.confirming_with(&config);
        assert_eq!(query(&there, "max_age"), if members.is_some() { "30" } else { "" });
        let claims = json!({"auth_time": auth_time});
        let answer = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
        tab.load(Some(answer));
        servers.serve_all(&mut tab);
        assert_eq!(servers.posts.len(), sent, "{members:?} {auth_time}");
    }
}

/// Proves: step-up-max-age
#[test]
fn shorter_max_age_of_bank_wins() {
    for (required, asked) in [("max_age=\"5\"", "5"), ("max_age=\"500\"", "30")] {
        let mut servers = Servers { required_for_transfers: Some(required), ..Servers::default() };
        let (_, there) = servers.confirming_with(&config("\"step_up_max_age\":30"));
        assert_eq!(query(&there, "max_age"), asked);
    }
}

/// Proves: provider-resource
#[test]
fn resource_is_sent_with_or_without_audience() {
    let instead = CODE_FLOW.replace("\"audience\"", "\"resource\"");
    let beside = CODE_FLOW.replacen('{', "{\"resource\":\"https://api.example\",", 1);
    for (config, audience, resource) in [
        (CODE_FLOW, "https://my-banking-api", ""),
        (&instead, "", "https://my-banking-api"),
        (&beside, "https://my-banking-api", "https://api.example"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = servers.confirming_with(config);
        assert_eq!(
            (query(&there, "audience").as_str(), query(&there, "resource").as_str()),
            (audience, resource)
        );
        let answer = servers.grant(&there, tab.now, &Grant::default());
        tab.load(Some(answer));
        let mut forms = Vec::new();
        while let Some((id, request)) = tab.requests.pop_front() {
            forms.extend(request.form.clone());
            let answer = servers.serve(request);
            tab.answer(id, Ok(answer));
        }
        let form: Vec<_> = url::form_urlencoded::parse(forms[0].as_bytes()).into_owned().collect();
        let sent = form.iter().find(|(name, _)| name == "resource").map_or("", |(_, value)| value);
        assert_eq!(sent, resource, "RFC 8707 2.2");
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}

/// Proves: provider-log-out
#[test]
fn logout_hints_are_sent_in_form_only() {
    for (members, sid) in [(None, None), (None, Some("s-1")), (Some("\"log_out\":\"get\""), Some("s-1"))] {
        let mut servers = Servers::default();
        let config = members.map_or(CONFIG.to_owned(), config);
        let mut tab = crate::tab::Tab { config, ..crate::tab::Tab::new() };
        tab.load(None);
        tab.log_in();
        servers.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        let claims = json!({"sid": sid});
        let answer = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
        tab.load(Some(answer));
        servers.serve_all(&mut tab);
        // The hints are there after a reload.
        tab.load(None);
        servers.serve_all(&mut tab);
        tab.dispatch(Event::LogOut);
        servers.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        let form = tab.submitted.take();
        assert_eq!(form.is_none(), members.is_some());
        let text = form.as_deref().or(there.query()).unwrap_or_default();
        let value = |wanted: &str| {
            url::form_urlencoded::parse(text.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        assert_eq!(value("client_id").as_deref(), Some("riser"));
        assert_eq!(value("post_logout_redirect_uri").as_deref(), Some("https://bank.example/"));
        assert_eq!(value("logout_hint").as_deref(), sid);
        assert_eq!(value("id_token_hint").is_some(), form.is_some());
        assert!(!there.as_str().contains("id_token_hint"), "a token has no business in an address");
        assert!(tab.storage.keys().eq(["logout_notice"]), "{:?}", tab.storage);
        assert!(matches!(tab.screen(), Screen::SignedOut { .. }));
    }
}
