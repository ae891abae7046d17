//! What is new appears by itself, and what is looked for is found.

use axum::http::StatusCode;
use serde_json::Value;

use super::{developer, kinds, traces};
use crate::harness::{ADA, BALANCE, BEN, World, authorize, authorize_with};

fn attribute(body: &str, name: &str) -> String {
    let value = body.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
    value.replace("&amp;", "&")
}

/// Proves: audit-log-live
#[tokio::test]
async fn list_is_notified_of_new_trace() {
    let world = World::new().await;
    let wait = attribute(&developer(&world).get("/log").await.body, "data-wait");
    let mut waiting = developer(&world);
    let waiting = tokio::spawn(async move { waiting.get(&wait).await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    world.browser().follow(&authorize(BALANCE)).await;
    assert_eq!(waiting.await.unwrap().status, StatusCode::OK);
}

/// Proves: audit-log-live
#[tokio::test]
async fn trace_page_is_notified_of_next_event() {
    let world = World::new().await;
    let mut tab = world.browser();
    let log_in = tab.follow(&authorize(BALANCE)).await;
    let id = traces(&world).await[0]["id"].as_str().unwrap().to_owned();
    let page = developer(&world).get(&format!("/log/{id}")).await;
    let wait = attribute(&page.body, "data-wait");
    let mut waiting = developer(&world);
    let waiting = tokio::spawn(async move { waiting.get(&wait).await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    world.browser().follow(&authorize(BALANCE)).await;
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "another trace is no news to the page of this one");
    tab.log_in(&log_in, ADA, "wrong").await;
    assert_eq!(waiting.await.unwrap().status, StatusCode::OK);
    assert!(developer(&world).get(&format!("/log/{id}")).await.body.contains("Password wrong"));
}

#[tokio::test(start_paused = true)]
async fn idle_page_polls_again() {
    let world = World::new().await;
    let page = developer(&world).get("/log").await;
    let answer = developer(&world).get(&attribute(&page.body, "data-wait")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(developer(&world).get("/log/wait?seen=other").await.status, StatusCode::OK);
}

#[tokio::test]
async fn filter_selects_traces() {
    let world = World::new().await;
    world.logged_in(ADA).await;
    world.logged_in(BEN).await;
    let mut stranger = world.browser();
    stranger.get(&authorize_with(&[("redirect_uri", "http://localhost:8080/elsewhere")])).await;
    stranger.get(&authorize_with(&[("client_id", "unheard-of")])).await;
    stranger.follow(&authorize(BALANCE)).await;
    let mut developer = developer(&world);
    for (query, expected) in [
        ("customer=auth0%7C1001", 1),
        ("customer=auth0%7C1001&outcome=refused", 0),
        ("client=riser", 4),
        ("client=unheard-of", 1),
        ("outcome=refused", 2),
        ("outcome=finished&client=riser", 2),
        ("outcome=under_way", 1),
        ("q=ELSEWHERE", 1),
        ("q=elsewhere+registered", 1),
        ("q=elsewhere+nowhere", 0),
        ("q=&client=&outcome=", 6),
    ] {
        let log: Value = developer.get(&format!("/log.json?{query}")).await.json();
        assert_eq!(log["traces"].as_array().unwrap().len(), expected, "{query}");
        let page = developer.get(&format!("/log?{query}")).await;
        assert_eq!(page.body.matches("<li id=\"t-").count(), expected, "{query}");
    }
    let page = developer.get("/log?customer=auth0%7C1001&q=balance").await;
    assert!(page.body.contains("<option value=\"auth0|1001\" selected>Ada Example</option>"), "{page:?}");
    assert!(page.body.contains("href=\"/log.json?customer=auth0%7C1001&#38;q=balance\""), "{page:?}");
}

#[tokio::test]
async fn list_is_paginated() {
    let world = World::new().await;
    let mut stranger = world.browser();
    for _ in 0..119 {
        stranger.get(&authorize_with(&[("nonce", "")])).await;
    }
    let mut developer = developer(&world);
    let mut seen = Vec::new();
    let mut address = "/log?client=riser".to_owned();
    for expected in [50, 50, 19] {
        let page = developer.get(&address).await;
        let ids: Vec<String> = page
            .body
            .split("<li id=\"t-")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), expected);
        assert_eq!(page.body.contains("data-wait"), seen.is_empty(), "only the first page is live");
        seen.extend(ids);
        let older = page.body.split("id=\"older\"><a class=\"button\" href=\"").nth(1);
        address = older.map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&")).unwrap_or_default();
    }
    assert!(address.is_empty());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 119);
}

#[tokio::test]
async fn export_has_documented_shape() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    phone.choose(&page.number()).await;
    world.clock.advance(3);
    tab.get(&format!("/u/mfa?state={}", page.input("state"))).await.fragment();
    let log: Value = developer(&world).get("/log.json?customer=auth0%7C1001").await.json();
    assert_eq!(log["format"], "tenant-log/1");
    assert_eq!(log["issuer"], "http://localhost:8090/");
    assert_eq!(log["exported"], "2025-10-09T08:53:23Z");
    assert_eq!(log["filter"]["customer"], "auth0|1001");
    let trace = &log["traces"][0];
    assert_eq!(trace["kind"], "authorization");
    assert_eq!(trace["started"], "2025-10-09T08:53:20Z");
    assert_eq!(trace["duration_ms"], 3_000);
    assert_eq!(trace["client"]["name"], "Riser");
    assert_eq!(trace["customer"]["sub"], "auth0|1001");
    assert_eq!(trace["asked"], "Step-up: transfer:funds");
    assert_eq!(trace["outcome"], "finished");
    assert_eq!(trace["events_left_out"], 0);
    assert_eq!(
        kinds(trace),
        ["request", "session", "factor", "factor", "granted", "token_issued", "token_issued", "redirect"]
    );
    let issued = &trace["events"][5];
    assert_eq!((issued["after_ms"].as_u64(), issued["token"].as_str()), (Some(3_000), Some("access_token")));
    assert_eq!(issued["claims"]["scope"], "openid view:balance transfer:funds");
    let id = trace["id"].as_str().unwrap();
    let alone: Value = developer(&world).get(&format!("/log/{id}.json")).await.json();
    assert_eq!(alone["traces"][0], *trace);
    assert!(alone.get("filter").is_none());
}
