//! All payments: pages, searching, a file of them, and paying again.

use serde_json::{Value, json};
use stepup::{
    Event,
    domain::Place,
    effect::Timer,
    http::NetworkError,
    view::{AccountView, Loadable, PaymentFilter, Screen, TransferView},
};

use crate::{
    servers::{Servers, answer},
    tab::Tab,
};

fn payment(id: usize) -> Value {
    json!({
        "id": id.to_string(), "direction": if id.is_multiple_of(2) { "in" } else { "out" },
        "counterparty": { "iban": "GB82WEST12345698765432", "holder": format!("Payee {id}") },
        "amount": { "amount": id, "currency": "EUR" }, "reference": format!("Number {id}"),
        "created_at": format!("2026-{:02}-01T10:00:00Z", 1 + id % 12), "number": format!("T-{id}"),
        "balance": { "amount": 1000, "currency": "EUR" }
    })
}

fn page(ids: impl Iterator<Item = usize>, next: impl Into<Value>) -> String {
    let next: Value = next.into();
    json!({ "transfers": ids.map(payment).collect::<Vec<_>>(), "next": next }).to_string()
}

/// Answers every request, the lists with these bodies; says what was asked for lists.
fn serve(servers: &mut Servers, tab: &mut Tab, bodies: &[String]) -> Vec<String> {
    let mut asked = Vec::new();
    while let Some((id, request)) = tab.requests.pop_front() {
        let outcome = if request.url.contains("/transfers") && !request.url.contains("/transfers/") {
            let body = bodies.get(asked.len()).cloned().unwrap_or_default();
            asked.push(
                request.url.split_once("/transfers").map(|(_, query)| query.to_owned()).unwrap_or_default(),
            );
            answer(200, &body)
        } else {
            servers.serve(request)
        };
        tab.answer(id, Ok(outcome));
    }
    asked
}

fn at_payments(servers: &mut Servers, first: String) -> Tab {
    let mut tab = servers.logged_in();
    tab.dispatch(Event::TryAgain);
    assert_eq!(serve(servers, &mut tab, &[first]), [""]);
    tab.visit(Place::Payments);
    tab
}

fn account(tab: &Tab) -> Box<AccountView> {
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    account
}

fn shown(tab: &Tab) -> Vec<String> {
    account(tab).payments.list.iter().map(|payment| payment.id.clone()).collect()
}

fn look_for(tab: &mut Tab, query: &str) {
    tab.dispatch(Event::LookFor(PaymentFilter { query: query.into(), ..PaymentFilter::default() }));
}

/// Proves: payments-all
#[test]
fn older_pages_follow_to_the_first_payment() {
    let mut servers = Servers::default();
    let mut tab = at_payments(&mut servers, page(5..7, "c5"));
    assert!(account(&tab).payments.has_more);
    tab.dispatch(Event::LoadMore);
    tab.dispatch(Event::LoadMore);
    assert_eq!(serve(&mut servers, &mut tab, &[page(3..5, "c3")]), ["?before=c5"], "once");
    tab.dispatch(Event::LoadMore);
    // A page that does not come takes nothing away.
    let (id, _) = tab.requests.pop_front().expect("a request");
    tab.answer(id, Err(NetworkError::TimedOut));
    let payments = account(&tab).payments;
    assert!(payments.problem.is_some() && payments.has_more && payments.list.len() == 4);
    tab.dispatch(Event::LoadMore);
    assert_eq!(serve(&mut servers, &mut tab, &[page(1..3, Value::Null)]), ["?before=c3"]);
    assert_eq!(shown(&tab), ["5", "6", "3", "4", "1", "2"]);
    assert!(!account(&tab).payments.has_more);
}

/// Proves: payments-all
#[test]
fn search_goes_on_until_there_is_enough_to_see() {
    let mut servers = Servers::default();
    let mut tab = at_payments(&mut servers, page(5..7, "c5"));
    look_for(&mut tab, "p");
    tab.dispatch(Event::LookFor(PaymentFilter {
        query: " payee ".into(),
        outgoing: Some(true),
        month: "2026-02".into(),
    }));
    assert!(tab.requests.is_empty() && account(&tab).payments.is_loading, "the customer is still typing");
    tab.dispatch(Event::TimerFired(Timer::Search));
    let bodies = [page(0..1, "a"), page(1..1, "b"), page(2..3, Value::Null)];
    let asked = serve(&mut servers, &mut tab, &bodies);
    let filter = "query=payee&direction=out&from=2026-02-01&to=2026-02-28";
    let before = |cursor: &str| format!("?{filter}&before={cursor}");
    assert_eq!(asked, [format!("?{filter}"), before("a"), before("b")]);
    assert_eq!(shown(&tab), ["0", "2"]);
    look_for(&mut tab, "");
    assert_eq!(shown(&tab), ["5", "6"], "nothing in particular");
}

#[test]
fn answer_to_an_earlier_search_is_not_shown() {
    let mut servers = Servers::default();
    let mut tab = at_payments(&mut servers, page(5..7, "c5"));
    look_for(&mut tab, "one");
    tab.dispatch(Event::TimerFired(Timer::Search));
    let (id, _) = tab.requests.pop_front().expect("a request");
    look_for(&mut tab, "two");
    tab.answer(id, Ok(answer(200, &page(1..2, Value::Null))));
    assert!(shown(&tab).is_empty());
}

#[test]
fn bank_without_pages_is_asked_for_nothing_more() {
    let mut servers = Servers::default();
    let list = json!({ "transfers": (1..4).map(payment).collect::<Vec<_>>() }).to_string();
    let mut tab = at_payments(&mut servers, list);
    for (query, expected) in
        [("payee 0.02", &["2"][..]), ("0.03 payee", &["3"]), ("west1234", &["1", "2", "3"]), ("x", &[])]
    {
        look_for(&mut tab, query);
        tab.dispatch(Event::TimerFired(Timer::Search));
        assert_eq!(shown(&tab), expected, "{query}");
    }
    tab.dispatch(Event::LookFor(PaymentFilter { outgoing: Some(false), ..PaymentFilter::default() }));
    assert_eq!(shown(&tab), ["2"]);
    tab.dispatch(Event::LoadMore);
    assert!(tab.requests.is_empty());
}

/// Proves: payments-csv
#[test]
fn file_has_all_pages_of_what_is_looked_for() {
    let mut servers = Servers::default();
    let mut tab = at_payments(&mut servers, page(5..7, "c5"));
    tab.dispatch(Event::Export);
    let asked = serve(&mut servers, &mut tab, &[page(3..5, "c3"), page(1..3, Value::Null)]);
    assert_eq!(asked, ["?before=c5", "?before=c3"]);
    assert_eq!(tab.exported.take().map(|list| list.len()), Some(6));
    tab.dispatch(Event::Export);
    assert_eq!(tab.exported.take().map(|list| list.len()), Some(6), "everything is there already");
}

#[test]
fn payment_that_no_list_has_is_asked_for() {
    let mut servers = Servers::default();
    let mut tab = at_payments(&mut servers, page(5..7, Value::Null));
    tab.visit(Place::Payment("5".into()));
    assert!(tab.requests.is_empty());
    assert!(
        matches!(account(&tab).payment, Loadable::Ready(payment) if payment.number.as_deref() == Some("T-5"))
    );
    tab.visit(Place::Payment("77".into()));
    let (id, request) = tab.requests.pop_front().expect("a request");
    assert!(request.url.ends_with("/transfers/77?retire=false"), "{}", request.url);
    tab.answer(id, Ok(answer(404, "{}")));
    assert!(matches!(account(&tab).payment, Loadable::Failed(problem) if problem.code == "payments.missing"));
    tab.dispatch(Event::TryAgain);
    let asked = tab.requests.iter().position(|(_, request)| request.url.contains("/transfers/77"));
    let (id, _) = asked.and_then(|at| tab.requests.remove(at)).expect("it is asked again");
    let body = json!({
        "id": "77", "number": "T-77", "status": "completed", "reference": "Rent",
        "payer": { "iban": "X" }, "payee": { "iban": "GB82WEST12345698765432", "holder": "Ben" },
        "amount": { "amount": 1250, "currency": "EUR" }, "created_at": "2026-11-30T10:00:00Z",
        "balance_after": { "amount": 1, "currency": "EUR" }
    });
    tab.answer(id, Ok(answer(200, &body.to_string())));
    let Loadable::Ready(payment) = account(&tab).payment else { panic!("{:?}", account(&tab).payment) };
    assert!(payment.outgoing && payment.counterparty == "Ben");
}

/// Proves: pay-again
#[test]
fn pay_again_fills_the_form_and_sends_nothing() {
    let mut servers = Servers::default();
    let mut tab = at_payments(&mut servers, page(5..7, Value::Null));
    tab.dispatch(Event::PayAgain);
    assert_eq!(tab.address, "/payments", "no payment is on the page");
    tab.visit(Place::Payment("5".into()));
    tab.dispatch(Event::PayAgain);
    assert_eq!(tab.address, "/pay");
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.payee.text, "GB82 WEST 1234 5698 7654 32");
    assert_eq!((form.amount.text.as_str(), form.reference.text.as_str()), ("0.05", "Number 5"));
    assert!(servers.posts.is_empty());
}
