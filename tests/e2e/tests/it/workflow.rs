//! The complete workflow: a balance with a password, a transfer with a second factor.

use crate::steps::{
    RENT, WELCOME, at_the_provider, code_flow, euros, grouped, is_balance, is_good_for_no_other, is_transfer,
    log_in, open, open_pay_form, rent_was_paid_once, review, sees_balance, transfer, type_order,
};
use e2e::{
    Page, TestContext, TestFailure, Token,
    people::{ADA, BEN, PASSWORD},
    provider_pages::enter_password,
    scenario,
    servers::{AUDIENCE, Api, CLIENT_ID, Setup},
};

const WITH_MFA: &str = "openid view:balance transfer:funds";
const WITHOUT_MFA: &str = "openid view:balance";

/// Proves: api-403-step-up
/// What the tab keeps of a log-out: the word for its page.
const LOGGED_OUT: &str = r#"[["riser.logout_notice","logged_out"]]"#;

#[test]
fn transfer_requires_a_second_factor_and_moves_money_once() {
    scenario(Setup::default(), async |context| the_workflow(context, Flow::Implicit).await);
}

/// Proves: code-flow-same-scenario
#[test]
fn code_flow_does_the_same() {
    scenario(Setup { config: code_flow, ..Setup::default() }, async |context| {
        the_workflow(context, Flow::Code).await
    });
}

#[test]
fn api_on_another_origin_does_the_same() {
    let setup = Setup { api: Api::BankElsewhere, ..Setup::default() };
    scenario(setup, async |context| the_workflow(context, Flow::Implicit).await);
}

/// How the provider answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Implicit,
    Code,
}

async fn the_workflow(context: &TestContext, flow: Flow) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let (phone, number) = at_the_provider(context).await?;
    let asked = phone.request().await?;
    assert!(asked.contains("transfer funds"), "the phone says what is asked: {asked}");
    phone.choose(&number).await?;

    let said = page.status().reads("Transfer sent").await?;
    assert!(!said.contains("already"), "{said}");
    let left = ADA.opening - RENT.minor;
    let seen = page.everything().text().await?;
    for part in [grouped(RENT.payee), euros(RENT.minor), RENT.reference.to_owned(), euros(left)] {
        assert!(seen.contains(&part), "the receipt lacks {part:?}: {seen}");
    }
    sees_balance(page, left).await?;
    page.link("Home").click().await?;
    let entry = page.css("li.entry").reads(BEN.name).await?;
    assert!(entry.contains("12.50"), "{entry}");

    // The servers' side, in order.
    assert_eq!(servers.scopes_asked(), [WITHOUT_MFA, WITH_MFA]);
    for request in servers.tenant.requests("/authorize") {
        exact_parameters(context, &request, flow);
    }
    let exchanges = servers.tenant.requests("/oauth/token");
    assert_eq!(exchanges.len(), if flow == Flow::Code { 2 } else { 0 }, "one for each answer");
    for exchange in exchanges {
        assert!(exchange.is("POST", "/oauth/token") && exchange.was_handled_with(200), "{exchange:?}");
        assert!(exchange.token.is_none() && exchange.query.is_empty(), "{exchange:?}");
    }
    assert!(!format!("{:?}", *servers.app).contains("code="), "no server of ours sees a code");
    let balance = servers.api().matching(is_balance);
    assert!(balance.iter().all(|request| request.was_handled_with(200)), "{balance:?}");
    let transfers = servers.api().matching(is_transfer);
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
    let [first, second] = &transfers[..] else { panic!("{transfers:?}") };
    assert_eq!(first.token, balance[0].token, "the first attempt has the token for the balance");
    assert_ne!(first.token, second.token, "the second has another");
    assert_eq!(first.idempotency_key, second.idempotency_key, "and is the same transfer");
    assert_eq!(first.body, second.body, "unaltered");
    let scopes =
        |request: &e2e::server::Exchange| request.token.as_ref().map(Token::scopes).unwrap_or_default();
    assert_eq!(scopes(first), ["openid", "view:balance"]);
    assert_eq!(scopes(second), ["openid", "transfer:funds", "view:balance"]);
    assert!(
        servers.api().matching(|request| request.token == second.token).len() == 1,
        "it was used for that alone"
    );
    let answers = servers.tenant.requests("/phone/answer");
    assert_eq!(answers.len(), 1, "one push was answered");
    rent_was_paid_once(context).await?;

    // It names the transfer that was confirmed: for any other it is worth nothing, spent or not.
    is_good_for_no_other(context, 403, "insufficient_scope").await?;
    rent_was_paid_once(context).await
}

/// The parameters of the documentation, and no others; the step-up names the transfer as well.
fn exact_parameters(context: &TestContext, request: &e2e::server::Exchange, flow: Flow) {
    let step_up = request.parameter("scope") == WITH_MFA;
    let mut names: Vec<String> = request.parameters().into_iter().map(|(name, _)| name).collect();
    names.sort();
    let mut expected = vec![
        "audience",
        "client_id",
        "nonce",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "ui_locales",
    ];
    if step_up {
        expected.push("authorization_details");
    }
    if flow == Flow::Code {
        expected.extend(["code_challenge", "code_challenge_method", "response_mode"]);
        assert_eq!(request.parameter("response_type"), "code");
        assert_eq!(request.parameter("code_challenge_method"), "S256");
        assert_eq!(request.parameter("code_challenge").len(), 43);
    } else {
        assert_eq!(request.parameter("response_type"), "id_token token");
    }
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(request.parameter("audience"), AUDIENCE);
    assert_eq!(request.parameter("client_id"), CLIENT_ID);
    assert_eq!(request.parameter("redirect_uri"), context.servers.app.at("/callback"));
    for random in ["nonce", "state"] {
        assert!(request.parameter(random).len() >= 22, "128 bits take 22 characters of base64url");
    }
    assert!(
        request.query.contains("scope=openid%20") || request.query.contains("scope=openid+"),
        "{request:?}"
    );
}

#[test]
fn two_transfers_take_two_second_factors() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        page.button("Make another transfer").click().await?;
        page.field("Pay to (IBAN)").holds("").await?;
        let number = crate::steps::ask_for_step_up(page, RENT).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        assert_eq!(
            context.servers.statuses("POST", "/transfer"),
            [Some(403), Some(201), Some(403), Some(201)]
        );
        assert_eq!(context.servers.scopes_asked(), [WITHOUT_MFA, WITH_MFA, WITH_MFA]);
        let keys = context.servers.api().matching(is_transfer);
        assert_ne!(keys[0].idempotency_key, keys[2].idempotency_key, "two transfers have two ids");
        assert_ne!(keys[1].token, keys[3].token, "and two tokens");
        assert_eq!(context.servers.balance_of(ADA).await?, ADA.opening - 2 * RENT.minor);
        Ok(())
    });
}

/// As a version of Riser has kept the session that did not know what names it at the provider.
async fn forget_what_names_the_session(page: &Page) -> Result<(), TestFailure> {
    page.evaluate(
        "sessionStorage.setItem('riser.session', JSON.stringify({ ...JSON.parse(sessionStorage.getItem('riser.session')), log_out_hints: null }))",
    )
    .await?;
    page.reload().await?;
    sees_balance(page, ADA.opening).await?;
    Ok(())
}

/// Proves: tenant-log-out-link
#[test]
fn log_out_confirmation_of_the_provider_is_answered() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        forget_what_names_the_session(page).await?;
        page.button("Log out").click().await?;
        page.heading("Log out?").appears().await?;
        crate::looks::look(page, "log-out").await?;
        page.button("Stay logged in").click().await?;
        page.heading(crate::steps::WELCOME).appears().await?;
        assert_eq!(page.session_storage().await?, LOGGED_OUT, "here it is over all the same");

        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        forget_what_names_the_session(page).await?;
        page.button("Log out").click().await?;
        page.heading("Log out?").appears().await?;
        page.button("Log out").click().await?;
        page.heading(crate::steps::WELCOME).appears().await?;
        page.button("Log in").click().await?;
        page.field("Password").appears().await?;
        Ok(())
    });
}

#[test]
fn log_out_ends_both_sessions() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        type_order(page, RENT).await?;
        page.button("Log out").click().await?;
        page.heading(crate::steps::WELCOME).appears().await?;
        servers
            .tenant
            .wait_for("the end of the session", |request| {
                request.path.ends_with("/logout")
                    && request.status.answered().is_some_and(|status| status < 400)
            })
            .await?;
        page.arrives_at(&servers.app.at("/")).await?;
        page.heading(crate::steps::WELCOME).appears().await?;
        assert_eq!(page.session_storage().await?, LOGGED_OUT, "nothing of the session is left");
        let shared = page.local_storage().await?;
        assert!(
            shared.contains("riser.log_outs") && shared.len() < 80,
            "a count and a time, for the other tabs: {shared}"
        );

        page.reload().await?;
        page.heading(crate::steps::WELCOME).appears().await?;
        page.button("Log in").click().await?;
        page.field("Password").appears().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        open_pay_form(page).await?;
        page.field("Pay to (IBAN)").holds("").await?;
        Ok(())
    });
}

#[test]
fn log_out_before_the_second_factor_leaves_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        at_the_provider(context).await?;
        page.back().await?;
        page.heading("Not confirmed").appears().await?;
        page.button("Log out").click().await?;
        servers
            .tenant
            .wait_for("the end of the session", |request| request.path.ends_with("/logout"))
            .await?;
        page.arrives_at(&servers.app.at("/")).await?;
        page.heading(crate::steps::WELCOME).appears().await?;
        assert_eq!(page.session_storage().await?, LOGGED_OUT, "nothing of the transfer is left");
        crate::steps::nothing_was_moved(context).await
    });
}

#[test]
fn provider_session_needs_no_second_password() {
    scenario(Setup::default(), async |context| {
        log_in(context, ADA).await?;
        let other = context.browser.new_window().await?;
        other.open(&context.servers.app.at("/")).await?;
        other.button("Log in").click().await?;
        sees_balance(&other, ADA.opening).await?;
        assert_eq!(context.servers.scopes_asked(), [WITHOUT_MFA, WITHOUT_MFA]);
        Ok(())
    });
}

#[test]
fn cancel_sends_nothing() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        page.button("Cancel").click().await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert!(context.servers.api().matching(is_transfer).is_empty(), "nothing was sent");
        crate::steps::nothing_was_moved(context).await
    });
}

#[test]
fn input_is_validated_before_the_review() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        page.field("Payee name").fill(RENT.name).await?;
        page.field("Pay to (IBAN)").fill("GB82 WEST 1234 5698 7654 33").await?;
        page.field("Amount").fill("0").await?;
        page.button("Transfer").click().await?;
        for label in ["Pay to (IBAN)", "Amount"] {
            let invalid = page.field(label).attribute("aria-invalid").await?;
            assert_eq!(invalid.as_deref(), Some("true"), "{label}");
        }
        assert_eq!(page.button("Confirm transfer").count().await?, 0);
        // One's own account is no payee.
        page.field("Pay to (IBAN)").fill(ADA.iban).await?;
        page.field("Amount").fill("1").await?;
        page.button("Transfer").click().await?;
        page.everything().reads("This is your own account").await?;
        // Pasted in groups, typed with a comma: both are understood.
        page.field("Pay to (IBAN)").fill("gb82 west 1234 5698 7654 32").await?;
        page.field("Amount").fill("12,5").await?;
        page.button("Transfer").click().await?;
        page.button("Confirm transfer").appears().await?;
        page.everything().reads(&euros(RENT.minor)).await?;
        assert!(context.servers.api().matching(is_transfer).is_empty());
        Ok(())
    });
}

#[test]
fn works_by_keyboard() {
    use e2e::Key;
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = crate::steps::phone(context).await?;
        open(context).await?;
        page.tab_to("Log in").await?;
        page.type_keys(Key::Enter + "").await?;
        page.heading("Log in").appears().await?;
        page.tab_to("Email").await?;
        page.type_keys(ADA.email.into()).await?;
        page.tab_to("Password").await?;
        page.type_keys(PASSWORD.into()).await?;
        page.type_keys(Key::Enter + "").await?;
        sees_balance(page, ADA.opening).await?;
        page.tab_to("Pay").await?;
        page.type_keys(Key::Enter + "").await?;
        for (label, text) in [
            ("Payee name", RENT.name),
            ("Pay to (IBAN)", RENT.payee),
            ("Amount", RENT.amount),
            ("Reference", RENT.reference),
        ] {
            page.tab_to(label).await?;
            page.type_keys(text.into()).await?;
        }
        page.type_keys(Key::Enter + "").await?;
        page.button("Confirm transfer").appears().await?;
        page.tab_to("Confirm transfer").await?;
        page.type_keys(Key::Enter + "").await?;
        let number = e2e::provider_pages::number_on(page).await?;
        phone.page().tab_to(&number).await?;
        phone.page().type_keys(Key::Enter + "").await?;
        page.status().reads("Transfer sent").await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        // Found again, and paid again with another amount.
        page.tab_to("Payments").await?;
        page.type_keys(Key::Enter + "").await?;
        page.tab_to("Search payments").await?;
        page.type_keys("ben".into()).await?;
        page.css("li.entry").reads(RENT.reference).await?;
        for _ in 0..20 {
            if page.evaluate("document.activeElement.matches('li.entry a')").await? == true {
                break;
            }
            page.type_keys(Key::Tab + "").await?;
        }
        page.type_keys(Key::Enter + "").await?;
        page.heading("Payment").appears().await?;
        page.tab_to("Pay again").await?;
        page.type_keys(Key::Enter + "").await?;
        page.field("Payee name").holds(RENT.name).await?;
        page.tab_to("Amount").await?;
        // Tab selects what a field holds.
        page.type_keys("7".into()).await?;
        page.type_keys(Key::Enter + "").await?;
        page.tab_to("Confirm transfer").await?;
        page.type_keys(Key::Enter + "").await?;
        let number = e2e::provider_pages::number_on(page).await?;
        phone.page().tab_to(&number).await?;
        phone.page().type_keys(Key::Enter + "").await?;
        page.status().reads("Transfer sent").await?;
        page.evaluate("window.print = () => (window.printed = true), 0").await?;
        page.tab_to("Print").await?;
        page.type_keys(Key::Enter + "").await?;
        assert_eq!(page.evaluate("window.printed").await?, true);
        page.tab_to("Log out").await?;
        page.type_keys(Key::Enter + "").await?;
        page.heading(WELCOME).appears().await?;
        let statuses = servers.statuses("POST", "/transfer");
        assert_eq!(statuses, [Some(403), Some(201), Some(403), Some(201)]);
        assert_eq!(servers.balance_of(ADA).await?, ADA.opening - RENT.minor - 700);
        Ok(())
    });
}

#[test]
fn receipt_stays_until_dismissed() {
    scenario(Setup::default(), async |context| {
        transfer(context).await?;
        context.page.button("Make another transfer").click().await?;
        context.page.field("Amount").holds("").await?;
        rent_was_paid_once(context).await
    });
}
