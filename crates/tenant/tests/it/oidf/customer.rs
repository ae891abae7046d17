//! Who is in front of the browser: prompts, the age of the log-in, hints.

use super::{VARIANTS, claims, is_log_in_page};
use crate::harness::{ADA, PASSWORD, World};

/// Proves: oidcc-prompt-login
#[tokio::test]
async fn oidcc_prompt_login() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let first = claims(&world, &variant.logs_in(&mut browser, &[]).await).await;
        world.clock.advance(1);
        let page = browser.follow(&variant.request(&[("prompt", "login")])).await;
        is_log_in_page(&page);
        let second = variant.read(&browser.log_in(&page, ADA, PASSWORD).await);
        let second = claims(&world, &second).await;
        assert_eq!(first["sub"], second["sub"]);
        assert!(second["auth_time"].as_u64() > first["auth_time"].as_u64());
    }
}

/// Proves: oidcc-prompt-none-not-logged-in
#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    for variant in VARIANTS {
        let mut browser = World::new().await.browser();
        assert_eq!(variant.fails(&mut browser, &[("prompt", "none")]).await, "login_required");
    }
}

/// Proves: oidcc-prompt-none-logged-in
#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let first = claims(&world, &variant.logs_in(&mut browser, &[]).await).await;
        world.clock.advance(1);
        let second = claims(&world, &variant.passes(&mut browser, &[("prompt", "none")]).await).await;
        assert_eq!((&first["sub"], &first["auth_time"]), (&second["sub"], &second["auth_time"]));
        assert!(second["iat"].as_u64() > first["iat"].as_u64(), "it is another token");
    }
}

/// Proves: oidcc-max-age-1
#[tokio::test]
async fn oidcc_max_age_1() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let first = claims(&world, &variant.logs_in(&mut browser, &[]).await).await;
        world.clock.advance(2);
        let second = claims(&world, &variant.logs_in(&mut browser, &[("max_age", "1")]).await).await;
        assert_eq!(second["auth_time"].as_u64(), first["auth_time"].as_u64().map(|time| time + 2));
    }
}

/// Proves: oidcc-max-age-10000
#[tokio::test]
async fn oidcc_max_age_10000() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let first = claims(&world, &variant.logs_in(&mut browser, &[]).await).await;
        world.clock.advance(1);
        let second = claims(&world, &variant.passes(&mut browser, &[("max_age", "10000")]).await).await;
        assert_eq!((&first["sub"], &first["auth_time"]), (&second["sub"], &second["auth_time"]));
    }
}

/// Proves: oidcc-id-token-hint
#[tokio::test]
async fn oidcc_id_token_hint() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let answer = variant.logs_in(&mut browser, &[]).await;
        let first = claims(&world, &answer).await;
        let hint = [("prompt", "none"), ("id_token_hint", answer["id_token"].as_str())];
        let second = claims(&world, &variant.passes(&mut browser, &hint).await).await;
        assert_eq!((&first["sub"], &first["auth_time"]), (&second["sub"], &second["auth_time"]));
        // For a browser in which nobody is logged in, it is no log-in.
        assert_eq!(variant.fails(&mut world.browser(), &hint).await, "login_required");
    }
}

/// Proves: oidcc-login-hint
#[tokio::test]
async fn oidcc_login_hint() {
    for variant in VARIANTS {
        let world = World::new().await;
        let mut browser = world.browser();
        let page = browser.follow(&variant.request(&[("login_hint", ADA)])).await;
        is_log_in_page(&page);
        assert_eq!(page.input("email"), ADA);
        let answer = variant.read(&browser.log_in(&page, ADA, PASSWORD).await);
        claims(&world, &answer).await;
    }
}
