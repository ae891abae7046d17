//! A small HTTP/1.1 client. An HTTP library would retry by itself, and hide where a response was cut off.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// More than any message here has.
const READ_SIZE: usize = 8 * 1024;

/// The length of the first message in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLength {
    /// The start line and the headers, with the empty line after them.
    pub head: usize,
    /// Head and body.
    pub whole: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    /// Whether the bank says that it has given this response before (`Idempotency-Replayed`).
    pub replayed: bool,
    /// Whether it says when to come back (`Retry-After`).
    pub has_retry_after: bool,
    /// The body, to the letter.
    pub body: String,
}

/// Reads until `buffer` begins with a whole message; `None` when the stream ends before a first byte.
pub async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<Option<MessageLength>> {
    loop {
        if let Some(extent) = extent(buffer)? {
            return Ok(Some(extent));
        }
        buffer.reserve(READ_SIZE);
        if stream.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
}

/// The extent of the message that `bytes` begin with, once it is whole.
fn extent(bytes: &[u8]) -> io::Result<Option<MessageLength>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = end + 4;
    let unclear = || io::Error::new(io::ErrorKind::InvalidData, "the message does not tell its length");
    if header(&bytes[..head], "transfer-encoding").is_some() {
        return Err(unclear());
    }
    let body = match header(&bytes[..head], "content-length") {
        Some(length) => length.parse().map_err(|_| unclear())?,
        None => 0,
    };
    let whole = head + body;
    Ok((bytes.len() >= whole).then_some(MessageLength { head, whole }))
}

/// The value of a header, whose name is given in small letters.
fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    head.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let (found, rest) = line.split_at_checked(name.len())?;
        let value = rest.strip_prefix(b":")?;
        found.eq_ignore_ascii_case(name.as_bytes()).then(|| std::str::from_utf8(value).ok().map(str::trim))?
    })
}

pub fn status(head: &[u8]) -> Option<u16> {
    std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()
}

/// A request without a body.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

pub fn post_transfer(token: &str, id: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /transfer HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {id}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request on a connection of its own. `None` is what a customer knows after a time-out or a broken connection:
/// nothing.
pub async fn send(address: SocketAddr, request: &[u8], limit: Duration) -> Option<HttpResponse> {
    let answered = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request).await?;
        let mut buffer = Vec::new();
        let extent = read(&mut stream, &mut buffer).await?;
        io::Result::Ok(extent.and_then(|extent| response(&buffer, extent)))
    };
    tokio::time::timeout(limit, answered).await.ok()?.ok()?
}

fn response(bytes: &[u8], extent: MessageLength) -> Option<HttpResponse> {
    let (head, body) = bytes[..extent.whole].split_at(extent.head);
    Some(HttpResponse {
        status: status(head)?,
        replayed: header(head, "idempotency-replayed").is_some(),
        has_retry_after: header(head, "retry-after").is_some(),
        body: String::from_utf8(body.to_vec()).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] =
        b"HTTP/1.1 201 Created\r\nIdempotency-Replayed: true\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200";

    #[test]
    fn message_ends_after_content_length() {
        let extent = extent(WHOLE).unwrap().unwrap();
        assert_eq!(&WHOLE[extent.whole..], b"HTTP/1.1 200");
        let expected =
            HttpResponse { status: 201, replayed: true, has_retry_after: false, body: "{}".to_owned() };
        assert_eq!(response(WHOLE, extent), Some(expected));
        for cut in 0..extent.whole {
            assert_eq!(super::extent(&WHOLE[..cut]).unwrap(), None, "{cut} bytes");
        }
    }

    #[tokio::test]
    async fn cut_off_response_is_an_error() {
        let mut buffer = Vec::new();
        let broken = read(&mut &WHOLE[..40], &mut buffer).await.unwrap_err();
        assert_eq!(broken.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(read(&mut &b""[..], &mut Vec::new()).await.unwrap(), None);
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(
            read(&mut &chunked[..], &mut Vec::new()).await.unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }
}
