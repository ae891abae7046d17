//! `fetch`, and the packages over it: what is sent, what comes back, and what holds them.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use actions::{Cause, Engine, Environment, Limits, Network, Outcome, Reply, Request, Response, Verdict};
use serde_json::{Value, json};

use crate::harness::{body, error, event, rule};

/// Answers by the path, and keeps what was sent.
#[derive(Debug, Default)]
struct Server(Mutex<Vec<Request>>);

impl Network for Server {
    fn send(&self, request: Request, _: Instant, reply: Reply) {
        self.0.lock().unwrap().push(request.clone());
        let path = request.url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        let response = |status, body: &str| {
            Ok(Response {
                url: request.url.clone(),
                status,
                status_text: "Told".to_owned(),
                headers: vec![
                    ("content-type".to_owned(), "application/json".to_owned()),
                    ("x-a".to_owned(), "1".to_owned()),
                ],
                body: body.as_bytes().to_vec(),
            })
        };
        match path.as_str() {
            "missing" => reply(response(404, "{\"error\":\"none\"}")),
            "down" => reply(Err("the connection was refused".to_owned())),
            "large" => reply(response(200, &"x".repeat(2 << 20))),
            // Nobody answers.
            "silent" => drop(reply),
            "late" => drop(thread::spawn(move || {
                thread::sleep(Duration::from_millis(50));
                reply(Ok(Response { status: 200, ..Response::default() }));
            })),
            _ => reply(response(200, "{\"ok\":true,\"name\":\"Ädä\"}")),
        }
    }
}

fn engine(time: Duration) -> (Engine, Arc<Server>) {
    let server = Arc::new(Server::default());
    let environment = Environment::default().with_network(server.clone());
    (Engine::new(Limits { time, ..Limits::default() }).within(environment), server)
}

fn run(code: &str) -> (Outcome, Vec<Request>) {
    let (engine, server) = engine(Duration::from_secs(30));
    let outcome = engine.run(&[body(code)], event());
    let sent = server.0.lock().unwrap().clone();
    (outcome, sent)
}

#[track_caller]
fn value(expression: &str) -> Value {
    let (outcome, _) = run(&format!("api.idToken.setCustomClaim('it', {expression});"));
    assert_eq!(outcome.verdict, Verdict::Go, "{expression}: {:?}", outcome.runs);
    outcome.decisions.id_token["it"].clone()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
}

fn sent_body(request: &Request) -> String {
    String::from_utf8(request.body.clone().unwrap_or_default()).unwrap()
}

/// Proves: script-network
#[test]
fn fetch_sends_and_reads() {
    let (outcome, sent) = run(
        "const r = await fetch('https://a.example/x?q=1#top', { method: 'post', headers: { 'X-Key': 'k' }, body: JSON.stringify({ é: 1 }) });
         api.idToken.setCustomClaim('it', [r.status, r.ok, r.statusText, r.headers.get('X-A'), (await r.json()).name, r.bodyUsed, r.url]);",
    );
    assert_eq!(
        outcome.decisions.id_token["it"],
        json!([200, true, "Told", "1", "Ädä", true, "https://a.example/x?q=1"]),
        "{outcome:?}"
    );
    assert_eq!((sent[0].method.as_str(), sent[0].url.as_str()), ("POST", "https://a.example/x?q=1"));
    assert_eq!(
        (header(&sent[0], "x-key"), header(&sent[0], "content-type")),
        ("k", "text/plain;charset=UTF-8")
    );
    assert_eq!(sent_body(&sent[0]), "{\"é\":1}");
    assert!(sent[0].follows_redirects);
    let exchange = &outcome.runs[0].exchanges[0];
    assert_eq!(exchange.response.as_ref().unwrap().as_ref().unwrap().status, 200);
}

#[test]
fn forms_and_failures() {
    let (_, sent) = run(
        "const form = new FormData(); form.set('a', 'b'); form.append('f', new Blob(['text'], { type: 'text/css' }), 'x.css');
         await fetch('https://a.example/', { method: 'POST', body: form });
         await fetch('https://a.example/', { method: 'POST', body: new URLSearchParams({ c: 'd e' }) });",
    );
    assert!(
        header(&sent[0], "content-type").starts_with("multipart/form-data; boundary=----form-"),
        "{sent:?}"
    );
    let text = sent_body(&sent[0]);
    assert!(text.contains("name=\"a\"\r\n\r\nb\r\n"), "{text}");
    assert!(
        text.contains("name=\"f\"; filename=\"x.css\"\r\nContent-Type: text/css\r\n\r\ntext\r\n"),
        "{text}"
    );
    assert_eq!(sent_body(&sent[1]), "c=d+e");
    for (expression, expected) in [
        (
            "await fetch('https://a.example/down').catch((e) => [e.name, e.message])",
            json!(["TypeError", "fetch failed: the connection was refused"]),
        ),
        ("(await fetch('https://a.example/missing')).ok", json!(false)),
        (
            "await fetch('https://a.example/large').catch((e) => e.message)",
            json!("fetch failed: the response has more than 1048576 bytes"),
        ),
        ("await fetch('/relative').catch((e) => e.code)", json!("ERR_INVALID_URL")),
        ("await fetch('https://u:p@a.example/').catch((e) => e.name)", json!("TypeError")),
        (
            "await fetch('https://a.example/', { headers: { 'a b': 'c' } }).catch((e) => e.name)",
            json!("TypeError"),
        ),
        (
            "await fetch('https://a.example/', { headers: { a: 'b\\r\\nc: d' } }).catch((e) => e.name)",
            json!("TypeError"),
        ),
        (
            "await fetch('https://a.example/silent', { signal: AbortSignal.timeout(20) }).catch((e) => e.name)",
            json!("TimeoutError"),
        ),
        (
            "await Promise.all([fetch('https://a.example/late'), fetch('https://a.example/')]).then((all) => all.map((r) => r.status))",
            json!([200, 200]),
        ),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn axios_has_its_shape() {
    for (expression, expected) in [
        (
            "await require('axios@0.21.1').get('https://a.example/x', { params: { a: 'b c', l: [1] } }).then((r) => [r.status, r.data.ok, r.headers['x-a'], r.request.path])",
            json!([200, true, "1", "/x?a=b+c&l[]=1"]),
        ),
        (
            "await require('axios').post('https://a.example/missing', {}).catch((e) => [e.isAxiosError, e.response.status, e.response.data.error, e.message])",
            json!([true, 404, "none", "Request failed with status code 404"]),
        ),
        (
            "await require('axios').get('https://a.example/down').catch((e) => [e.response === undefined, e.code])",
            json!([true, "ECONNREFUSED"]),
        ),
        (
            "await require('axios')({ url: 'https://a.example/silent', timeout: 20 }).catch((e) => [e.code, e.message])",
            json!(["ECONNABORTED", "timeout of 20ms exceeded"]),
        ),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
    let (outcome, sent) = run(
        "const axios = require('axios').create({ baseURL: 'https://a.example/v1/', headers: { 'X-Key': 'k' } });
         axios.interceptors.request.use((config) => ({ ...config, headers: { ...config.headers, 'x-more': 'm' } }));
         await axios.put('/thing', { a: 1 }, { auth: { username: 'u', password: 'p' } });",
    );
    assert_eq!(outcome.verdict, Verdict::Go, "{outcome:?}");
    assert_eq!((sent[0].method.as_str(), sent[0].url.as_str()), ("PUT", "https://a.example/v1/thing"));
    let headers = ["x-key", "x-more", "content-type", "authorization"].map(|name| header(&sent[0], name));
    assert_eq!(headers, ["k", "m", "application/json", "Basic dTpw"]);
    assert_eq!(sent_body(&sent[0]), "{\"a\":1}");
}

#[test]
fn request_has_its_shape() {
    let (engine, server) = engine(Duration::from_secs(30));
    let outcome = engine.run(
        &[rule(
            "function (user, context, callback) {
               const request = require('request');
               request.post({ url: 'https://a.example/x', qs: { q: 1 }, form: { a: 'b c' }, auth: { user: 'u', pass: 'p' } }, (error, response, body) => {
                 context.idToken.one = [error, response.statusCode, JSON.parse(body).ok];
                 request('https://a.example/missing', { json: true }, (error, response, body) => {
                   context.idToken.two = [response.statusCode, body.error];
                   request.get('https://a.example/down', (error, response) => {
                     context.idToken.three = [error.message, response === undefined];
                     require('request-promise').post('https://a.example/missing', { json: { a: 1 } }).catch((e) => {
                       context.idToken.four = [e.name, e.statusCode];
                       callback(null, user, context);
                     });
                   });
                 });
               });
             }",
        )],
        event(),
    );
    assert_eq!(outcome.verdict, Verdict::Go, "{outcome:?}");
    let claims = &outcome.decisions.id_token;
    assert_eq!(claims["one"], json!([null, 200, true]));
    assert_eq!(claims["two"], json!([404, "none"]));
    assert_eq!(claims["three"], json!(["fetch failed: the connection was refused", true]));
    assert_eq!(claims["four"], json!(["StatusCodeError", 404]));
    let sent = server.0.lock().unwrap();
    assert_eq!((sent[0].url.as_str(), sent_body(&sent[0]).as_str()), ("https://a.example/x?q=1", "a=b%20c"));
    assert_eq!(header(&sent[0], "authorization"), "Basic dTpw");
    assert_eq!(
        (header(&sent[3], "content-type"), sent_body(&sent[3]).as_str()),
        ("application/json", "{\"a\":1}")
    );
}

/// Rules call back and do not wait.
#[test]
fn request_that_nobody_waits_for_is_sent() {
    let (outcome, sent) = run("fetch('https://a.example/silent');");
    assert_eq!((outcome.verdict, sent.len()), (Verdict::Go, 1));
    assert_eq!(outcome.runs[0].exchanges[0].response, None);
}

/// Proves: script-network
#[test]
fn without_network_nothing_is_sent() {
    let outcome = Engine::new(Limits::default()).run(&[body("await fetch('http://localhost:1/');")], event());
    assert!(error(&outcome).message.contains("allowed_hosts under [scripts]"), "{outcome:?}");
}

/// Proves: script-network
#[test]
fn limits_hold_for_requests() {
    let (engine, server) = engine(Duration::from_millis(400));
    for code in [
        "await fetch('https://a.example/silent');",
        "for (;;) await fetch('https://a.example/late').catch(() => 0);",
        "const h = require('crypto').createHash('sha256'); for (;;) h.copy().update('x'.repeat(1e6)).digest();",
        "const s = 'x'.repeat(4e6); for (;;) Buffer.from(s).toString('hex');",
        "for (;;) try { new TextEncoder().encode('x'.repeat(4e6)); } catch {}",
    ] {
        let began = Instant::now();
        let outcome = engine.run(&[body(code)], event());
        assert!(matches!(error(&outcome).cause, Cause::Time | Cause::Memory), "{code}: {outcome:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{code}: {:?}", began.elapsed());
    }
    assert!(server.0.lock().unwrap().len() <= 21, "twenty requests, and the one before");
    let (outcome, sent) = run("for (let n = 0; n < 30; n += 1) await fetch('https://a.example/');");
    assert!(error(&outcome).message.contains("20 requests"), "{outcome:?}");
    assert_eq!(sent.len(), 20);
    let (outcome, sent) =
        run("await fetch('https://a.example/', { method: 'POST', body: 'x'.repeat(2e6) });");
    assert!(error(&outcome).message.contains("1048576 bytes"), "{outcome:?}");
    assert!(sent.is_empty());
    for code in [
        "const all = []; for (;;) all.push(Buffer.alloc(1e6));",
        "structuredClone(new Uint8Array(20e6));",
        "Buffer.from('x'.repeat(12e6)).toString('hex').length;",
    ] {
        let (outcome, _) = run(code);
        assert_eq!(error(&outcome).cause, Cause::Memory, "{code}: {outcome:?}");
    }
}
