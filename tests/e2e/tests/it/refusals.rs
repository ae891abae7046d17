//! Everything that says no: each a sentence, none a loop, and no money moved.

use crate::steps::{
    RENT, WELCOME, ask_for_step_up, at_the_provider, code, is_balance, is_transfer, leave_to_log_in, log_in,
    nothing_was_moved, phone, review, sees_balance,
};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use e2e::{
    Failure, Miss, Page, Stage, eventually,
    people::{ADA, BEN, PASSWORD, Person, enter_password, number_on},
    scenario,
    world::Setup,
};
use std::time::Duration;

/// How long "and nothing more happens" is watched: longer than the page itself waits before it leaves.
const A_MOMENT: Duration = Duration::from_secs(3);

/// A final sentence: an alert that says that no money was moved, a way on, and no further request.
async fn is_final(stage: &Stage, sentence: &str) -> Result<(), Failure> {
    let page = &stage.page;
    let said = page.alert().reads(sentence).await?;
    assert!(said.contains("No money was moved"), "{said}");
    page.button("Change the transfer").appears().await?;
    let before = (stage.world.scopes_asked(), stage.world.statuses("POST", "/transfer"));
    page.everything().never_reads("Your bank asks you to confirm", A_MOMENT).await?;
    assert_eq!(before, (stage.world.scopes_asked(), stage.world.statuses("POST", "/transfer")));
    page.button("Change the transfer").click().await?;
    page.field("Reference").holds(RENT.reference).await?;
    Ok(())
}

#[test]
fn a_wrong_password_is_said_and_the_right_one_goes_on() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        leave_to_log_in(stage).await?;
        enter_password(page, ADA.email, "incorrect horse battery").await?;
        page.alert().text().await?;
        page.field("Email").holds(ADA.email).await?;
        assert!(stage.world.api().those(is_balance).is_empty(), "nothing was asked of the bank");
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn cancelling_the_log_in_leads_back_to_a_page_that_offers_it_again() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        leave_to_log_in(stage).await?;
        page.button("Cancel").click().await?;
        page.alert().text().await?;
        assert!(page.address().await?.starts_with(&stage.world.app.at("/")));
        assert!(stage.world.api().those(is_balance).is_empty(), "nothing was asked of the bank");
        page.button("Log in").click().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn a_denied_push_moves_nothing() {
    scenario(Setup::default(), async |stage| {
        let (phone, _) = at_the_provider(stage).await?;
        phone.deny().await?;
        is_final(stage, "").await?;
        assert_eq!(stage.world.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(stage).await
    });
}

#[test]
fn a_wrong_number_moves_nothing() {
    scenario(Setup::default(), async |stage| {
        let (phone, number) = at_the_provider(stage).await?;
        phone.choose_other_than(&number).await?;
        is_final(stage, "").await?;
        assert_eq!(stage.world.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(stage).await
    });
}

#[test]
fn cancelling_at_the_provider_moves_nothing() {
    scenario(Setup::default(), async |stage| {
        at_the_provider(stage).await?;
        stage.page.button("Cancel").click().await?;
        is_final(stage, "").await?;
        nothing_was_moved(stage).await
    });
}

#[test]
fn a_provider_that_grants_less_causes_one_redirect_and_a_final_sentence() {
    let setup = Setup { permissions: Some(vec!["view:balance"]), ..Setup::default() };
    scenario(setup, async |stage| {
        log_in(stage, ADA).await?;
        review(&stage.page, RENT).await?;
        stage.page.button("Confirm transfer").click().await?;
        is_final(stage, "").await?;
        assert_eq!(
            stage.world.scopes_asked(),
            ["openid view:balance", "openid view:balance transfer:funds"],
            "one redirect, no second"
        );
        assert_eq!(stage.world.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(stage).await
    });
}

fn forbidden() -> Response {
    let challenge = r#"Bearer error="insufficient_scope", scope="transfer:funds""#;
    (StatusCode::FORBIDDEN, [(header::WWW_AUTHENTICATE, challenge)], "Forbidden").into_response()
}

#[test]
fn an_api_that_refuses_for_good_is_asked_twice_and_not_again() {
    scenario(Setup::default(), async |stage| {
        let rule = stage.world.api().when(is_transfer).answer(forbidden);
        let (phone, number) = at_the_provider(stage).await?;
        phone.choose(&number).await?;
        is_final(stage, "refused").await?;
        assert_eq!(stage.world.statuses("POST", "/transfer"), [Some(403), Some(403)]);
        assert_eq!(stage.world.scopes_asked().len(), 2, "no second step-up");
        rule.lift();
        nothing_was_moved(stage).await
    });
}

#[test]
fn a_token_that_is_never_accepted_starts_no_loop() {
    scenario(Setup::default(), async |stage| {
        let challenge = r#"Bearer realm="bank", error="invalid_token""#;
        let refuse =
            move || (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], "").into_response();
        let rule = stage.world.api().when(|request| request.token.is_some()).answer(refuse);
        leave_to_log_in(stage).await?;
        enter_password(&stage.page, ADA.email, PASSWORD).await?;
        stage.page.alert().text().await?;
        let asked = stage.world.scopes_asked().len();
        stage.page.everything().never_reads("Taking you to the log-in page", A_MOMENT).await?;
        assert_eq!(stage.world.scopes_asked().len(), asked, "no log-in loop");
        assert!(asked <= 2, "{asked} log-ins");
        rule.lift();
        stage.page.button("Log in").click().await?;
        sees_balance(&stage.page, ADA.opening).await?;
        Ok(())
    });
}

#[test]
fn a_business_refusal_is_a_sentence_and_the_transfer_can_be_changed() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        let phone = phone(stage).await?;
        log_in(stage, ADA).await?;
        let too_much = crate::steps::Order { amount: "2500.01", minor: 250_001, ..RENT };
        let number = ask_for_step_up(page, too_much).await?;
        phone.choose(&number).await?;
        page.alert().reads("There is not enough money in your account").await?;
        assert_eq!(code(page).await?, "transfer.insufficient-funds");
        nothing_was_moved(stage).await?;
        page.button("Change the transfer").click().await?;
        page.field("Amount").fill(RENT.amount).await?;
        page.button("Transfer").click().await?;
        page.button("Confirm transfer").click().await?;
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        crate::steps::rent_was_paid_once(stage).await
    });
}

/// Logs in, and catches the fragment of the provider's genuine answer on its way to the page.
async fn genuine_answer(stage: &Stage, person: Person) -> Result<String, Miss> {
    let page = &stage.page;
    leave_to_log_in(stage).await?;
    // The page is kept from running, so that nothing cleans the address.
    let blank = || (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "held").into_response();
    let rule = stage.world.app.when(|request| request.path == "/callback").answer(blank);
    enter_password(page, person.email, PASSWORD).await?;
    let fragment = eventually("the provider's answer", async || {
        let address = page.address().await?;
        match address.split_once('#') {
            Some((start, fragment)) if start.ends_with("/callback") => Ok(fragment.to_owned()),
            _ => Err(Miss::new(format!("the address is {address}"))),
        }
    })
    .await?;
    rule.lift();
    Ok(fragment)
}

/// No session, no request to the bank, a sentence, and a way on that works.
async fn refused_callback(stage: &Stage, page: &Page, fragment: &str) -> Result<(), Failure> {
    let asked = stage.world.api().those(|request| request.token.is_some()).len();
    // From elsewhere: a change of the fragment alone would not load the page.
    page.open("about:blank").await?;
    page.open(&stage.world.app.at(&format!("/callback#{fragment}"))).await?;
    page.alert().text().await?;
    page.button("Log in").appears().await?;
    let address = page.address().await?;
    assert!(!address.contains("token") && !address.contains("state="), "{address}");
    let kept = page.session_storage().await?;
    assert!(!kept.contains("eyJ"), "no token is kept");
    assert_eq!(
        asked,
        stage.world.api().those(|request| request.token.is_some()).len(),
        "the bank is not asked"
    );
    Ok(())
}

#[test]
fn a_foreign_state_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, BEN).await?;
        // Ben's genuine answer, given to a browser window that did not ask for it: log-in CSRF.
        let victim = stage.browser.new_window().await?;
        refused_callback(stage, &victim, &fragment).await?;
        victim.button("Log in").click().await?;
        sees_balance(&victim, BEN.opening).await?;
        Ok(())
    });
}

#[test]
fn an_absent_state_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, ADA).await?;
        let parts: Vec<&str> = fragment.split('&').filter(|part| !part.starts_with("state=")).collect();
        refused_callback(stage, &stage.page, &parts.join("&")).await
    });
}

#[test]
fn a_made_up_state_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let fragment = genuine_answer(stage, ADA).await?;
        let made_up: Vec<String> = fragment
            .split('&')
            .map(|part| {
                if part.starts_with("state=") {
                    "state=AAAAAAAAAAAAAAAAAAAAAA".to_owned()
                } else {
                    part.into()
                }
            })
            .collect();
        refused_callback(stage, &stage.page, &made_up.join("&")).await
    });
}

#[test]
fn an_answer_counts_once() {
    scenario(Setup::default(), async |stage| {
        let Stage { world, page, .. } = stage;
        let fragment = genuine_answer(stage, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        page.button("Log out").click().await?;
        page.heading(WELCOME).appears().await?;
        world.tenant.awaits("the log-out", |request| request.path.ends_with("/logout")).await?;
        page.arrives_at(&world.app.at("/")).await?;
        refused_callback(stage, page, &fragment).await
    });
}

#[test]
fn a_swapped_access_token_opens_no_session() {
    scenario(Setup::default(), async |stage| {
        let ada = genuine_answer(stage, ADA).await?;
        // Ben's token, genuine too, from a log-in in the same browser.
        stage.page.open(&stage.world.tenant.at("/v2/logout")).await?;
        let ben = genuine_answer(stage, BEN).await?;
        let token = |fragment: &str| {
            fragment.split('&').find(|part| part.starts_with("access_token=")).unwrap_or_default().to_owned()
        };
        let swapped = ada.replace(&token(&ada), &token(&ben));
        assert_ne!(swapped, ada);
        refused_callback(stage, &stage.page, &swapped).await
    });
}

#[test]
fn another_person_at_the_step_up_cannot_confirm_the_transfer() {
    scenario(Setup::default(), async |stage| {
        let Stage { world, page, browser } = stage;
        let ada_phone = phone(stage).await?;
        log_in(stage, ADA).await?;
        review(page, RENT).await?;
        // Meanwhile, in another tab: Ada's session at the provider ends, Ben's begins.
        let other = browser.new_window().await?;
        other.open(&world.tenant.at("/v2/logout")).await?;
        other.everything().reads("logged out").await?;
        page.button("Confirm transfer").click().await?;
        page.field("Email").appears().await?;
        enter_password(page, BEN.email, PASSWORD).await?;
        let number = number_on(page).await?;
        drop(ada_phone);
        // The phone of this browser is Ada's; Ben pairs his own.
        let ben_phone = pair_instead(&other, stage).await?;
        ben_phone.choose(&number).await?;

        is_final(stage, "Somebody else").await?;
        assert_eq!(world.statuses("POST", "/transfer"), [Some(403)]);
        nothing_was_moved(stage).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

async fn pair_instead(page: &Page, stage: &Stage) -> Result<e2e::people::Phone, Miss> {
    page.open(&stage.world.tenant.at("/phone")).await?;
    page.button("Unpair this phone").click().await?;
    page.heading("Pair your phone").appears().await?;
    e2e::people::Phone::of(BEN, page.clone(), &stage.world).await
}
