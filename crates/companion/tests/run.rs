//! The whole companion on ports of the system's choice.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use companion::address::Address;
use companion::demo::{ADA, CLIENT_ID, Demo};
use companion::run::{Options, RunError, Running, start};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

fn any_port() -> Address {
    "localhost:0".parse().unwrap()
}

fn options(folder: &TempDir) -> Options {
    let (dist, data) = (folder.path().join("dist"), folder.path().join("data"));
    Options {
        bank: any_port(),
        tenant: any_port(),
        client: None,
        dist: dist.into(),
        data,
        fresh: false,
        demo: Demo::Empty,
        control: None,
        tls: None,
    }
}

fn build_client(dist: &Path) {
    fs::create_dir(dist).unwrap();
    fs::write(dist.join("index.html"), "<script type=\"application/json\" id=\"riser-config\">{}</script>")
        .unwrap();
}

/// Serves until the sender is used or dropped.
fn serve(running: Running) -> (oneshot::Sender<()>, JoinHandle<Result<(), RunError>>) {
    let (stop, stopped) = oneshot::channel();
    let until = running.until(async {
        let _ = stopped.await;
    });
    (stop, tokio::spawn(until))
}

async fn get(client: &Client, url: String) -> (u16, String) {
    let response = client.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

fn config_of(page: &str) -> Value {
    serde_json::from_str(page.split_once("riser-config\">").unwrap().1.split_once("</script>").unwrap().0)
        .unwrap()
}

#[tokio::test]
async fn bank_and_client_share_an_origin_and_the_tenant_has_its_own() {
    let folder = tempfile::tempdir().unwrap();
    build_client(&folder.path().join("dist"));
    let running = start(&options(&folder)).await.unwrap();
    let (bank, tenant) = (running.bank.origin(), running.tenant.origin());
    assert_eq!(running.client.as_ref(), Some(&running.bank));
    let (stop, ended) = serve(running);

    let http = Client::new();
    let (status, page) = get(&http, format!("{bank}/callback")).await;
    assert_eq!(status, 200);
    let config = config_of(&page);
    assert_eq!(config["issuer"], format!("{tenant}/"));
    assert_eq!((&config["api"], &config["client_id"]), (&"".into(), &CLIENT_ID.into()));
    assert_eq!(get(&http, format!("{bank}/balance")).await.0, 401);
    let (_, discovery) = get(&http, format!("{tenant}/.well-known/openid-configuration")).await;
    let discovery: Value = serde_json::from_str(&discovery).unwrap();
    assert_eq!(discovery["issuer"], config["issuer"]);

    stop.send(()).unwrap();
    ended.await.unwrap().unwrap();
    assert!(http.get(bank).send().await.is_err(), "nothing listens any more");
}

/// Proves: local-authority
#[tokio::test]
async fn over_https_everything_trusts_the_authority_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    build_client(&folder.path().join("dist"));
    let options = Options { tls: Some(Vec::new()), ..options(&folder) };
    let running = start(&options).await.unwrap();
    let (bank, tenant) = (running.bank.origin(), running.tenant.origin());
    let authority = running.authority.clone().unwrap();
    let (stop, ended) = serve(running);
    assert!(
        bank.starts_with("https://localhost:") && tenant.starts_with("https://localhost:"),
        "{bank} {tenant}"
    );

    assert!(Client::new().get(&tenant).send().await.is_err(), "nobody else trusts it");
    let certificate = reqwest::Certificate::from_der(authority.certificate()).unwrap();
    let http = Client::builder().tls_certs_only([certificate]).build().unwrap();
    assert_eq!(config_of(&get(&http, bank.clone()).await.1)["issuer"], format!("{tenant}/"));
    let download = http.get(format!("{tenant}/ca.crt")).send().await.unwrap();
    assert_eq!(download.headers()["content-type"], "application/x-x509-ca-cert");
    assert_eq!(download.bytes().await.unwrap(), authority.certificate().as_ref());
    let phone = http.get(format!("{tenant}/phone")).send().await.unwrap();
    let cookies: Vec<_> = phone.headers().get_all("set-cookie").iter().collect();
    assert!(
        !cookies.is_empty() && cookies.iter().all(|cookie| cookie.to_str().unwrap().contains("; Secure"))
    );
    // The bank gets the tenant's keys: it can say that none of them is this token's.
    let token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Im5vbmUifQ.e30.AAAA";
    let answer = http.get(format!("{bank}/balance")).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 401);

    drop(stop);
    ended.await.unwrap().unwrap();
    let again = start(&Options { fresh: true, ..options }).await.unwrap();
    assert_eq!(again.authority.as_ref().unwrap().fingerprint(), authority.fingerprint(), "devices have it");
}

#[tokio::test]
async fn a_client_of_its_own_address_is_told_where_the_api_is_and_may_call_it() {
    let folder = tempfile::tempdir().unwrap();
    build_client(&folder.path().join("dist"));
    let running = start(&Options { client: Some(any_port()), ..options(&folder) }).await.unwrap();
    let (bank, client) = (running.bank.origin(), running.client.as_ref().unwrap().origin());
    assert_ne!(bank, client);
    let (stop, ended) = serve(running);

    let http = Client::new();
    assert_eq!(config_of(&get(&http, client.clone()).await.1)["api"], bank);
    let answer = http.get(format!("{bank}/balance")).header("origin", &client).send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], client);
    assert_eq!(get(&http, format!("{bank}/callback")).await.0, 404, "the bank serves no pages");

    drop(stop);
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn without_a_built_client_bank_and_tenant_run_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&options(&folder)).await.unwrap();
    assert_eq!(running.client, None);
    let bank = running.bank.origin();
    let (stop, ended) = serve(running);
    let http = Client::new();
    assert_eq!(get(&http, format!("{bank}/balance")).await.0, 401);
    assert_eq!(get(&http, bank).await.0, 404);
    drop(stop);
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_key_is_kept_between_runs_and_forgotten_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut keys = Vec::new();
    for fresh in [false, false, true] {
        let running = start(&Options { fresh, ..options(&folder) }).await.unwrap();
        let tenant = running.tenant.origin();
        let (stop, ended) = serve(running);
        let (_, set) = get(&Client::new(), format!("{tenant}/.well-known/jwks.json")).await;
        keys.push(serde_json::from_str::<Value>(&set).unwrap()["keys"][0]["n"].clone());
        drop(stop);
        ended.await.unwrap().unwrap();
    }
    assert!(keys[0].is_string());
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
}

/// What the tenant says to somebody who asks for a page of the tenant with these cookies.
async fn ask(client: &Client, method: &str, url: &str, cookie: &str, form: &str) -> reqwest::Response {
    let request = client.request(method.parse().unwrap(), url).header("cookie", cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    request.send().await.unwrap()
}

fn cookies(response: &reqwest::Response) -> String {
    let set = response.headers().get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    set.map(|set| set.split(';').next().unwrap())
        .filter(|set| !set.ends_with('='))
        .collect::<Vec<_>>()
        .join("; ")
}

#[tokio::test]
async fn a_paired_phone_is_kept_between_runs_and_forgotten_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut phone = String::new();
    for (fresh, paired) in [(false, false), (false, true), (true, false)] {
        let running = start(&Options { fresh, ..options(&folder) }).await.unwrap();
        let tenant = running.tenant.origin();
        let (stop, ended) = serve(running);
        let page = ask(&http, "GET", &format!("{tenant}/phone"), &phone, "").await;
        let pairing = cookies(&page);
        let body = page.text().await.unwrap();
        assert_eq!(body.contains("/phone/unpair"), paired, "fresh: {fresh}");
        if phone.is_empty() {
            let token = body.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
            let form =
                format!("form_token={token}&email=customer%40example.com&password=correct+horse+battery");
            let answer = ask(&http, "POST", &format!("{tenant}/phone/pair"), &pairing, &form).await;
            phone = cookies(&answer);
            assert!(phone.contains("riser_tenant_phone="), "{phone}");
        }
        drop(stop);
        ended.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_second_companion_on_the_same_data_is_refused_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(&options(&folder)).await.unwrap();
    for fresh in [false, true] {
        let error = start(&Options { fresh, ..options(&folder) }).await.unwrap_err().to_string();
        assert!(error.contains("another companion works with the data in"), "{error}");
    }
    for file in ["bank.sqlite", "bank.sqlite-wal", "tenant/signing-key.pk8", "tenant/tenant.sqlite"] {
        assert!(folder.path().join("data").join(file).exists(), "{file}");
    }
    let (stop, ended) = serve(first);
    drop(stop);
    ended.await.unwrap().unwrap();
    start(&options(&folder)).await.expect("the folder is free again");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_its_flag_before_any_data_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let tenant = any_port().with_port(port);
    let error = start(&Options { tenant, fresh: true, ..options(&folder) }).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&format!("http://localhost:{port}")) && text.contains("--tenant"), "{text}");
    assert!(!folder.path().join("data").exists());
}

/// A second run adds nothing, whatever it asks for.
#[tokio::test]
async fn a_full_demo_has_a_history_that_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    for demo in [Demo::Full, Demo::Full, Demo::Empty] {
        let running = start(&Options { demo, ..options(&folder) }).await.unwrap();
        let (stop, ended) = serve(running);
        drop(stop);
        ended.await.unwrap().unwrap();
        let books = bank::Database::File(folder.path().join("data/bank.sqlite"));
        let config = companion::demo::bank("http://localhost/", Vec::new(), books, Demo::Empty, 0);
        let config = bank::Config { opening_accounts: Vec::new(), ..config };
        let bank = bank::Bank::open(config, std::sync::Arc::new(bank::SystemClock)).await.unwrap();
        bank.ledger().audit().await.unwrap();
        assert_eq!(bank.ledger().balance(ADA.iban).await.unwrap(), Some(ADA.opening));
        let count = bank.ledger().transfer_count().await.unwrap();
        assert!((60..200).contains(&count), "{count}");
        bank.close().await;
    }
}
