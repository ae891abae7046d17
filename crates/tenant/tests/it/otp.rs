//! One-time codes (RFC 6238): what they confirm, how often, until when, and for whom.

use axum::http::StatusCode;
use serde_json::json;

use crate::authenticator::{Authenticator, SECRET};
use crate::harness::{
    ADA, AUDIENCE, BEN, Browser, PASSWORD, START, TRANSFER, World, authorize_with, config_with,
};

const WRONG: &str =
    "This is not the code that your app shows now. Check the time on the device, and try once more.";
const USED: &str = "This code has been used. Wait until your app shows the next one.";

async fn world() -> World {
    World::with(config_with(ADA, Some(SECRET), &[])).await
}

async fn with_app() -> (World, Browser, Authenticator) {
    let world = world().await;
    let tab = world.logged_in(ADA).await;
    (world, tab, Authenticator::with(SECRET))
}

#[tokio::test]
async fn code_gives_mfa_tokens() {
    let (world, mut tab, app) = with_app().await;
    let page = tab.asks_for_code().await;
    assert!(page.body.contains("<h1>Enter a code from your app</h1>"), "{page:?}");
    assert!(page.body.contains("Riser asks to transfer funds from your account."), "{page:?}");
    world.clock.advance(60);
    let fragment = tab.enter(&page, &app.code(&world)).await.fragment();
    assert_eq!(fragment["scope"], TRANSFER);
    let access = world.verified(&fragment["access_token"], AUDIENCE).await;
    let id = world.verified(&fragment["id_token"], "riser").await;
    for claims in [access, id] {
        assert_eq!(claims["amr"], json!(["mfa"]), "as at Auth0, whichever factor it was");
        assert_eq!(claims["acr"], "http://schemas.openid.net/pape/policies/2007/06/multi-factor");
        assert_eq!(claims["auth_time"], START + 60, "when the second factor was given");
    }
    assert_eq!(tab.look(&page).await.status, StatusCode::GONE);
}

/// Proves: codes-as-pasted
#[tokio::test]
async fn pasted_code_is_accepted() {
    let (world, mut tab, app) = with_app().await;
    let digits = |code: &str, zero: char| -> String {
        let digit = |c: char| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap();
        code.chars().map(digit).collect()
    };
    let ways: [&dyn Fn(&str) -> String; 6] = [
        &|code| format!("{} {}", &code[..3], &code[3..]),
        &|code| format!("\u{feff}{}\u{200b}{}\u{202c}", &code[..3], &code[3..]),
        &|code| format!("{}\u{2011}{}. ", &code[..3], &code[3..]),
        &|code| digits(code, '\u{660}'),
        &|code| digits(code, '\u{966}'),
        &|code| digits(code, '\u{ff10}'),
    ];
    for way in ways {
        let page = tab.asks_for_code().await;
        assert!(page.body.contains(r#"autocorrect="off""#) && !page.body.contains("maxlength"), "{page:?}");
        let pasted = way(&app.code(&world));
        let answer = tab.enter(&page, &pasted).await;
        assert!(answer.fragment().contains_key("access_token"), "{pasted:?}: {answer:?}");
        world.clock.advance(60);
    }
}

/// Proves: threat-otp
#[tokio::test]
async fn code_is_single_use_across_requests() {
    let (world, mut tab, app) = with_app().await;
    let code = app.code(&world);
    let first = tab.asks_for_code().await;
    assert!(tab.enter(&first, &code).await.fragment().contains_key("access_token"));
    for _ in 0..7 {
        let next = tab.asks_for_code().await;
        for used in [&code, &app.code_in(&world, -1)] {
            let answer = tab.enter(&next, used).await;
            assert_eq!(
                (answer.status, answer.texts("role=\"alert\"").remove(0)),
                (StatusCode::BAD_REQUEST, USED.into())
            );
        }
    }
    // Also in another browser, and when the step has passed.
    world.clock.advance(30);
    let mut other = world.logged_in(ADA).await;
    let next = other.asks_for_code().await;
    assert_eq!(other.enter(&next, &code).await.texts("role=\"alert\""), [USED]);
    assert!(other.enter(&next, &app.code(&world)).await.fragment().contains_key("access_token"));
}

/// Proves: threat-otp
#[tokio::test]
async fn clock_drift_of_one_step_is_accepted() {
    for (steps, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let (world, mut tab, app) = with_app().await;
        let page = tab.asks_for_code().await;
        let answer = tab.enter(&page, &app.code_in(&world, steps)).await;
        if accepted {
            assert!(answer.fragment().contains_key("access_token"), "{steps}");
        } else {
            assert_eq!(answer.texts("role=\"alert\""), [WRONG], "{steps}");
        }
    }
}

/// Proves: threat-otp
#[tokio::test]
async fn five_wrong_codes_lock_out() {
    let (world, mut tab, app) = with_app().await;
    let page = tab.asks_for_code().await;
    for _ in 0..4 {
        let answer = tab.enter(&page, &app.other_code(&world)).await;
        assert_eq!(
            (answer.status, answer.texts("role=\"alert\"").remove(0)),
            (StatusCode::BAD_REQUEST, WRONG.into())
        );
        assert!(!answer.body.contains(&app.other_code(&world)), "what was typed is not kept");
    }
    let refused = ("access_denied".to_owned(), "Too many codes were wrong.".to_owned());
    assert_eq!(tab.enter(&page, &app.other_code(&world)).await.refusal(), refused);
    assert_eq!(tab.enter(&page, &app.code(&world)).await.status, StatusCode::GONE);
    // The next request waits, in whichever browser, and says for how long.
    let mut other = world.logged_in(ADA).await;
    for tab in [&mut tab, &mut other] {
        let page = tab.asks_for_code().await;
        let answer = tab.enter(&page, &app.code(&world)).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
        assert_eq!(answer.texts("role=\"alert\""), ["Too many codes were wrong. Try again in 1 min."]);
    }
    world.clock.advance(60);
    let page = tab.asks_for_code().await;
    assert_eq!(tab.enter(&page, &app.other_code(&world)).await.status, StatusCode::BAD_REQUEST);
    let answer = tab.enter(&page, &app.code(&world)).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "120"));
    world.clock.advance(120);
    assert!(tab.enter(&page, &app.code(&world)).await.fragment().contains_key("access_token"));
}

/// Proves: threat-otp
#[tokio::test]
async fn parallel_guesses_are_counted() {
    let (world, mut tab, app) = with_app().await;
    let page = tab.asks_for_code().await;
    let (state, form_token, wrong) = (page.input("state"), page.input("form_token"), app.other_code(&world));
    let guesses = (0..30).map(|_| {
        let (mut tab, state, form_token, wrong) =
            (tab.clone(), state.clone(), form_token.clone(), wrong.clone());
        tokio::spawn(async move {
            let form = [("state", &*state), ("form_token", &*form_token), ("code", &*wrong)];
            tab.post("/u/mfa/code", &form).await.status
        })
    });
    let mut statuses = Vec::new();
    for guess in guesses.collect::<Vec<_>>() {
        statuses.push(guess.await.unwrap());
    }
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!(count(StatusCode::BAD_REQUEST), 4);
    assert_eq!(count(StatusCode::SEE_OTHER), 1, "the fifth refuses the request");
    assert_eq!(count(StatusCode::GONE), 25);
}

#[tokio::test]
async fn malformed_code_is_not_counted() {
    let (world, mut tab, app) = with_app().await;
    let page = tab.asks_for_code().await;
    for text in ["", "12345", "1234567", "12345a", "'; --", "١٢٣٤٥"] {
        let answer = tab.enter(&page, text).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.texts("role=\"alert\""), ["Enter the 6 digits that your app shows."], "{text}");
    }
    let code = app.code(&world);
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    assert!(tab.enter(&page, &spaced).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn code_needs_own_page_and_browser() {
    let (world, mut tab, app) = with_app().await;
    let page = tab.asks_for_code().await;
    let (state, form_token, code) = (page.input("state"), page.input("form_token"), app.code(&world));
    let form = |form_token| [("state", state.as_str()), ("form_token", form_token), ("code", code.as_str())];
    for wrong in ["", "other"] {
        assert_eq!(tab.post("/u/mfa/code", &form(wrong)).await.status, StatusCode::FORBIDDEN);
    }
    for mut other in [world.browser(), world.logged_in(ADA).await] {
        assert_eq!(other.post("/u/mfa/code", &form(&form_token)).await.status, StatusCode::NOT_FOUND);
    }
    let mut neighbour = tab.clone();
    neighbour.headers.insert("sec-fetch-site", "same-site".parse().unwrap());
    assert_eq!(neighbour.post("/u/mfa/code", &form(&form_token)).await.status, StatusCode::FORBIDDEN);
    assert!(tab.enter(&page, &code).await.fragment().contains_key("access_token"), "and was not used up");
}

/// Proves: threat-otp
#[tokio::test]
async fn code_of_other_customer_is_wrong() {
    let mut config = config_with(ADA, Some(SECRET), &[]);
    config.customers[1].factors.totp_secret = Some("MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U".to_owned());
    let world = World::with(config).await;
    let mut tab = world.logged_in(BEN).await;
    let page = tab.asks_for_code().await;
    let adas = Authenticator::with(SECRET).code(&world);
    assert_eq!(tab.enter(&page, &adas).await.texts("role=\"alert\""), [WRONG]);
    let bens = Authenticator::with("MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U").code(&world);
    assert!(tab.enter(&page, &bens).await.fragment().contains_key("access_token"));
}

/// Proves: threat-otp
#[tokio::test]
async fn challenge_expires_after_ten_minutes() {
    let (world, mut tab, app) = with_app().await;
    let late = ("access_denied".to_owned(), "The request was not confirmed in time.".to_owned());
    let page = tab.asks_for_code().await;
    world.clock.advance(599);
    assert_eq!(tab.look(&page).await.status, StatusCode::OK);
    world.clock.advance(1);
    assert_eq!(tab.enter(&page, &app.code(&world)).await.refusal(), late);
    let page = tab.asks_for_code().await;
    world.clock.advance(600);
    assert_eq!(tab.look(&page).await.refusal(), late);
}

/// Proves: threat-otp
#[tokio::test]
async fn code_needs_live_session() {
    let (world, mut tab, app) = with_app().await;
    let page = tab.asks_for_code().await;
    tab.get("/v2/logout").await;
    let answer = tab.enter(&page, &app.code(&world)).await;
    let log_in = tab.follow(&answer.location()).await;
    let page = tab.log_in(&log_in, ADA, PASSWORD).await;
    assert!(tab.enter(&page, &app.code(&world)).await.fragment().contains_key("access_token"));

    // Somebody else logs in meanwhile.
    world.clock.advance(30);
    let page = tab.asks_for_code().await;
    let log_in = tab.follow(&authorize_with(&[("prompt", "login")])).await;
    tab.log_in(&log_in, BEN, PASSWORD).await.fragment();
    let answer = tab.enter(&page, &app.code(&world)).await;
    assert!(tab.follow(&answer.location()).await.body.contains("<h1>Log in</h1>"));
}

#[tokio::test]
async fn cancel_returns_access_denied() {
    let (_, mut tab, _) = with_app().await;
    let page = tab.asks_for_code().await;
    let answer = tab.submit(&page, "/u/cancel", &[]).await;
    assert_eq!(answer.refusal().1, "The customer cancelled the request.");
}

#[tokio::test]
async fn log_in_continues_with_code() {
    let world = world().await;
    let mut tab = world.browser();
    let log_in = tab.follow(&crate::harness::authorize(TRANSFER)).await;
    let page = tab.log_in(&log_in, ADA, PASSWORD).await;
    let code = Authenticator::with(SECRET).code(&world);
    assert_eq!(tab.enter(&page, &code).await.fragment()["scope"], TRANSFER);
    // Silently nothing of it can be had.
    let silent = authorize_with(&[("scope", TRANSFER), ("prompt", "none")]);
    assert_eq!(tab.get(&silent).await.refusal().0, "login_required");
}

/// In as many requests, at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_right_codes_succeed_once() {
    let recovery = "1111-AAAA-BBBB-CCCC";
    let world = World::with(config_with(ADA, Some(SECRET), &[recovery])).await;
    let app = Authenticator::with(SECRET);
    let mut tab = world.logged_in(ADA).await;
    for (way, code) in [("otp", app.code(&world)), ("recovery-code", recovery.to_owned())] {
        let mut requests = Vec::new();
        for _ in 0..12 {
            let page = tab.asks_for_code().await;
            let page = if way == "otp" { page } else { tab.take_way(&page, way).await };
            requests.push((tab.clone(), page));
        }
        let answers = requests.into_iter().map(|(mut tab, page)| {
            let code = code.clone();
            tokio::spawn(async move { tab.enter(&page, &code).await.status })
        });
        let mut accepted = 0;
        for answer in answers.collect::<Vec<_>>() {
            accepted += usize::from(answer.await.unwrap() == StatusCode::SEE_OTHER);
        }
        assert_eq!(accepted, 1, "{way}");
    }
}
