//! Dynamic linking: the request to confirm names the transfer (RFC 9396), and what was confirmed is compared with it.

use serde_json::{Value, json};
use stepup::view::TransferView;
use url::Url;

use crate::{
    tab::Tab,
    world::{CODE_FLOW, CONFIG, Grant, PAYEE, PAYMENTS, World, query},
};

fn world() -> World {
    World { details_types: PAYMENTS, ..World::default() }
}

fn with(config: &str, keys: &str) -> String {
    config.replacen('{', &format!("{{{keys},"), 1)
}

/// What the request names, if it does.
fn named(there: &Url) -> Option<Value> {
    let text = query(there, "authorization_details");
    (!text.is_empty()).then(|| serde_json::from_str(&text).expect("JSON"))
}

fn came_back(world: &mut World, tab: &mut Tab, there: &Url, details: fn(String) -> Option<String>) {
    let fragment = world.grant(there, tab.now, &Grant { details, ..Grant::default() });
    tab.load(Some(fragment));
    world.serve_all(tab);
}

fn not_sent(tab: &Tab) -> String {
    match tab.transfer() {
        TransferView::NotSent { problem, .. } => problem.code.into_owned(),
        other => panic!("{other:?}"),
    }
}

/// Proves: threat-other-transfer
#[test]
fn the_request_names_the_transfer_that_is_sent() {
    for config in [CONFIG, CODE_FLOW] {
        let mut world = world();
        let (mut tab, there) = world.confirming_with(config);
        let id = world.posts[0].0.clone();
        let expected = json!([{
            "type": "payment_initiation",
            "identifier": id,
            "instructedAmount": { "currency": "EUR", "amount": "12.50" },
            "creditorAccount": { "iban": PAYEE },
            "remittanceInformationUnstructured": "Rent",
        }]);
        assert_eq!(named(&there), Some(expected), "{config}");
        world.come_back(&mut tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
        assert_eq!(world.done.keys().collect::<Vec<_>>(), [&id]);
    }
}

#[test]
fn a_log_in_names_nothing_and_takes_whatever_comes() {
    let mut world = world();
    let mut tab = Tab { config: CONFIG.into(), ..Tab::new() };
    tab.load(None);
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!(named(&there), None);
    came_back(&mut world, &mut tab, &there, |_| Some(r#"[{"type":"account_information"}]"#.into()));
    assert!(matches!(tab.transfer(), TransferView::Form(_)), "{:?}", tab.transfer());
}

#[test]
fn without_the_type_in_the_metadata_the_scope_stands_alone() {
    for config in [CONFIG, CODE_FLOW] {
        let mut world = World::default();
        let (mut tab, there) = world.confirming_with(config);
        assert_eq!(named(&there), None);
        world.come_back(&mut tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}

#[test]
fn the_configuration_decides_where_it_says_so_or_pins_the_way() {
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
            let mut world = World { details_types: if listed { PAYMENTS } else { &[] }, ..World::default() };
            let (mut tab, there) = world.confirming_with(&with(config, &keys));
            assert_eq!(named(&there).is_some(), expected, "{keys}");
            let asked = world.provider_paths.iter().any(|path| path.ends_with("openid-configuration"));
            assert_eq!(asked, config == CODE_FLOW || !keys.contains(PINNED), "{keys}");
            world.come_back(&mut tab, &there);
            assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
        }
    }
}

/// Proves: threat-other-transfer
#[test]
fn another_transfer_than_the_one_that_was_confirmed_is_not_sent() {
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
            let mut world = world();
            let (mut tab, there) = world.confirming_with(config);
            came_back(&mut world, &mut tab, &there, change);
            assert_eq!(not_sent(&tab), "callback.other_details", "change {at}");
            assert_eq!((world.posts.len(), world.done.len()), (1, 0), "change {at}");
        }
    }
}

#[test]
fn what_is_no_json_was_not_asked_for() {
    let mut world = world();
    let (mut tab, there) = world.confirming();
    came_back(&mut world, &mut tab, &there, |it| Some(it.replace(']', "")));
    assert_eq!(not_sent(&tab), "callback.other_details");
}

/// Proves: threat-other-transfer
#[test]
fn an_answer_that_does_not_say_what_was_confirmed_is_not_used() {
    for config in [CONFIG, CODE_FLOW] {
        let mut world = world();
        let (mut tab, there) = world.confirming_with(config);
        came_back(&mut world, &mut tab, &there, |_| None);
        assert_eq!(not_sent(&tab), "callback.other_details");
        assert_eq!((world.posts.len(), world.done.len()), (1, 0));
    }
}

#[test]
fn unasked_details_have_to_be_the_transfer_too() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    came_back(&mut world, &mut tab, &there, |_| Some(r#"[{"type":"payment_initiation"}]"#.into()));
    assert_eq!(not_sent(&tab), "callback.other_details");
}

#[test]
fn the_order_of_members_means_nothing() {
    for config in [CONFIG, CODE_FLOW] {
        let mut world = world();
        let (mut tab, there) = world.confirming_with(config);
        // Sorted by name, as a server writes it that keeps a map.
        came_back(&mut world, &mut tab, &there, |it| {
            let value: Value = serde_json::from_str(&it).ok()?;
            let text = value.to_string();
            assert_ne!(text, it);
            Some(text)
        });
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}

#[test]
fn nobody_drops_the_details_in_the_storage_unnoticed() {
    let mut world = world();
    let (mut tab, there) = world.confirming();
    let mut edited = 0;
    for (key, value) in &mut tab.storage {
        if key.starts_with("request.") {
            assert!(value.contains(r#""details":true"#), "{value}");
            *value = value.replace(r#""details":true"#, r#""details":false"#);
            edited += 1;
        }
    }
    assert_eq!(edited, 1);
    came_back(&mut world, &mut tab, &there, |_| None);
    assert_eq!(not_sent(&tab), "id_token.nonce");
    assert_eq!(world.posts.len(), 1);
}

/// A page that was loaded anew knows nothing of the provider: whether it takes the transfer is learned after the record was
/// kept, so the record is kept once more, and its nonce is the one in the address.
#[test]
fn metadata_that_come_last_name_the_transfer_too() {
    for (config, early) in [(CONFIG, false), (CONFIG, true), (CODE_FLOW, false), (CODE_FLOW, true)] {
        let mut world = world();
        let mut tab = world.logged_in_to(config);
        tab.load(None);
        world.serve_all(&mut tab);
        tab.fill(PAYEE, "12.50", "Rent");
        tab.happen(stepup::Event::Review);
        tab.confirm();
        let (id, order) = tab.requests.pop_front().expect("the order");
        tab.answer(id, Ok(world.serve(order)));
        let kept = |tab: &Tab| {
            tab.storage.iter().find(|(key, _)| key.starts_with("request.")).map(|it| it.1.clone())
        };
        assert!(kept(&tab).expect("a record").contains(r#""details":false"#));
        // The customer does not wait, or the metadata are there before the sentence was read.
        if early {
            tab.wake();
            assert!(tab.gone.is_none(), "nobody leaves before it is known where to");
        }
        world.serve_all(&mut tab);
        tab.wake();
        let there = tab.gone.clone().expect("sent to the provider");
        assert!(named(&there).is_some(), "{config}");
        assert!(kept(&tab).expect("a record").contains(r#""details":true"#));
        world.come_back(&mut tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    }
}
