//! Dynamic linking: the request to confirm names the transfer (RFC 9396), and what was confirmed is compared with it.

use serde_json::{Value, json};
use stepup::view::TransferView;
use url::Url;

use crate::{
    servers::{CODE_FLOW, CONFIG, Grant, PAYEE, PAYMENTS, Servers, query},
    tab::Tab,
};

fn servers() -> Servers {
    Servers { details_types: PAYMENTS, ..Servers::default() }
}

fn with(config: &str, keys: &str) -> String {
    config.replacen('{', &format!("{{{keys},"), 1)
}

/// What the request names, if it does.
fn named(there: &Url) -> Option<Value> {
    let text = query(there, "authorization_details");
    (!text.is_empty()).then(|| serde_json::from_str(&text).expect("JSON"))
}

fn came_back(servers: &mut Servers, tab: &mut Tab, there: &Url, details: fn(String) -> Option<String>) {
    let fragment = servers.grant(there, tab.now, &Grant { details, ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(tab);
}

fn not_sent(tab: &Tab) -> String {
    match tab.transfer() {
        TransferView::NotSent { problem, .. } => problem.code.into_owned(),
        other => panic!("{other:?}"),
    }
}

/// Proves: threat-other-transfer
#[test]
fn request_names_the_transfer() {
    for config in [CONFIG, CODE_FLOW] {
        let mut servers = servers();
        let (mut tab, there) = servers.confirming_with(config);
        let id = servers.posts[0].0.clone();
        let expected = json!([{
            "type": "payment_initiation",
            "identifier": id,
            "instructedAmount": { "currency": "EUR", "amount": "12.50" },
            "creditorAccount": { "iban": PAYEE },
            "remittanceInformationUnstructured": "Rent",
        }]);
        assert_eq!(named(&there), Some(expected), "{config}");
        servers.come_back(&mut tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
        assert_eq!(servers.done.keys().collect::<Vec<_>>(), [&id]);
    }
}

#[test]
fn login_ignores_details() {
    let mut servers = servers();
    let mut tab = Tab { config: CONFIG.into(), ..Tab::new() };
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!(named(&there), None);
    came_back(&mut servers, &mut tab, &there, |_| Some(r#"[{"type":"account_information"}]"#.into()));
    assert!(matches!(tab.transfer(), TransferView::Form(_)), "{:?}", tab.transfer());
}

#[test]
fn unsupported_type_sends_scope_only() {
    for config in [CONFIG, CODE_FLOW] {
        let mut servers = Servers::default();
        let (mut tab, there) = servers.confirming_with(config);
        assert_eq!(named(&there), None);
        servers.come_back(&mut tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}

#[test]
fn configuration_overrides_metadata() {
    const PINNED: &str =
        r#""authorization_endpoint":"https://id.example/authorize","jwks_uri":"https://id.example/keys""#;
    for (keys, listed, expected) in [
        (r#""authorization_details":true"#.to_owned(), false, true),
        (r#""authorization_details":false"#.to_owned(), true, false),
        (PINNED.to_owned(), true, false),
        (format!(r#"{PINNED},"authorization_details":true"#), false, true),
    ] {
        // In the code flow the metadata are read for the token endpoint, whatever is pinned.
        for config in [CONFIG, CODE_FLOW] {
            let mut servers =
                Servers { details_types: if listed { PAYMENTS } else { &[] }, ..Servers::default() };
            let (mut tab, there) = servers.confirming_with(&with(config, &keys));
            assert_eq!(named(&there).is_some(), expected, "{keys}");
            let asked = servers.provider_paths.iter().any(|path| path.ends_with("openid-configuration"));
            assert_eq!(asked, config == CODE_FLOW || !keys.contains(PINNED), "{keys}");
            servers.come_back(&mut tab, &there);
            assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
        }
    }
}

/// Proves: threat-other-transfer
#[test]
fn other_transfer_is_not_sent() {
    let changes: [fn(String) -> Option<String>; 8] = [
        |it| Some(it.replace("12.50", "12.51")),
        |it| Some(it.replace("EUR", "USD")),
        |it| Some(it.replace("GB82", "GB83")),
        |it| Some(it.replace("Rent", "rent")),
        |it| Some(it.replace(r#""identifier":""#, r#""identifier":"0"#)),
        |it| Some(it.replace("}]", r#"},{"type":"payment_initiation"}]"#)),
        |_| Some("[]".into()),
        |it| Some(it.replacen('{', r#"{"recurring":1.5,"#, 1)),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        for config in [CONFIG, CODE_FLOW] {
            let mut servers = servers();
            let (mut tab, there) = servers.confirming_with(config);
            came_back(&mut servers, &mut tab, &there, change);
            assert_eq!(not_sent(&tab), "callback.other_details", "change {at}");
            assert_eq!((servers.posts.len(), servers.done.len()), (1, 0), "change {at}");
        }
    }
}

#[test]
fn malformed_details_are_refused() {
    let mut servers = servers();
    let (mut tab, there) = servers.confirming();
    came_back(&mut servers, &mut tab, &there, |it| Some(it.replace(']', "")));
    assert_eq!(not_sent(&tab), "callback.other_details");
}

/// Proves: threat-other-transfer
#[test]
fn missing_details_are_refused() {
    for config in [CONFIG, CODE_FLOW] {
        let mut servers = servers();
        let (mut tab, there) = servers.confirming_with(config);
        came_back(&mut servers, &mut tab, &there, |_| None);
        assert_eq!(not_sent(&tab), "callback.other_details");
        assert_eq!((servers.posts.len(), servers.done.len()), (1, 0));
    }
}

#[test]
fn unsolicited_details_must_match() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    came_back(&mut servers, &mut tab, &there, |_| Some(r#"[{"type":"payment_initiation"}]"#.into()));
    assert_eq!(not_sent(&tab), "callback.other_details");
}

#[test]
fn member_order_is_ignored() {
    for config in [CONFIG, CODE_FLOW] {
        let mut servers = servers();
        let (mut tab, there) = servers.confirming_with(config);
        // Sorted by name, as a server writes it that keeps a map.
        came_back(&mut servers, &mut tab, &there, |it| {
            let value: Value = serde_json::from_str(&it).ok()?;
            let text = value.to_string();
            assert_ne!(text, it);
            Some(text)
        });
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}

#[test]
fn removed_stored_details_are_noticed() {
    let mut servers = servers();
    let (mut tab, there) = servers.confirming();
    let mut edited = 0;
    for (key, value) in &mut tab.storage {
        if key.starts_with("request.") {
            assert!(value.contains(r#""details":true"#), "{value}");
            *value = value.replace(r#""details":true"#, r#""details":false"#);
            edited += 1;
        }
    }
    assert_eq!(edited, 1);
    came_back(&mut servers, &mut tab, &there, |_| None);
    assert_eq!(not_sent(&tab), "id_token.nonce");
    assert_eq!(servers.posts.len(), 1);
}

/// A page that was loaded anew knows nothing of the provider: whether it takes the transfer is learned after the record was
/// kept, so the record is kept once more, and its nonce is the one in the address.
#[test]
fn late_metadata_name_the_transfer() {
    for (config, early) in [(CONFIG, false), (CONFIG, true), (CODE_FLOW, false), (CODE_FLOW, true)] {
        let mut servers = servers();
        let mut tab = servers.logged_in_to(config);
        tab.load(None);
        servers.serve_all(&mut tab);
        tab.fill(PAYEE, "12.50", "Rent");
        tab.dispatch(stepup::Event::Review);
        tab.confirm();
        let (id, order) = tab.requests.pop_front().expect("the order");
        tab.answer(id, Ok(servers.serve(order)));
        let kept = |tab: &Tab| {
            tab.storage.iter().find(|(key, _)| key.starts_with("request.")).map(|it| it.1.clone())
        };
        assert!(kept(&tab).expect("a record").contains(r#""details":false"#));
        // The customer does not wait, or the metadata are there before the sentence was read.
        if early {
            tab.wake();
            assert!(tab.gone.is_none(), "nobody leaves before it is known where to");
        }
        servers.serve_all(&mut tab);
        tab.wake();
        let there = tab.gone.clone().expect("sent to the provider");
        assert!(named(&there).is_some(), "{config}");
        assert!(kept(&tab).expect("a record").contains(r#""details":true"#));
        servers.come_back(&mut tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}
