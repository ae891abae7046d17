//! Everything that can be out of order: each a sentence and a way on, none a blank page or a spinner for ever.

use crate::steps::{
    RENT, WELCOME, ask_for_step_up, at_the_provider, code, confirm_everywhere, is_balance, is_transfer,
    leave_to_log_in, log_in, nothing_was_moved, open, phone, rent_was_paid_once, review, sees_balance,
    type_order,
};
use axum::{http::StatusCode, response::IntoResponse};
use e2e::{
    TestContext,
    people::{ADA, PASSWORD},
    provider_pages::enter_password,
    scenario,
    server::Exchange,
    servers::Setup,
};
use serde_json::json;
use std::time::Duration;

fn is_api(request: &Exchange) -> bool {
    request.token.is_some()
}

/// Proves: truth-before-sending
#[test]
fn offline_is_reported_until_it_ends() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        page.set_offline(true).await?;
        page.everything().reads("You are offline").await?;
        page.button("Confirm transfer").click().await?;
        // The page knows that it is offline, so it sends nothing, and that is certain.
        page.alert().reads("Nothing was sent, and no money was moved").await?;
        page.set_offline(false).await?;
        page.css(".banner").disappears().await?;
        assert!(servers.api().matching(is_transfer).is_empty());
        page.button("Change the transfer").click().await?;
        page.field("Amount").holds(RENT.amount).await?;
        nothing_was_moved(context).await
    });
}

#[test]
fn bank_outage_is_reported_and_can_be_retried() {
    for down in [true, false] {
        scenario(Setup::default(), async |context| {
            let TestContext { servers, page, .. } = context;
            let rule = if down {
                servers.api().when(is_api).cut()
            } else {
                servers.api().when(is_api).answer(|| StatusCode::SERVICE_UNAVAILABLE.into_response())
            };
            leave_to_log_in(context).await?;
            enter_password(page, ADA.email, PASSWORD).await?;
            page.alert().text().await?;
            page.button("Try again").appears().await?;
            rule.lift();
            page.button("Try again").click().await?;
            sees_balance(page, ADA.opening).await?;
            Ok(())
        });
    }
}

#[test]
fn bank_outage_at_the_first_attempt_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        let rule = servers.api().when(is_api).answer(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
        page.button("Confirm transfer").click().await?;
        page.button("Ask again").appears().await?;
        rule.lift();
        // The bank is asked again by itself.
        page.alert().reads("No money was moved").await?;
        nothing_was_moved(context).await?;
        page.button("Change the transfer").click().await?;
        let number = ask_for_step_up(page, RENT).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await
    });
}

#[test]
fn provider_outage_at_the_log_in_can_be_retried() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let rule = servers.tenant.when(|_| true).cut();
        open(context).await?;
        page.button("Log in").click().await?;
        page.alert().text().await?;
        assert!(page.address().await?.starts_with(&servers.app.at("/")), "the page stays where it is");
        rule.lift();
        page.button("Log in").click().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn provider_outage_at_the_callback_can_be_retried() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        leave_to_log_in(context).await?;
        let rule = servers.tenant.when(|request| request.path.starts_with("/.well-known/")).cut();
        enter_password(page, ADA.email, PASSWORD).await?;
        page.alert().text().await?;
        assert!(servers.api().matching(is_balance).is_empty(), "an answer that was not checked is not used");
        rule.lift();
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn provider_outage_at_the_step_up_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        // A page that was loaded anew does not know the provider's addresses yet.
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        review(page, RENT).await?;
        page.forget_files().await?;
        let rule = servers.tenant.when(|_| true).cut();
        page.button("Confirm transfer").click().await?;
        let said = page.alert().text().await?;
        rule.lift();
        assert!(said.contains("No money was moved"), "{said}");
        nothing_was_moved(context).await?;
        page.button("Change the transfer").click().await?;
        page.field("Amount").holds(RENT.amount).await?;
        Ok(())
    });
}

#[test]
fn provider_outage_after_the_second_factor_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        page.forget_files().await?;
        let rule = servers.tenant.when(|request| request.path.starts_with("/.well-known/")).cut();
        phone.choose(&number).await?;
        page.alert().reads("No money was moved").await?;
        rule.lift();
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(context).await
    });
}

#[test]
fn wrong_configuration_keys_are_named() {
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 8] = [
        ("issuer", |config| config["issuer"] = json!("localhost")),
        ("client_id", |config| config["client_id"] = json!("")),
        ("audience", |config| config["audience"] = json!(null)),
        ("api", |config| config["api"] = json!("bank")),
        ("redirect_uri", |config| config["redirect_uri"] = json!("javascript:alert(1)")),
        ("flow", |config| config["flow"] = json!("password")),
        ("scopes", |config| config["scopes"] = json!({ "balance": "" })),
        ("isuer", |config| config["isuer"] = json!("http://localhost/")),
    ];
    for (key, config) in changes {
        scenario(Setup { config, ..Setup::default() }, async |context| {
            let page = &context.page;
            page.open(&context.servers.app.at("/")).await?;
            page.alert().reads("not set up correctly").await?;
            page.button("Details for support").click().await?;
            page.everything().reads(&format!("`{key}`")).await?;
            assert_eq!(code(page).await?, "config.invalid");
            assert!(context.servers.scopes_asked().is_empty(), "nobody is sent to a provider");
            Ok(())
        });
    }
}

/// Proves: discovery-issuer
#[test]
fn other_issuer_is_not_used() {
    // The addresses are right, the name is not: with a slash less, it is another issuer.
    let config: fn(&mut serde_json::Value) = |config| {
        let issuer = config["issuer"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
        config["issuer"] = issuer.into();
    };
    scenario(Setup { config, ..Setup::default() }, async |context| {
        open(context).await?;
        context.page.button("Log in").click().await?;
        context.page.alert().text().await?;
        assert!(context.servers.scopes_asked().is_empty(), "nobody is sent there");
        context.page.button("Log in").appears().await?;
        Ok(())
    });
}

/// Proves: session-end-keeps-input
#[test]
fn ended_session_keeps_input() {
    scenario(Setup { access_token_seconds: 20, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        type_order(page, RENT).await?;
        page.alert().reads("Your session is over").await?;
        assert!(!page.session_storage().await?.contains("eyJ"), "the token is forgotten");
        page.field("Reference").holds(RENT.reference).await?;
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert_eq!(servers.scopes_asked().len(), 2);
        Ok(())
    });
}

#[test]
fn session_ended_while_away_is_reported() {
    scenario(Setup { access_token_seconds: 15, ..Setup::default() }, async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.alert().reads("Your session is over").await?;
        page.reload().await?;
        page.heading(WELCOME).appears().await?;
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn session_ended_during_the_second_factor_keeps_the_transfer() {
    scenario(Setup { access_token_seconds: 20, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        // The customer takes their time: the token for the balance runs out meanwhile.
        page.everything().never_reads("no longer valid", Duration::from_secs(21)).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await?;
        page.alert().reads("Your session is over").await?;
        Ok(())
    });
}

#[test]
fn token_refused_at_the_transfer_ends_the_session_and_keeps_the_form() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        let rule = servers.api().when(is_transfer).answer(|| StatusCode::UNAUTHORIZED.into_response());
        page.button("Confirm transfer").click().await?;
        page.alert().reads("Your session is over").await?;
        rule.lift();
        page.field("Reference").holds(RENT.reference).await?;
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Reference").holds(RENT.reference).await?;
        page.button("Transfer").click().await?;
        confirm_everywhere(page, &phone).await?;
        rent_was_paid_once(context).await
    });
}

#[test]
fn missing_webassembly_is_reported() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let rule = servers.app.when(crate::steps::is_webassembly).cut();
        page.open(&servers.app.at("/")).await?;
        page.everything().reads("This page could not be loaded").await?;
        rule.lift();
        page.link("Try again").click().await?;
        page.button("Log in").appears().await?;
        Ok(())
    });
}
