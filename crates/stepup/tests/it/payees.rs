//! Whom the customer pays again: those that were paid last, and those that the bank keeps.

use serde_json::json;
use stepup::{
    Event,
    domain::{Field, Iban, Payee},
    view::{AccountView, FormView, NameCheckView, PayeesStatus, Screen, TransferView},
};
use url::Url;

use crate::{
    servers::{Grant, PAYEE, Servers, query},
    tab::Tab,
};

const HOLDER: &str = "Ben Example";

fn servers() -> Servers {
    Servers { holder: Some(HOLDER), ..Servers::default() }
}

fn payee(name: &str) -> Payee {
    Payee { iban: Iban::parse(PAYEE).expect("an IBAN"), name: name.into() }
}

fn account(tab: &Tab) -> AccountView {
    match tab.screen() {
        Screen::Account(account) => *account,
        other => panic!("{other:?}"),
    }
}

fn form(tab: &Tab) -> FormView {
    match tab.transfer() {
        TransferView::Form(form) => form,
        other => panic!("{other:?}"),
    }
}

fn save(tab: &mut Tab, name: &str) {
    let entropy = tab.entropy();
    tab.dispatch(Event::SavePayee(payee(name), entropy));
}

/// A tab that the bank has sent to the provider, because saving a payee takes a second factor.
fn saving(servers: &mut Servers) -> (Tab, Url) {
    let mut tab = servers.logged_in();
    save(&mut tab, HOLDER);
    assert_eq!(account(&tab).payees.status, PayeesStatus::Changing);
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

fn come_back(servers: &mut Servers, tab: &mut Tab, there: &Url, subject: &str, amr: &[&str]) {
    let claims = json!({ "amr": amr, "auth_time": tab.now });
    let fragment = servers.grant(there, tab.now, &Grant { subject, claims, ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(tab);
}

/// Proves: payee-step-up
#[test]
fn saving_takes_a_second_factor_and_goes_on_after_it() {
    let mut servers = servers();
    let (mut tab, there) = saving(&mut servers);
    assert!(servers.payees.is_empty());
    assert_eq!(query(&there, "scope"), "openid view:balance", "no token for a transfer");
    assert!(query(&there, "acr_values").contains("multi-factor"));
    come_back(&mut servers, &mut tab, &there, "auth0|1", &["mfa"]);
    assert_eq!(account(&tab).payees.status, PayeesStatus::Saved(payee(HOLDER)));
    assert_eq!(account(&tab).payees.saved, [payee(HOLDER)]);
    assert_eq!(servers.payees.len(), 1);
    // Another one needs no further second factor as long as that is recent.
    save(&mut tab, "Ben E.");
    servers.serve_all(&mut tab);
    assert!(tab.gone.is_none());
    assert_eq!(account(&tab).payees.saved, [payee("Ben E.")], "renamed");
}

/// Proves: payee-step-up
#[test]
fn bank_that_asks_again_causes_no_second_redirect() {
    let mut servers = servers();
    servers.never_strong_enough = true;
    let (mut tab, there) = saving(&mut servers);
    come_back(&mut servers, &mut tab, &there, "auth0|1", &["mfa"]);
    assert!(matches!(account(&tab).payees.status, PayeesStatus::Failed(_)));
    assert!(tab.gone.is_none() && servers.payees.is_empty());
}

/// Proves: payee-step-up, threat-edited-storage
#[test]
fn edited_stored_payee_is_not_saved() {
    for (from, to) in [(PAYEE, "DE75512108001245126199"), (HOLDER, "Zoe Other")] {
        let mut servers = servers();
        let (mut tab, there) = saving(&mut servers);
        for value in tab.storage.values_mut().filter(|value| value.contains("save_payee")) {
            *value = value.replace(from, to);
        }
        come_back(&mut servers, &mut tab, &there, "auth0|1", &["mfa"]);
        assert!(
            matches!(account(&tab).payees.status, PayeesStatus::Failed(problem) if problem.code == "id_token.nonce")
        );
        assert!(servers.payees.is_empty(), "{to}");
    }
}

/// Proves: payee-step-up
#[test]
fn other_customer_saves_nothing() {
    let mut servers = servers();
    let (mut tab, there) = saving(&mut servers);
    come_back(&mut servers, &mut tab, &there, "auth0|2", &["mfa"]);
    assert!(matches!(tab.screen(), Screen::Failed(_)), "{:?}", tab.screen());
    assert!(servers.payees.is_empty());
}

#[test]
fn denied_second_factor_leaves_payees_and_session() {
    let mut servers = servers();
    let (mut tab, there) = saving(&mut servers);
    tab.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    servers.serve_all(&mut tab);
    assert!(matches!(account(&tab).payees.status, PayeesStatus::Failed(_)));
    assert!(!account(&tab).session_over());
}

#[test]
fn saved_payee_is_listed_and_deleted() {
    let mut servers = servers();
    servers.payees.insert(PAYEE.into(), HOLDER.into());
    let mut tab = servers.logged_in();
    assert!(account(&tab).payees.are_offered);
    assert_eq!(account(&tab).payees.saved, [payee(HOLDER)]);
    tab.dispatch(Event::DeletePayee(payee(HOLDER)));
    servers.serve_all(&mut tab);
    assert_eq!(account(&tab).payees.status, PayeesStatus::Deleted(payee(HOLDER)));
    assert!(account(&tab).payees.saved.is_empty() && servers.payees.is_empty());
}

#[test]
fn recent_payees_are_those_paid_last_that_are_not_saved() {
    let mut servers = servers();
    servers.history =
        history(&[("DE75512108001245126199", "Zoe", 0), (PAYEE, HOLDER, 0), (PAYEE, HOLDER, 0)]);
    let tab = servers.logged_in();
    let names = |tab: &Tab| -> Vec<String> {
        account(tab).payees.recent.into_iter().map(|payee| payee.name).collect()
    };
    assert_eq!(names(&tab), ["Zoe", HOLDER]);
    servers.payees.insert(PAYEE.into(), HOLDER.into());
    assert_eq!(names(&servers.logged_in()), ["Zoe"]);
}

/// The list of transfers: IBAN, name, and how many cents of 12.50 more.
fn history(lines: &[(&str, &str, i64)]) -> String {
    let lines: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, (iban, holder, more))| {
            json!({
                "id": at.to_string(), "direction": "out", "counterparty": { "iban": iban, "holder": holder },
                "amount": { "amount": 1250 + more, "currency": "EUR" }, "reference": "",
                "created_at": "2023-11-14T12:00:00Z",
            })
        })
        .collect();
    json!({ "transfers": lines }).to_string()
}

#[test]
fn name_of_known_payee_is_filled_in_and_checked() {
    let mut servers = servers();
    servers.history = history(&[(PAYEE, HOLDER, 0)]);
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    servers.serve_all(&mut tab);
    assert_eq!(form(&tab).name.text, HOLDER);
    assert!(matches!(form(&tab).name_check, NameCheckView::Answered(..)));
    // What was typed stays.
    tab.dispatch(Event::Edited(Field::Name, "Somebody".into()));
    tab.dispatch(Event::Left(Field::Payee));
    assert_eq!(form(&tab).name.text, "Somebody");
}

#[test]
fn what_is_left_and_a_repetition_are_said() {
    let mut servers = servers();
    servers.history = history(&[(PAYEE, HOLDER, 0)]);
    let mut tab = servers.logged_in();
    let seen = |tab: &Tab| (form(tab).left.map(|left| left.amount), form(tab).repeats);
    assert_eq!(seen(&tab), (None, false));
    for (amount, expected) in
        [("12.50", (Some(98_750), true)), ("12.51", (Some(98_749), false)), ("1000.01", (None, false))]
    {
        tab.fill(PAYEE, amount, "");
        assert_eq!(seen(&tab), expected, "{amount}");
    }
    tab.fill(PAYEE, "12.50", "");
    servers.serve_all(&mut tab);
    tab.dispatch(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { repeats: true, .. }), "{:?}", tab.transfer());
    tab.dispatch(Event::Cancel);
    tab.now += 24 * 60 * 60;
    tab.dispatch(Event::Left(Field::Reference));
    assert!(!form(&tab).repeats);
}

#[test]
fn errors_are_listed_once_transfer_was_pressed() {
    let mut servers = servers();
    let mut tab = servers.logged_in();
    tab.fill("GB82", "", "");
    assert!(!form(&tab).has_summary && form(&tab).payee.error.is_some());
    tab.dispatch(Event::Review);
    assert!(form(&tab).has_summary);
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Edited(Field::Name, HOLDER.into()));
    assert!(!form(&tab).has_summary, "nothing is wrong any more");
}
