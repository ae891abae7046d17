//! Where an authorization response is looked for: in the fragment, in the code flow in the query too, and nowhere in what
//! somebody else has put into the address.

use stepup::{
    oidc::PageUrl,
    view::{Screen, TransferView},
};
use url::Url;

use crate::{
    servers::{CODE_FLOW, CONFIG, Grant, Servers, query},
    tab::Tab,
};

fn landing(path: &str, query: &str, fragment: &str) -> PageUrl {
    PageUrl { path: path.into(), query: query.into(), fragment: fragment.into() }
}

/// A tab that asked to log in, and where it was sent.
fn asked(config: &str, servers: &mut Servers) -> (Tab, Url) {
    let mut tab = Tab { config: config.to_owned(), ..Tab::new() };
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

fn problem(tab: &Tab) -> String {
    match tab.screen() {
        Screen::Failed(failure) => failure.problem.code.into_owned(),
        other => panic!("no failure: {other:?}"),
    }
}

/// Proves: provider-query-response
#[test]
fn accepts_code_in_query() {
    for path in ["/callback", "/callback/", "/"] {
        let mut servers = Servers::default();
        let (mut tab, there) = asked(CODE_FLOW, &mut servers);
        let answer = servers.grant(&there, tab.now, &Grant::default());
        tab.land(landing(path, &answer, "_=_"));
        servers.serve_all(&mut tab);
        assert!(matches!(tab.screen(), Screen::Account(_)), "{path}: {:?}", tab.screen());
        assert_eq!(servers.exchanges, 1);
    }
}

/// Proves: provider-query-response
#[test]
fn accepts_step_up_code_in_query() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming_with(CODE_FLOW);
    let answer = servers.grant(&there, tab.now, &Grant::default());
    tab.land(landing("/callback", &answer, ""));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
}

/// Proves: provider-query-response
#[test]
fn refuses_tokens_in_query() {
    for config in [CONFIG, CODE_FLOW] {
        let mut servers = Servers::default();
        let (mut tab, there) = asked(config, &mut servers);
        let implicit =
            Url::parse(&there.as_str().replace("response_type=code", "response_type=id_token%20token"))
                .unwrap();
        let answer = servers.grant(&implicit, tab.now, &Grant::default());
        tab.land(landing("/callback", &answer, ""));
        servers.serve_all(&mut tab);
        assert_eq!(problem(&tab), "callback.refused");
        assert!(servers.api.is_empty() && !tab.storage.contains_key("session"));
    }
}

/// Proves: provider-query-response
#[test]
fn implicit_flow_ignores_query() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(CONFIG, &mut servers);
    tab.land(landing("/callback", &format!("code=abc&state={}", query(&there, "state")), ""));
    assert_eq!(problem(&tab), "callback.refused");
    assert_eq!((servers.exchanges, servers.api.len()), (0, 0));
}

/// Proves: provider-query-response
#[test]
fn refuses_two_responses() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(CODE_FLOW, &mut servers);
    let answer = servers.grant(&there, tab.now, &Grant::default());
    tab.land(landing("/callback", &answer, "code=another"));
    assert_eq!(problem(&tab), "callback.refused");
    assert_eq!(servers.exchanges, 0);
}

/// Proves: provider-query-response
#[test]
fn ignores_iss_in_query_beside_fragment() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(CONFIG, &mut servers);
    let answer = servers.grant(&there, tab.now, &Grant::default());
    tab.land(landing("/callback", "iss=https%3A%2F%2Fid.example%2F", &answer));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.screen(), Screen::Account(_)), "{:?}", tab.screen());
}

/// Proves: foreign-address-parameters
#[test]
fn ignores_foreign_parameters() {
    for (path, query, fragment) in [
        ("/", "code=WELCOME10", ""),
        ("/", "state=CA", ""),
        ("/", "error=1", ""),
        ("/", "error=access_denied&error_description=x", ""),
        ("/", "code=4711&state=verified", ""),
        ("/", "utm_source=newsletter&code=1&code=2", ""),
        ("/", "access_token=abc", ""),
        ("/", "", "state=open"),
        ("/", "", "code=1"),
        ("/", "", "error"),
        ("/", "", "code=4711&state=verified"),
        ("/help", "code=7&state=x", ""),
        ("/", "code=SAVE20&error=none", "menu"),
        ("/reset", "state=ok&code=99", ""),
        ("/", "gclid=1&state=NY", "code=2"),
        ("/callback", "", ""),
        ("/callback", "state=CA", ""),
        ("/callback", "utm_source=x", "_=_"),
    ] {
        for config in [CONFIG, CODE_FLOW] {
            let mut servers = Servers::default();
            let mut tab = servers.logged_in_to(config);
            tab.land(landing(path, query, fragment));
            servers.serve_all(&mut tab);
            let name = format!("{path}?{query}#{fragment}");
            assert!(matches!(tab.screen(), Screen::Account(_)), "{name}: {:?}", tab.screen());
            let mut nobody = Tab { config: config.to_owned(), ..Tab::new() };
            nobody.land(landing(path, query, fragment));
            assert!(
                matches!(nobody.screen(), Screen::SignedOut { notice: None }),
                "{name}: {:?}",
                nobody.screen()
            );
        }
    }
}

/// Proves: foreign-address-parameters
#[test]
fn refuses_unsolicited_tokens() {
    for path in ["/", "/callback", "/elsewhere"] {
        let mut tab = Tab::new();
        tab.land(landing(path, "", "access_token=a&id_token=b.c.d&token_type=Bearer&state=made-up"));
        assert_eq!(problem(&tab), "callback.state_unknown", "{path}");
    }
}

/// Proves: provider-denied-in-query
#[test]
fn denied_step_up_shows_interrupted_transfer() {
    for (config, query, fragment) in [
        (CONFIG, "error=access_denied&state=STATE", ""),
        (CONFIG, "error=access_denied", ""),
        (CONFIG, "iss=https%3A%2F%2Fid.example%2F", "error=access_denied&error_description=No"),
        (CODE_FLOW, "error=access_denied", ""),
        (CODE_FLOW, "", "error=access_denied"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = servers.confirming_with(config);
        let query = query.replace("STATE", &self::query(&there, "state"));
        tab.land(landing("/callback", &query, fragment));
        servers.serve_all(&mut tab);
        let TransferView::Interrupted { nothing_moved, .. } = tab.transfer() else {
            panic!("{query}#{fragment}: {:?}", tab.transfer())
        };
        assert!(nothing_moved, "the bank was asked");
        assert_eq!(servers.posts.len(), 1);
    }
}

/// Proves: provider-denied-in-query
#[test]
fn accepts_error_with_state_in_query() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming_with(CODE_FLOW);
    tab.land(landing("/callback", &format!("error=access_denied&state={}", query(&there, "state")), ""));
    servers.serve_all(&mut tab);
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(problem.code, "provider.access_denied");
}

/// Proves: provider-denied-in-query
#[test]
fn refuses_unbound_error() {
    for (query, fragment) in [("error=access_denied", ""), ("", "error=access_denied")] {
        let mut servers = Servers::default();
        let (mut tab, _) = asked(CONFIG, &mut servers);
        tab.land(landing("/callback", query, fragment));
        assert_eq!(problem(&tab), "callback.error_unbound", "{query}#{fragment}");
    }
}
