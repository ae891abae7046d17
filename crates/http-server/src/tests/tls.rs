//! Encrypted connections, and those who do not finish what they begin.

use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::*;

/// A server for `localhost`, and a client that trusts it.
async fn encrypted(change: impl FnOnce(&mut Limits)) -> (Server, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let server = ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![certificate.clone()], key.into()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let mut limits = Limits::default();
    change(&mut limits);
    let router = Router::new().route("/", get(async || "done"));
    (Server::start_with(Some(Arc::new(server)), router, limits).await, TlsConnector::from(Arc::new(client)))
}

async fn connect(server: &Server, connector: &TlsConnector) -> TlsStream<TcpStream> {
    let name = ServerName::try_from("localhost").unwrap();
    connector.connect(name, server.connect().await).await.unwrap()
}

async fn ask(stream: &mut TlsStream<TcpStream>) {
    stream.write_all(WHOLE).await.unwrap();
    let mut text = Vec::new();
    while !text.ends_with(b"done") {
        assert!(stream.read_buf(&mut text).await.unwrap() > 0, "{}", String::from_utf8_lossy(&text));
    }
}

/// Proves: tls-handshake
#[tokio::test(start_paused = true)]
async fn requests_are_answered_and_the_connection_is_kept() {
    let (server, connector) = encrypted(|_| {}).await;
    let mut stream = connect(&server, &connector).await;
    ask(&mut stream).await;
    ask(&mut stream).await;
    server.stop.send(()).unwrap();
    server.served.await.unwrap().unwrap();
    // With TLS's own end, so that nobody can cut an answer short.
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
}

/// Proves: tls-handshake
#[tokio::test(start_paused = true)]
async fn unfinished_handshake_holds_connection_no_longer_than_head() {
    let (server, connector) = encrypted(|limits| limits.connections = 1).await;
    let head = Limits::default().head;
    // Nothing; the beginning of a record that is promised to be long; and one byte of it now and then.
    assert!(is_about(closed(&mut server.connect().await).await, head));
    let record = [0x16, 3, 1, 1, 0, 1];
    assert!(is_about(closed(&mut server.send(&record).await).await, head));
    let mut stream = server.send(&record).await;
    let began = Instant::now();
    while stream.write_all(&[0]).await.is_ok() {
        assert!(began.elapsed() < head * 2, "it is still taken");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // One who does not ask for anything when the handshake is done.
    let mut stream = connect(&server, &connector).await;
    let began = Instant::now();
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0);
    assert!(is_about(began.elapsed(), head), "{:?}", began.elapsed());
    // There is room for one: so none of them is there any more.
    ask(&mut connect(&server, &connector).await).await;
}

/// Proves: shutdown-not-blocked
#[tokio::test(start_paused = true)]
async fn unfinished_handshake_keeps_nobody_from_stopping() {
    let (server, connector) = encrypted(|_| {}).await;
    let mut half = server.send(&[0x16, 3, 1, 1, 0, 1]).await;
    let idle = connect(&server, &connector).await;
    let began = Instant::now();
    server.stop.send(()).unwrap();
    server.served.await.unwrap().unwrap();
    assert_eq!((began.elapsed(), closed(&mut half).await), (Duration::ZERO, Duration::ZERO));
    drop(idle);
}

/// Proves: tls-handshake
#[tokio::test(start_paused = true)]
async fn plain_http_is_told_to_write_https() {
    let (server, _) = encrypted(|_| {}).await;
    for sent in [WHOLE, b"nonsense"] {
        let mut stream = server.send(sent).await;
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with("HTTP/1.1 400 "), "{text}");
        assert!(text.ends_with("Write https:// before it.\n"), "{text}");
    }
}

/// Proves: tls-handshake
#[tokio::test(start_paused = true)]
async fn failed_handshake_keeps_nobody_else_from_being_answered() {
    let (server, connector) = encrypted(|_| {}).await;
    let name = ServerName::try_from("other.example").unwrap();
    let refused = connector.connect(name, server.connect().await).await;
    assert!(refused.unwrap_err().to_string().contains("not valid for name"));
    let mut garbage = server.send(&[0x16, 3, 1, 0, 4, 9, 9, 9, 9]).await;
    closed(&mut garbage).await;
    ask(&mut connect(&server, &connector).await).await;
}
