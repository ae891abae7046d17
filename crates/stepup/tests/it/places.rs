//! Places: each has an address; links, Back, Forward and reloads lead to it, and none of them sends anything.

use stepup::{
    Event,
    domain::Place,
    http::Method,
    oidc::PageUrl,
    view::{Screen, StatementsContent, TransferView},
};

use crate::{
    servers::{Grant, PAYEE, Servers},
    tab::Tab,
};

fn filled(servers: &mut Servers) -> Tab {
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab
}

fn land(tab: &mut Tab, path: &str, query: &str) {
    tab.land(PageUrl { path: path.into(), query: query.into(), fragment: String::new() });
}

fn done(servers: &mut Servers) -> Tab {
    let (mut tab, there) = servers.confirming();
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    tab
}

/// Proves: places
#[test]
fn links_add_entries_and_show_their_address() {
    let mut servers = Servers::default();
    let mut tab = filled(&mut servers);
    assert_eq!((tab.address.as_str(), tab.entries), ("/pay", 1));
    tab.dispatch(Event::Review);
    assert_eq!((tab.address.as_str(), tab.entries), ("/pay/check", 2));
    tab.visit(Place::Payments);
    assert_eq!((tab.address.as_str(), tab.entries), ("/payments", 3));
    tab.visit(Place::Payments);
    assert_eq!(tab.entries, 3, "a link to where the customer is adds nothing");
}

/// Proves: places-back
#[test]
fn back_and_forward_send_nothing_and_keep_the_draft() {
    let mut servers = Servers::default();
    let mut tab = filled(&mut servers);
    tab.dispatch(Event::Review);
    servers.serve_all(&mut tab);
    tab.travel("/pay");
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.amount.text, "12.50");
    tab.travel("/pay/check");
    assert_eq!(tab.address, "/pay", "nothing was checked");
    tab.confirm();
    tab.travel("/");
    tab.confirm();
    assert_eq!(tab.address, "/");
    assert!(tab.requests.iter().all(|(_, request)| request.method == Method::Get), "{:?}", tab.requests);
    assert!(servers.posts.is_empty() && tab.gone.is_none());
}

/// Proves: places-back
#[test]
fn back_while_the_browser_is_about_to_leave_cancels() {
    let mut servers = Servers::default();
    let mut tab = filled(&mut servers);
    tab.dispatch(Event::Review);
    servers.serve_all(&mut tab);
    tab.confirm();
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)), "{:?}", tab.transfer());
    tab.travel("/");
    tab.wake();
    servers.serve_all(&mut tab);
    assert!(tab.gone.is_none() && !tab.has_request());
    assert!(matches!(tab.transfer(), TransferView::Form(_)));
}

#[test]
fn transfer_under_way_is_waited_for_from_anywhere() {
    let mut servers = Servers::default();
    let mut tab = filled(&mut servers);
    tab.dispatch(Event::Review);
    servers.serve_all(&mut tab);
    tab.confirm();
    tab.visit(Place::Home);
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert!(matches!(account.transfer, TransferView::Sending { .. }) && !account.shows_transfer);
    tab.statements();
    assert_eq!(tab.address, "/pay/check", "the way to the provider is the transfer's");
    tab.visit(Place::Home);
    // What it needs next is shown where it can be cancelled.
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)));
    assert_eq!(tab.address, "/pay/check");
}

#[test]
fn address_without_a_session_is_returned_to_after_log_in() {
    let mut servers = Servers::default();
    let mut tab = Tab::new();
    land(&mut tab, "/payments", "");
    assert!(matches!(tab.screen(), Screen::SignedOut { .. }));
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("on the way to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    assert_eq!(tab.address, "/payments");
    assert!(matches!(tab.screen(), Screen::Account(_)));
    assert!(!tab.storage.contains_key("place"), "it was good for once");
}

/// Proves: places-known
#[test]
fn address_from_outside_is_not_returned_to() {
    let mut servers = Servers::default();
    for stored in ["https://evil.example/", "//evil.example", "/callback", "javascript:alert(1)", ""] {
        let mut tab = Tab::new();
        tab.load(None);
        tab.log_in();
        servers.serve_all(&mut tab);
        tab.storage.insert("place".into(), stored.into());
        let there = tab.gone.clone().expect("on the way to the provider");
        let fragment = servers.grant(&there, tab.now, &Grant::default());
        tab.load(Some(fragment));
        servers.serve_all(&mut tab);
        assert_eq!(tab.address, "/", "{stored}");
    }
    let mut tab = servers.logged_in();
    for (path, query, expected) in
        [("/nowhere", "", "/"), ("/payments/1/2", "", "/"), ("/pay", "x=1", "/pay"), ("/statement", "", "/")]
    {
        land(&mut tab, path, query);
        assert_eq!(tab.address, expected, "{path}");
    }
}

#[test]
fn check_without_a_checked_draft_is_the_form() {
    let mut servers = Servers::default();
    let mut tab = filled(&mut servers);
    tab.dispatch(Event::Review);
    tab.load(None);
    assert_eq!(tab.address, "/pay");
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text == "Rent"));
}

#[test]
fn receipt_has_the_address_of_its_payment() {
    let mut servers = Servers::default();
    let mut tab = done(&mut servers);
    let id = servers.done.keys().next().cloned().expect("a transfer");
    assert_eq!(tab.address, format!("/payments/{id}"));
    let entries = tab.entries;
    tab.dispatch(Event::Dismiss);
    assert_eq!((tab.address.as_str(), tab.entries), ("/pay", entries + 1));
    assert!(matches!(tab.transfer(), TransferView::Form(_)));
}

#[test]
fn receipt_that_is_left_does_not_come_back_as_a_transfer() {
    let mut servers = Servers::default();
    let mut tab = done(&mut servers);
    let receipt = tab.address.clone();
    tab.visit(Place::Home);
    assert!(matches!(tab.transfer(), TransferView::Form(_)));
    tab.travel(&receipt);
    assert_eq!(tab.address, receipt);
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert!(!account.shows_transfer, "the payment, not the end of a transfer");
    // The form is not on the page.
    tab.dispatch(Event::Review);
    tab.confirm();
    assert!(matches!(tab.transfer(), TransferView::Form(_)));
}

#[test]
fn log_out_leaves_the_address() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.visit(Place::Payments);
    tab.dispatch(Event::LogOut);
    assert_eq!(tab.address, "/");
}

#[test]
fn statements_open_at_their_address() {
    let mut servers = Servers::default();
    let mut tab = servers.at_statements();
    assert_eq!(tab.address, "/statements");
    tab.load(None);
    servers.serve_all(&mut tab);
    let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(matches!(page.content, StatementsContent::Ready(_)));
    tab.travel("/");
    assert!(matches!(tab.screen(), Screen::Account(_)));
    tab.travel("/statements");
    servers.serve_all(&mut tab);
    assert!(matches!(tab.screen(), Screen::Statements(_)));
}
