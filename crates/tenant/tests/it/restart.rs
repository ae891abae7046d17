//! What a tenant still knows when it has been stopped and started again, on both databases.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;
use postgres_for_tests::{Durability, Pooler, Server};
use tenant::{Action, Config, Database, DurableError, ManualClock, OpenError, SystemClock, Tenant};

use crate::authenticator::{Authenticator, SECRET};
use crate::harness::{
    ADA, BALANCE, BEN, Browser, PASSWORD, World, authorize, authorize_with, config, config_with,
};

/// One server for all tests here; it ends with them.
pub(crate) fn postgres(database: &str) -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server =
        SERVER.get_or_init(|| Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}")));
    server.create(database).unwrap();
    server.url(database)
}

fn with(database: &Database) -> Config {
    Config { database: database.clone(), ..config() }
}

/// A new database of each kind.
fn databases(folder: &Path, name: &str) -> [Database; 2] {
    [Database::File(folder.join("new/tenant.sqlite")), postgres(name).parse().unwrap()]
}

/// The same browser, at the tenant that runs now.
fn moved(browser: &Browser, world: &World) -> Browser {
    let mut moved = world.browser();
    moved.cookies = browser.cookies.clone();
    moved
}

async fn restarted(world: World, database: &Database) -> World {
    restarted_with(world, with(database)).await
}

async fn restarted_with(world: World, config: Config) -> World {
    world.tenant.finish().await;
    let clock: Arc<ManualClock> = world.clock;
    let tenant = Tenant::open(config, clock.clone()).await.unwrap();
    World { tenant, clock }
}

/// Proves: refresh-token-durable
#[tokio::test]
async fn refresh_tokens_survive_as_hashes() {
    use crate::refresh_tokens::{OFFLINE, offline, refresh, token, tokens};
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path(), "refresh_tokens") {
        let config = Config { database: database.clone(), ..offline() };
        let world = World::with(config.clone()).await;
        let first = token(&tokens(&world, OFFLINE).await.1);
        let second = token(&refresh(&world, &first, &[]).await.json());
        let world = restarted_with(world, config.clone()).await;
        let third = token(&refresh(&world, &second, &[]).await.json());
        let world = restarted_with(world, config).await;
        // Which tokens were used is remembered too.
        assert_eq!(refresh(&world, &second, &[]).await.status, StatusCode::BAD_REQUEST, "{database:?}");
        assert_eq!(refresh(&world, &third, &[]).await.status, StatusCode::BAD_REQUEST, "{database:?}");
        world.tenant.finish().await;
        if let Database::File(path) = &database {
            let held = std::fs::read(path).unwrap();
            for part in [&first, &second, &third].into_iter().flat_map(|token| token.split('.')) {
                assert!(!held.windows(part.len()).any(|window| window == part.as_bytes()), "a token is kept");
            }
        }
    }
}

/// Proves: session-durable
#[tokio::test]
async fn sessions_survive() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path(), "sessions") {
        let world = World::with(with(&database)).await;
        let stays = world.logged_in(ADA).await;
        let before = stays.clone().get(&authorize(BALANCE)).await.fragment();
        let before = world.verified(&before["id_token"], "riser").await;
        let mut leaves = world.logged_in(ADA).await;
        let gone = leaves.clone();
        leaves.get("/v2/logout?client_id=riser").await;
        let mut again = world.logged_in(ADA).await;
        let replaced = again.clone();
        let page = again.follow(&authorize_with(&[("prompt", "login")])).await;
        again.log_in(&page, ADA, PASSWORD).await.fragment();
        world.clock.advance(100);

        let world = restarted(world, &database).await;
        let after = moved(&stays, &world).get(&authorize(BALANCE)).await.fragment();
        let after = world.verified(&after["id_token"], "riser").await;
        for claim in ["sub", "sid", "auth_time"] {
            assert_eq!(before[claim], after[claim], "{database:?}");
        }
        for over in [gone, replaced] {
            let page = moved(&over, &world).follow(&authorize(BALANCE)).await;
            assert!(page.body.contains("<h1>Log in</h1>"), "{database:?}: {page:?}");
        }
        let world = restarted(world, &database).await;
        world.clock.advance(12 * 3_600);
        let page = moved(&stays, &world).follow(&authorize(BALANCE)).await;
        assert!(page.body.contains("<h1>Log in</h1>"), "its time goes on meanwhile");
        world.tenant.finish().await;
    }
}

#[tokio::test]
async fn phones_and_open_pages_survive() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path(), "phones") {
        let world = World::with(with(&database)).await;
        let (mut phone, mut other) = (world.phone(ADA).await, world.phone(BEN).await);
        let form_token = phone.get("/phone").await.input("form_token");
        let unpaired = other.clone();
        let other_token = other.get("/phone").await.input("form_token");
        other.post("/phone/unpair", &[("form_token", &other_token)]).await;

        let world = restarted(world, &database).await;
        let mut phone = moved(&phone, &world);
        assert_eq!(phone.get("/phone").await.input("form_token"), form_token);
        assert!(moved(&unpaired, &world).get("/phone").await.body.contains("action=\"/phone/pair\""));
        let mut browser = world.logged_in(ADA).await;
        let number = browser.step_up().await.number();
        phone.choose(&number).await;
        world.tenant.finish().await;
    }
}

#[tokio::test]
async fn used_and_wrong_codes_are_remembered() {
    let (used, left) = ("1111-AAAA-BBBB-CCCC", "2222-AAAA-BBBB-CCCC");
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path(), "codes") {
        let config =
            || Config { database: database.clone(), ..config_with(ADA, Some(SECRET), &[used, left]) };
        let app = Authenticator::with(SECRET);
        let world = World::with(config()).await;
        let mut tab = world.logged_in(ADA).await;
        let page = tab.asks_for_code().await;
        assert!(tab.enter(&page, &app.code(&world)).await.fragment().contains_key("access_token"));
        let page = tab.asks_for_code().await;
        let page = tab.take_way(&page, "recovery-code").await;
        let answer = tab.enter(&page, used).await;
        assert!(answer.location().starts_with("/u/methods"), "{answer:?}");

        let world = restarted_with(world, config()).await;
        let mut tab = moved(&tab, &world);
        let page = tab.asks_for_code().await;
        let told = tab.enter(&page, &app.code(&world)).await.texts("role=\"alert\"");
        assert!(told[0].starts_with("This code has been used."), "{told:?}");
        for _ in 0..3 {
            tab.enter(&page, &app.other_code(&world)).await;
        }
        let page = tab.take_way(&page, "recovery-code").await;
        let told = tab.enter(&page, used).await.texts("role=\"alert\"");
        assert_eq!(told, ["This is none of the recovery codes that you have left."]);

        let world = restarted_with(world, config()).await;
        let mut tab = moved(&tab, &world);
        let page = tab.asks_for_code().await;
        for _ in 0..2 {
            tab.enter(&page, &app.other_code(&world)).await;
        }
        let answer = tab.enter(&page, &app.code_in(&world, 1)).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "five in a row: {answer:?}");
        let page = tab.take_way(&page, "recovery-code").await;
        let answer = tab.enter(&page, left).await;
        assert!(answer.location().starts_with("/u/methods"), "{answer:?}");
        world.tenant.finish().await;
    }
}

/// What she has used so far is her phone, which is no reason to pass over what the file says now.
#[tokio::test]
async fn configured_factors_are_added_and_removed_ones_stay_removed() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("tenant.sqlite"));
    let config = |secret| Config { database: database.clone(), ..config_with(ADA, secret, &[]) };
    let world = World::with(config(None)).await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    phone.choose(&page.number()).await;
    assert!(tab.look(&page).await.fragment().contains_key("access_token"));

    let world = restarted_with(world, config(Some(SECRET))).await;
    let mut tab = moved(&tab, &world);
    let page = tab.step_up().await;
    let page = tab.take_way(&page, "otp").await;
    assert!(page.body.contains("<input id=\"code\""), "{page:?}");
    tab.submit(&page, "/u/mfa/way", &[("way", "manage")]).await;
    let answer = tab.enter(&page, &Authenticator::with(SECRET).code(&world)).await;
    let page = tab.follow(&answer.location()).await;
    let page = tab.act(&page, "remove-app", "").await;
    assert!(page.body.contains("Your authenticator app is not asked any more."), "{page:?}");

    let world = restarted_with(world, config(Some(SECRET))).await;
    let mut tab = moved(&tab, &world);
    let page = tab.step_up().await;
    let ways = tab.get(&format!("/u/mfa/ways?state={}", page.input("state"))).await;
    assert!(!ways.body.contains("value=\"otp\""), "{ways:?}");
    world.tenant.finish().await;
}

#[tokio::test]
async fn metadata_survives() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path(), "metadata") {
        let config = || {
            let code = "exports.onExecutePostLogin = async (event, api) => {
                const visits = (event.user.app_metadata.visits ?? 0) + 1;
                api.user.setAppMetadata('visits', visits).user.setAppMetadata('\\u0000', { __proto__: null, é: '\\u{1f600}' });
                api.idToken.setCustomClaim('https://visits', visits);
            };";
            let mut config = with(&database);
            config.actions =
                vec![Action { name: "Visits".to_owned(), code: Some(code.to_owned()), ..Action::step_up() }];
            config
        };
        let mut world = World::with(config()).await;
        for visits in 1..=3 {
            let mut tab = world.browser();
            let page = tab.follow(&authorize(BALANCE)).await;
            let token = tab.log_in(&page, ADA, PASSWORD).await.fragment()["id_token"].clone();
            assert_eq!(world.verified(&token, "riser").await["https://visits"], visits, "{database:?}");
            world = restarted_with(world, config()).await;
        }
        world.tenant.finish().await;
    }
}

/// Nothing of it is kept, and so nothing of it can be approved.
#[tokio::test]
async fn transactions_end() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("tenant.sqlite"));
    let world = World::with(with(&database)).await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let shown = phone.get("/phone").await;

    let world = restarted(world, &database).await;
    let (mut tab, mut phone) = (moved(&tab, &world), moved(&phone, &world));
    let (form_token, push) = (shown.input("form_token"), shown.input("push"));
    let form = [("form_token", &*form_token), ("push", &*push), ("number", &*page.number())];
    let answer = phone.post("/phone/answer", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    let answer = tab.look(&page).await;
    assert!(answer.status.is_client_error(), "{answer:?}");
    // The session is there, and the next request works.
    let page = tab.step_up().await;
    phone.choose(&page.number()).await;
    assert!(tab.look(&page).await.fragment().contains_key("access_token"));
    world.tenant.finish().await;
}

/// What is kept opens nothing: it is looked for in the whole file.
/// Proves: tenant-database-no-cookies
#[tokio::test]
async fn database_has_no_cookie_or_csrf_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.sqlite");
    let world = World::with(with(&Database::File(file.clone()))).await;
    let browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let form_token = phone.get("/phone").await.input("form_token");
    world.tenant.finish().await;
    let mut kept = std::fs::read(&file).unwrap();
    kept.extend(std::fs::read(file.with_extension("sqlite-wal")).unwrap_or_default());
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.contains("auth0|1001"), "this is where it is kept");
    let cookies = browser.cookies.values().chain(phone.cookies.values()).map(|(value, _)| value.as_str());
    for secret in cookies.chain([form_token.as_str()]) {
        assert!(!secret.is_empty() && !kept.contains(secret));
    }
}

#[tokio::test]
async fn database_is_exclusive() {
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path(), "alone") {
        let first = World::with(with(&database)).await;
        let second = Tenant::open(with(&database), Arc::new(SystemClock)).await.err().unwrap();
        assert!(matches!(second, OpenError::Durable(DurableError::InUse)), "{second}");
        let second = restarted(first, &database).await;
        second.tenant.finish().await;
    }
}

#[tokio::test]
async fn foreign_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenant.sqlite");
    let content = "This is a letter, and somebody wants to keep it. ".repeat(200);
    std::fs::write(&path, &content).unwrap();
    let error = Tenant::open(with(&Database::File(path.clone())), Arc::new(SystemClock)).await.err().unwrap();
    assert!(error.to_string().contains(&format!("{} is no SQLite database", path.display())), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
}

#[tokio::test]
async fn unreadable_record_prevents_start() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("tenant.sqlite"));
    let world = World::with(with(&database)).await;
    world.logged_in(ADA).await;
    world.tenant.finish().await;
    let path = folder.path().join("tenant.sqlite");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let changed = sqlx::query("UPDATE records SET value = '{\"sub\": 7}' WHERE kind = 'session'");
    assert_eq!(changed.execute(&pool).await.unwrap().rows_affected(), 1);
    pool.close().await;
    let error = Tenant::open(with(&database), Arc::new(SystemClock)).await.err().unwrap();
    assert!(matches!(error, OpenError::Durable(DurableError::Unreadable { kind: "session", .. })), "{error}");
}

/// Proves: session-durable
#[tokio::test]
async fn crashed_server_keeps_answered_changes() {
    let server = Server::start(Durability::Full).unwrap_or_else(|error| panic!("{error}"));
    server.create("tenant").unwrap();
    let database: Database = server.url("tenant").parse().unwrap();
    let world = World::with(with(&database)).await;
    let first = world.logged_in(ADA).await;
    server.crash().unwrap();
    let second = world.logged_in(BEN).await;
    let world = restarted(world, &database).await;
    for browser in [first, second] {
        let answer = moved(&browser, &world).get(&authorize(BALANCE)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.fragment().contains_key("access_token"), "{answer:?}");
    }
    world.tenant.finish().await;
}

/// Proves: pooler-mode
#[tokio::test(flavor = "multi_thread")]
async fn transaction_pooler_is_refused() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("pooled").unwrap();
    for mode in ["transaction", "statement", "session"] {
        let pooler = Pooler::start(&server, mode).unwrap_or_else(|error| panic!("{error}"));
        let database: Database = pooler.url("pooled").parse().unwrap();
        match Tenant::open(with(&database), Arc::new(SystemClock)).await {
            Ok(tenant) => {
                assert_eq!(mode, "session");
                tenant.finish().await;
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains(&format!("a pooler in {mode} mode, as of PgBouncer")), "{said}");
            }
        }
    }
}
