//! PostgreSQL that cannot be written for a while: what changes something is refused meanwhile, and nothing else is.

use axum::http::StatusCode;
use postgres_for_tests::{Durability, Server};
use sqlx::{Connection as _, PgConnection};
use tenant::Config;

use crate::harness::{ADA, BALANCE, BEN, PASSWORD, World, authorize, config};

async fn run(url: &str, statements: &[&'static str]) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// As after a fail-over: the connection leads to a server that only reads, and stays what it is when that is over.
/// Proves: tenant-read-only-server
#[tokio::test(flavor = "multi_thread")]
async fn stalled_server_is_given_up() {
    const HANG_UP: &str =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%tenant%'";
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("tenant").unwrap();
    let url = server.url("tenant");
    let world = World::with(Config { database: url.parse().unwrap(), ..config() }).await;
    let mut stays = world.logged_in(ADA).await;

    run(&url, &["ALTER DATABASE tenant SET default_transaction_read_only = on", HANG_UP]).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let refused = browser.log_in(&page, BEN, PASSWORD).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{refused:?}");
    assert_eq!(refused.header("retry-after"), "2");
    for (path, status) in [
        ("/.well-known/jwks.json", 200),
        ("/.well-known/openid-configuration", 200),
        ("/livez", 200),
        ("/readyz", 503),
        ("/healthz", 503),
    ] {
        assert_eq!(world.browser().get(path).await.status, status, "{path}");
    }
    assert!(stays.get(&authorize(BALANCE)).await.fragment().contains_key("access_token"));
    let page = world.browser().follow(&authorize(BALANCE)).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");

    // Nothing hangs up this time: the connection that only reads is given up by the tenant.
    run(
        &url,
        &[
            "SET default_transaction_read_only = off",
            "ALTER DATABASE tenant RESET default_transaction_read_only",
        ],
    )
    .await;
    let mut tries = 0;
    while world.browser().get("/readyz").await.status != StatusCode::OK {
        tries += 1;
        assert!(tries < 3_000, "it does not come back");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.logged_in(BEN).await;
    world.tenant.finish().await;
}
