//! The server of the client, asked in process.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use std::fs;
use std::io::Read as _;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use companion::client::{ClientError, router};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

const SCRIPT: &str = "alert('Hello, world.');";
const PAGE: &str = "<!doctype html><script>alert('Hello, world.');</script>\
    <script type=\"application/json\" id=\"riser-config\">{\"issuer\": \"https://built.example/\"}</script><h1>Riser</h1>";
const WASM: &str = "/riser-17ae3b29f064e577_bg.wasm";

fn config() -> Value {
    json!({
        "issuer": "http://localhost:8090/",
        "client_id": "riser",
        "audience": "https://my-banking-api",
        "api": "http://localhost:8080",
        "flow": "code",
    })
}

fn put(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A folder with a secret, and the built client in `dist` beside it.
fn built() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "secret.txt", "secret");
    for (name, content) in [
        ("index.html", PAGE),
        ("callback/index.html", "a page for other hosts"),
        ("callback/forward.js", "forward"),
        (&WASM[1..], "wasm"),
        ("riser-17ae3b29f064e577_bg.wasm.br", "wasm, brotli"),
        ("riser-17ae3b29f064e577_bg.wasm.gz", "wasm, gzip"),
        ("favicon.svg", "<svg/>"),
        ("_headers", "/*"),
        ("vercel.json", "for a host"),
        (".hidden", "hidden"),
    ] {
        put(&folder.path().join("dist"), name, content);
    }
    folder
}

fn app(folder: &TempDir) -> Router {
    router(folder.path().join("dist"), &config()).unwrap()
}

async fn send(app: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn get(app: &Router, path: &str) -> (StatusCode, String) {
    let response = send(app, "GET", path, &[]).await;
    let status = response.status();
    (status, text(response).await)
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn header<'r>(response: &'r Response<Body>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_page_has_the_running_configuration_instead_of_the_built_one() {
    let folder = built();
    let (status, page) = get(&app(&folder), "/").await;
    assert_eq!(status, StatusCode::OK);
    let (_, block) = page.split_once("id=\"riser-config\">").unwrap();
    let block: Value = serde_json::from_str(block.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(block, config());
    assert!(!page.contains("built.example"));
    assert!(page.ends_with("<h1>Riser</h1>"));
}

#[tokio::test]
async fn the_policy_names_the_inline_script_by_its_hash_and_the_two_servers() {
    let folder = built();
    let response = send(&app(&folder), "GET", "/", &[]).await;
    let policy = header(&response, "content-security-policy");
    // `printf %s "$SCRIPT" | openssl dgst -sha256 -binary | base64`
    assert!(PAGE.contains(SCRIPT));
    assert!(policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
    assert_eq!(policy.matches("'sha256-").count(), 1, "{policy}");
    assert!(policy.contains("connect-src 'self' http://localhost:8080 http://localhost:8090;"), "{policy}");
    assert!(policy.contains("default-src 'none';") && !policy.contains("unsafe-inline"), "{policy}");
    for (name, value) in [
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(header(&response, name), value, "{name}");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let folder = built();
    for (method, path) in [("GET", WASM), ("GET", "/none.js"), ("POST", "/"), ("HEAD", "/callback")] {
        let response = send(&app(&folder), method, path, &[]).await;
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{method} {path}");
        assert!(
            header(&response, "content-security-policy").starts_with("default-src 'none'"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn what_only_the_application_knows_is_the_page_and_missing_files_are_missing() {
    let folder = built();
    let app = app(&folder);
    for path in
        ["/callback", "/callback/", "/callback?error=x", "/callback/index.html", "/index.html", "/some/place"]
    {
        let (status, body) = get(&app, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(body.contains("riser-config"), "{path}");
    }
    assert_eq!(get(&app, "/callback/forward.js").await, (StatusCode::OK, "forward".to_owned()));
    for path in ["/none.js", "/riser-0000000000000000_bg.wasm", "/_headers.txt", "/some/none.css"] {
        assert_eq!(get(&app, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn nothing_outside_and_nothing_meant_for_hosts_can_be_had() {
    let folder = built();
    let app = app(&folder);
    for path in [
        "/../secret.txt",
        "/callback/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/.hidden",
        "/_headers",
        "/vercel.json",
        "/riser-17ae3b29f064e577_bg.wasm.br",
    ] {
        let (_, body) = get(&app, path).await;
        assert!(
            !["secret", "hidden", "/*", "wasm, brotli", "for a host"].contains(&body.as_str()),
            "{path}: {body}"
        );
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_the_page_is_asked_for_again() {
    let folder = built();
    let app = app(&folder);
    let wasm = send(&app, "GET", WASM, &[]).await;
    assert_eq!(header(&wasm, "cache-control"), "public, max-age=31536000, immutable");
    let page = send(&app, "GET", "/", &[]).await;
    assert_eq!(header(&page, "cache-control"), "no-cache");
    assert_eq!(header(&send(&app, "GET", "/favicon.svg", &[]).await, "cache-control"), "no-cache");

    let tag = header(&page, "etag").to_owned();
    let again = send(&app, "GET", "/", &[("if-none-match", &format!("\"other\", W/{tag}"))]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
    assert_eq!(send(&app, "GET", "/", &[("if-none-match", "\"other\"")]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn compressed_copies_go_to_those_who_can_read_them() {
    let folder = built();
    let app = app(&folder);
    for (accept, encoding, body) in [
        ("gzip, deflate, br, zstd", "br", "wasm, brotli"),
        ("gzip;q=1.0, br;q=0", "gzip", "wasm, gzip"),
        ("identity", "", "wasm"),
        ("", "", "wasm"),
    ] {
        let response = send(&app, "GET", WASM, &[("accept-encoding", accept)]).await;
        assert_eq!(header(&response, "content-encoding"), encoding, "{accept}");
        assert_eq!(header(&response, "content-type"), "application/wasm");
        assert_eq!(header(&response, "vary"), "accept-encoding");
        assert_eq!(text(response).await, body, "{accept}");
    }
    let tags = ["br", "gzip", ""].map(async |accept| {
        header(&send(&app, "GET", WASM, &[("accept-encoding", accept)]).await, "etag").to_owned()
    });
    let [a, b, c] = tags;
    let (a, b, c) = (a.await, b.await, c.await);
    assert!(a != b && b != c && a != c, "{a} {b} {c}");
}

/// Proves: companion-compression
#[tokio::test]
async fn page_is_sent_compressed_with_the_running_configuration() {
    let folder = built();
    // As long as a real one, so that it pays.
    let page = format!("{PAGE}{}", "<p>The same words, again and again.</p>".repeat(200));
    put(&folder.path().join("dist"), "index.html", &page);
    let app = app(&folder);
    let plain = send(&app, "GET", "/", &[]).await;
    let (tag, length) = (header(&plain, "etag").to_owned(), header(&plain, "content-length").to_owned());
    assert_eq!((header(&plain, "content-encoding"), header(&plain, "vary")), ("", "accept-encoding"));
    let plain = text(plain).await;
    assert!(plain.contains("\"flow\":\"code\""), "{plain}");
    let mut tags = vec![tag];
    for (accept, encoding) in
        [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("BR", "br")]
    {
        for path in ["/", "/callback", "/some/place"] {
            let response = send(&app, "GET", path, &[("accept-encoding", accept)]).await;
            assert_eq!(header(&response, "content-encoding"), encoding, "{accept}");
            assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
            assert_eq!(header(&response, "vary"), "accept-encoding");
            assert_eq!(header(&response, "cache-control"), "no-cache");
            assert!(header(&response, "content-security-policy").contains("sha256-"));
            let tag = header(&response, "etag").to_owned();
            let again =
                send(&app, "GET", path, &[("accept-encoding", accept), ("if-none-match", &tag)]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{accept}");
            tags.push(tag);
            let packed = response.into_body().collect().await.unwrap().to_bytes();
            assert!(packed.len() * 4 < length.parse().unwrap(), "{accept}: {} of {length}", packed.len());
            let mut unpacked = Vec::new();
            match encoding {
                "br" => brotli::BrotliDecompress(&mut &packed[..], &mut unpacked).unwrap(),
                _ => drop(flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap()),
            }
            assert_eq!(String::from_utf8(unpacked).unwrap(), plain, "{accept}");
        }
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "one for each encoding: {tags:?}");
}

#[tokio::test]
async fn content_types_are_exact_because_browsers_may_not_guess() {
    let folder = built();
    let app = app(&folder);
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/callback/forward.js", "text/javascript; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
        (WASM, "application/wasm"),
    ] {
        assert_eq!(header(&send(&app, "GET", path, &[]).await, "content-type"), kind, "{path}");
    }
}

#[tokio::test]
async fn head_tells_the_length_without_the_body_and_writing_is_not_allowed() {
    let folder = built();
    let app = app(&folder);
    let head = send(&app, "HEAD", WASM, &[]).await;
    assert_eq!((head.status(), header(&head, "content-length")), (StatusCode::OK, "4"));
    assert_eq!(text(head).await, "");
    let post = send(&app, "POST", "/callback", &[]).await;
    assert_eq!((post.status(), header(&post, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
}

#[test]
fn a_folder_without_the_client_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let error = router(folder.path(), &config()).unwrap_err();
    assert!(matches!(&error, ClientError::NotBuilt { .. }), "{error}");
    assert!(error.to_string().contains("cargo xtask dist"), "{error}");
    put(folder.path(), "index.html", "<h1>another page</h1>");
    assert!(matches!(router(folder.path(), &config()), Err(ClientError::Page { .. })));
}

#[tokio::test]
async fn address_that_page_and_api_share_is_the_pages_for_a_browser_that_goes_there() {
    let folder = built();
    let api = Router::new().route("/statements", axum::routing::get(|| async { "the API" }));
    let both = companion::client::beside(api, app(&folder));
    let html = ("accept", "text/html,application/xhtml+xml");
    let token = ("authorization", "Bearer token");
    for (headers, is_page) in [
        (&[html][..], true),
        (&[html, token], false),
        (&[("accept", "application/json")], false),
        (&[], false),
    ] {
        let answer = text(send(&both, "GET", "/statements", headers).await).await;
        assert_eq!(answer.contains("<h1>Riser</h1>"), is_page, "{headers:?}");
        assert_eq!(answer == "the API", !is_page, "{headers:?}");
    }
}
