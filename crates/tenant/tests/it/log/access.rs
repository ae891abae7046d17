//! Who sees the log, attack by attack.

use std::net::IpAddr;

use axum::http::{HeaderName, StatusCode, header};
use tenant::LogAccess;

use super::developer;
use crate::harness::{ADA, Answer, Browser, World, authorize_with, config};

/// Pages, and data.
const PAGES: [&str; 2] = ["/log", "/log/TRACE"];
const DATA: [&str; 3] = ["/log.json", "/log/TRACE.json", "/log/wait?seen="];

struct Scene {
    world: World,
    trace: String,
}

impl Scene {
    async fn with(access: LogAccess, issuer: &str) -> Self {
        let mut config = config();
        config.log = access;
        config.issuer = issuer.to_owned();
        let world = World::with(config).await;
        let page = developer(&world).get(&authorize_with(&[("client_id", "other")])).await;
        let trace = page.body.split("/log/").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        Self { world, trace: trace.unwrap_or_else(|| "none".to_owned()) }
    }

    async fn new() -> Self {
        Self::with(LogAccess::Loopback, crate::harness::ISSUER).await
    }

    async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        browser.get(&path.replace("TRACE", &self.trace)).await
    }

    /// Every address answers so, and tells nothing.
    async fn all_refuse(&self, browser: &mut Browser, status: StatusCode) {
        for path in PAGES.iter().chain(&DATA) {
            let answer = self.get(browser, path).await;
            assert_eq!(answer.status, status, "{path}: {answer:?}");
            assert!(!answer.body.contains("client_id") && !answer.body.contains("traces"), "{answer:?}");
        }
    }
}

fn with(browser: &Browser, headers: &[(&'static str, &str)]) -> Browser {
    let mut browser = browser.clone();
    for (name, value) in headers {
        browser.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    browser
}

#[tokio::test]
async fn loopback_sees_log() {
    let scene = Scene::new().await;
    for address in ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"] {
        let mut browser = developer(&scene.world);
        browser.address = Some(address.parse().unwrap());
        for path in PAGES.iter().chain(&DATA) {
            let answer = scene.get(&mut browser, path).await;
            assert_eq!(answer.status, StatusCode::OK, "{address} {path}: {answer:?}");
        }
    }
    let mut typed =
        with(&developer(&scene.world), &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")]);
    assert_eq!(scene.get(&mut typed, "/log.json").await.status, StatusCode::OK);
    assert_eq!(scene.get(&mut typed, "/log/unknown").await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.get(&mut typed, "/log/unknown.json").await.status, StatusCode::NOT_FOUND);
}

/// Proves: audit-log-local-only
#[tokio::test]
async fn other_machine_sees_nothing() {
    let scene = Scene::new().await;
    let addresses = ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::2", "fe80::1", "::ffff:192.0.2.1"];
    for address in addresses.map(|address| Some(address.parse::<IpAddr>().unwrap())).into_iter().chain([None])
    {
        let mut browser = developer(&scene.world);
        browser.address = address;
        scene.all_refuse(&mut browser, StatusCode::FORBIDDEN).await;
    }
}

/// Proves: audit-log-local-only
#[tokio::test]
async fn proxied_request_is_not_loopback() {
    let scene = Scene::new().await;
    for name in ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"] {
        let mut browser = with(&developer(&scene.world), &[(name, "127.0.0.1")]);
        scene.all_refuse(&mut browser, StatusCode::FORBIDDEN).await;
    }
}

/// Proves: audit-log-local-only
#[tokio::test]
async fn public_issuer_shows_nothing_through_local_proxy() {
    for issuer in
        ["https://login.example.com/", "http://localhost.example.com/", "http://127.0.0.1.example.com/"]
    {
        let scene = Scene::with(LogAccess::Loopback, issuer).await;
        assert_eq!(scene.trace, "none", "nor does its page lead there");
        let host = issuer.split("//").nth(1).unwrap().trim_end_matches('/').to_owned();
        let mut browser = with(&developer(&scene.world), &[("host", &host)]);
        scene.all_refuse(&mut browser, StatusCode::FORBIDDEN).await;
    }
}

/// Proves: audit-log-local-only
#[tokio::test]
async fn dns_rebinding_sees_nothing() {
    let scene = Scene::new().await;
    for host in [
        "evil.example:8090",
        "localhost",
        "localhost:80",
        "127.0.0.1:8090",
        "localhost:8090.evil.example",
        "",
    ] {
        let mut browser = with(&developer(&scene.world), &[("host", host)]);
        scene.all_refuse(&mut browser, StatusCode::MISDIRECTED_REQUEST).await;
    }
    let mut nameless = developer(&scene.world);
    nameless.headers.remove(header::HOST);
    scene.all_refuse(&mut nameless, StatusCode::MISDIRECTED_REQUEST).await;
}

/// Proves: audit-log-same-origin
#[tokio::test]
async fn other_origin_reads_nothing() {
    let scene = Scene::new().await;
    let developer = developer(&scene.world);
    // Another port of the same host is "same-site", and so is the client.
    for site in ["cross-site", "same-site", "nonsense"] {
        let mut fetched = with(&developer, &[("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")]);
        scene.all_refuse(&mut fetched, StatusCode::FORBIDDEN).await;
        let frame = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        scene.all_refuse(&mut with(&developer, &frame), StatusCode::FORBIDDEN).await;
        // A link from there shows the page to the person, and the page that has the link cannot look into it.
        let link = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        let mut followed = with(&developer, &link);
        for path in PAGES {
            assert_eq!(scene.get(&mut followed, path).await.status, StatusCode::OK);
        }
        for path in DATA {
            assert_eq!(scene.get(&mut followed, path).await.status, StatusCode::FORBIDDEN);
        }
    }
    for origin in ["http://localhost:8080", "http://evil.example", "null"] {
        scene.all_refuse(&mut with(&developer, &[("origin", origin)]), StatusCode::FORBIDDEN).await;
    }
}

/// Proves: audit-log-same-origin
#[tokio::test]
async fn is_not_framed_cached_or_read_across_origins() {
    let scene = Scene::new().await;
    for path in PAGES.iter().chain(&DATA[..2]) {
        let answer = scene.get(&mut developer(&scene.world), path).await;
        assert_eq!(answer.status, StatusCode::OK);
        for (name, value) in [
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        for directive in
            ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"]
        {
            assert!(policy.split("; ").any(|it| it == directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert!(
            !answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")),
            "{answer:?}"
        );
    }
    for path in ["/log.json", "/log"] {
        let mut asking = with(&developer(&scene.world), &[("origin", "http://localhost:8080")]);
        let preflight = asking.send(axum::http::Method::OPTIONS, path, axum::body::Body::empty()).await;
        assert!(!preflight.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn configuration_sets_access() {
    let scene = Scene::with(LogAccess::Off, crate::harness::ISSUER).await;
    scene.all_refuse(&mut developer(&scene.world), StatusCode::NOT_FOUND).await;

    let scene = Scene::with(LogAccess::Anyone, "https://login.example.com/").await;
    let mut far = with(&developer(&scene.world), &[("host", "login.example.com")]);
    far.address = Some("192.0.2.1".parse().unwrap());
    assert_eq!(far.get("/log").await.status, StatusCode::OK);
    let mut other = with(&far, &[("host", "evil.example")]);
    scene.all_refuse(&mut other, StatusCode::MISDIRECTED_REQUEST).await;
    let refused = far.get(&authorize_with(&[("client_id", "other")])).await;
    assert!(!refused.body.contains("/log/"), "somebody who only wants to log in is not led there");
}

#[tokio::test]
async fn assets_have_content_types() {
    let world = World::new().await;
    let style = world.browser().get("/assets/log.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    let script = world.browser().get("/assets/log.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
}

#[tokio::test]
async fn only_refusal_page_links_to_log_on_loopback() {
    let world = World::new().await;
    let refused = developer(&world).get(&authorize_with(&[("redirect_uri", "http://localhost:8080/")])).await;
    assert!(refused.body.contains("See in the tenant&#39;s log what was wrong"), "{refused:?}");
    let address = refused.body.split("href=\"/log/").nth(1).unwrap().split('"').next().unwrap();
    let trace = developer(&world).get(&format!("/log/{address}")).await;
    assert!(trace.body.contains("The path is &#34;/&#34; instead of &#34;/callback&#34;."), "{trace:?}");

    let elsewhere = world.browser().get(&authorize_with(&[("redirect_uri", "http://localhost:8080/")])).await;
    assert!(!elsewhere.body.contains("/log"), "{elsewhere:?}");
    let mut tab = world.logged_in(ADA).await;
    for page in [tab.step_up().await, world.phone(ADA).await.get("/phone").await] {
        assert!(!page.body.contains("/log/") && !page.body.contains("\"/log\""), "{page:?}");
    }
}

/// Proves: audit-log-same-origin
#[tokio::test]
async fn untrusted_text_is_escaped() {
    let world = World::new().await;
    let script = "<script>alert(1)</script>\"'";
    let mut stranger = world.browser();
    for name in ["client_id", "redirect_uri", "scope", "audience", "login_hint", "prompt", "<b>x"] {
        stranger.get(&authorize_with(&[(name, script)])).await;
    }
    let mut developer = developer(&world);
    let list = developer.get("/log?q=%3Cscript%3E&client=%22%3E%3Cb%3E").await;
    let mut pages = vec![list];
    pages.push(developer.get("/log").await);
    for trace in super::traces(&world).await {
        pages.push(developer.get(&format!("/log/{}", trace["id"].as_str().unwrap())).await);
    }
    for page in pages {
        assert!(!page.body.contains("<script>") && !page.body.contains("<b>"), "{page:?}");
        for part in ["<title>", "<h1>", "<main ", "<header "] {
            assert_eq!(page.body.matches(part).count(), 1, "{part}: {page:?}");
        }
    }
}
