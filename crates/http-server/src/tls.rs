//! The beginning of an encrypted connection.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::limits::{Limits, Timed};

/// The first byte of a client that speaks TLS (RFC 8446, 5.1: a handshake record).
const HANDSHAKE: u8 = 0x16;
/// How long what somebody sends who does not is read, so that the answer reaches them.
const LINGER: Duration = Duration::from_secs(1);
const NO_TLS: &str = "This address speaks HTTPS. Write https:// before it.\n";

/// The handshake, and the wait for the first request. Each may take as long as the head of a request.
pub(crate) async fn accept(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    limits: Limits,
) -> Option<BufReader<TlsStream<Timed>>> {
    let mut first = [0];
    let begun = tokio::time::timeout(limits.head, stream.peek(&mut first)).await;
    if !matches!(begun, Ok(Ok(1))) {
        return None;
    }
    if first != [HANDSHAKE] {
        refuse_plain(stream).await;
        return None;
    }
    let handshake = acceptor.accept(limits.timed(stream));
    let stream = match tokio::time::timeout(limits.head, handshake).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            // A device that does not trust the certificate ends here, too.
            tracing::debug!(%error, "a TLS handshake failed");
            return None;
        }
        Err(_) => {
            tracing::debug!("a TLS handshake was not finished in time");
            return None;
        }
    };
    let mut stream = BufReader::new(stream);
    let asked = tokio::time::timeout(limits.head, stream.fill_buf()).await;
    matches!(asked, Ok(Ok(bytes)) if !bytes.is_empty()).then_some(stream)
}

/// Says what would be right to somebody who speaks plain HTTP.
async fn refuse_plain(mut stream: TcpStream) {
    let length = NO_TLS.len();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{NO_TLS}"
    );
    let told = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // Closed with something unread, the connection would be reset, and the answer lost.
        while stream.read(&mut [0; 4096]).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ended = tokio::time::timeout(LINGER, told).await;
}
