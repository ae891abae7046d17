//! What a log-in and a log-out tell: the session, each password, what was granted.

use super::{advice, kinds, says, traces};
use crate::harness::{ADA, PASSWORD, TRANSFER, World, authorize, authorize_with, config};

#[tokio::test]
async fn log_in_records_session_and_passwords() {
    let world = World::new().await;
    let mut tab = world.browser();
    let page = tab.follow(&authorize("openid view:balance admin:all")).await;
    for (email, password, outcome) in [
        (ADA, "wrong", "wrong"),
        ("nobody@example.com", PASSWORD, "unknown_customer"),
        (ADA, "", "incomplete"),
        (ADA, PASSWORD, "right"),
    ] {
        tab.log_in(&page, email, password).await;
        let trace = &traces(&world).await[0];
        let events = trace["events"].as_array().unwrap();
        let last = events.iter().rfind(|event| event["event"] == "password").unwrap();
        assert_eq!((last["outcome"].as_str(), last["email"].as_str()), (Some(outcome), Some(email)));
    }
    let trace = &traces(&world).await[0];
    assert_eq!(trace["outcome"], "finished");
    let granted =
        &trace["events"].as_array().unwrap().iter().find(|event| event["event"] == "granted").unwrap();
    assert_eq!(granted["left_out"][0]["scope"], "admin:all");
    assert_eq!(granted["left_out"][0]["why"], "Banking has no such scope.");
    assert_eq!(granted["second_factor"], false);

    world.clock.advance(61);
    for (changes, good_enough, why) in [
        (vec![], true, "1 min 1 s ago, and the request does not ask for a newer log-in"),
        (vec![("max_age", "60")], false, "max_age=60 asks for a newer log-in"),
        (vec![("max_age", "61")], true, "new enough for max_age=61"),
        (vec![("prompt", "login")], false, "prompt=login asks for it anew"),
    ] {
        tab.get(&authorize_with(&changes)).await;
        let session = &traces(&world).await[0]["events"][1];
        assert_eq!(session["good_enough"], good_enough, "{session}");
        assert!(session["why"].as_str().unwrap().contains(why), "{session}");
    }
}

#[tokio::test]
async fn denied_scope_names_customer() {
    let mut config = config();
    config.customers[0].permissions = Some(vec!["view:balance".to_owned()]);
    let world = World::with(config).await;
    world.logged_in(ADA).await.get(&authorize(TRANSFER)).await;
    let trace = &traces(&world).await[0];
    let granted =
        trace["events"].as_array().unwrap().iter().find(|event| event["event"] == "granted").unwrap();
    assert_eq!(granted["left_out"][0]["why"], "Ada Example is not permitted to have it.");
}

#[tokio::test]
async fn log_out_records_session_and_reason() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    tab.get("/v2/logout?client_id=riser&returnTo=http%3A%2F%2Flocalhost%3A8080%2F").await;
    let trace = &traces(&world).await[0];
    assert_eq!(trace["customer"]["name"], "Ada Example");
    assert_eq!(trace["events"][1]["to"], "http://localhost:8080/");
    assert!(trace["events"][1].get("advice").is_none());
    for (request, why, right) in [
        ("/v2/logout?client_id=riser&returnTo=http%3A%2F%2Flocalhost%3A8080", "of Riser", "register the one"),
        ("/v2/logout?returnTo=http%3A%2F%2Flocalhost%3A8080%2F", "which client asks", "client_id"),
        (
            "/oidc/logout?post_logout_redirect_uri=http%3A%2F%2Fx.example%2F&client_id=riser",
            "of Riser",
            "register",
        ),
    ] {
        tab.get(request).await;
        let trace = &traces(&world).await[0];
        assert!(trace["customer"].is_null());
        says(trace, why, right, "OpenID Connect RP-Initiated Logout, 3");
    }
    tab.get("/v2/logout?client_id=riser&returnTo=http%3A%2F%2Flocalhost%3A8080").await;
    assert_eq!(
        advice(&traces(&world).await[0])["comparisons"][0]["difference"],
        "The slash at the end is missing."
    );
}

#[tokio::test]
async fn phones_and_keys_are_recorded() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let page = phone.get("/phone").await;
    phone
        .post(
            "/phone/unpair",
            &[(
                "form_token",
                page.body.split("name=\"form_token\" value=\"").last().unwrap().split('"').next().unwrap(),
            )],
        )
        .await;
    let all = traces(&world).await;
    assert_eq!(kinds(&all[0]), ["phone"]);
    assert_eq!(all[0]["events"][0]["paired"], false);
    assert_eq!(kinds(&all[1]), ["password", "phone"]);
    assert_eq!(all[1]["customer"]["name"], "Ada Example");
    assert_eq!(all[1]["outcome"], "finished");
    assert_eq!(kinds(&all[2]), ["keys"]);
    assert_eq!(all[2]["events"][0]["signing"], all[2]["events"][0]["published"][0]);

    let mut stranger = world.browser();
    let page = stranger.get("/phone").await;
    let form = [("form_token", &*page.input("form_token")), ("email", ADA), ("password", "wrong")];
    stranger.post("/phone/pair", &form).await;
    let trace = &traces(&world).await[0];
    assert_eq!((kinds(trace), trace["outcome"].as_str()), (vec!["password"], Some("refused")));
}
