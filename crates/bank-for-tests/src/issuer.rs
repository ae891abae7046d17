//! An issuer of access tokens: an RSA key, its key set over HTTP, and tokens for any customer.

use std::io;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::http_client;

/// The identifier of the bank's API, which the tokens are for.
pub const AUDIENCE: &str = "https://my-banking-api";
/// What a transfer needs.
pub const TRANSFER: &str = "transfer:funds";
/// What the balance and the look at transfers need.
pub const VIEW: &str = "view:balance";
/// Longer than any run, in seconds.
const TOKEN_LIFETIME: u64 = 7 * 24 * 60 * 60;

/// A running issuer. Its server ends when it is dropped.
#[derive(Debug)]
pub struct TestIssuer {
    /// As in `iss`, with the slash at the end.
    pub url: String,
    key: RsaKeyPair,
    server: JoinHandle<()>,
}

impl TestIssuer {
    /// Makes a key, and serves it.
    pub async fn start() -> io::Result<Self> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(io::Error::other)?;
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let public = key.public_key();
        let set = json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1",
            "n": encode(public.modulus().big_endian_without_leading_zero()),
            "e": encode(public.exponent().big_endian_without_leading_zero()),
        }] })
        .to_string();
        let server = tokio::spawn(serve(listener, set));
        Ok(Self { url, key, server })
    }

    /// A signed access token.
    ///
    /// # Panics
    /// When this machine gives no randomness any more.
    pub fn token(&self, subject: &str, scope: &str, jti: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let claims = json!({
            "iss": self.url, "sub": subject, "aud": AUDIENCE, "scope": scope, "jti": jti, "iat": now,
            "exp": now + TOKEN_LIFETIME,
        });
        let header = encode(json!({ "alg": "RS256", "typ": "JWT", "kid": "1" }).to_string());
        let message = format!("{header}.{}", encode(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let signed =
            self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature);
        assert!(signed.is_ok(), "a token cannot be signed");
        format!("{message}.{}", encode(signature))
    }
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn serve(listener: TcpListener, set: String) {
    let length = set.len();
    let response =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{set}");
    while let Ok((stream, _)) = listener.accept().await {
        let response = response.clone();
        // A bank that is killed meanwhile is no error of the issuer.
        tokio::spawn(async move { drop(answer_all(stream, &response).await) });
    }
}

async fn answer_all(mut stream: TcpStream, response: &str) -> io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(extent) = http_client::read(&mut stream, &mut buffer).await? {
        buffer.drain(..extent.whole);
        stream.write_all(response.as_bytes()).await?;
    }
    Ok(())
}
