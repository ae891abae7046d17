//! A self-signed certificate (RFC 5280), as small as it can be: a real one, so that a client that does look at `x5c` or
//! `x5u` would find nothing wrong with it.

use super::keys::Key;
use crate::TestError;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTF8_STRING: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// `sha256WithRSAEncryption`, whose parameters are NULL.
const SHA256_WITH_RSA: &[u8] =
    &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
/// `id-at-commonName`.
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

/// The certificate of that key, in DER.
pub(super) fn self_signed(key: &Key, name: &str) -> Result<Vec<u8>, TestError> {
    let algorithm = value(SEQUENCE, &[SHA256_WITH_RSA]);
    let attribute = value(SEQUENCE, &[COMMON_NAME, &value(UTF8_STRING, &[name.as_bytes()])]);
    let name = value(SEQUENCE, &[&value(SET, &[&attribute])]);
    let time = |text: &str| value(GENERALIZED_TIME, &[text.as_bytes()]);
    let validity = value(SEQUENCE, &[&time("20240101000000Z"), &time("20990101000000Z")]);
    let serial = value(INTEGER, &[&[1]]);
    // Version 1: it has no extensions.
    let body = value(SEQUENCE, &[&serial, &algorithm, &name, &validity, &name, &key.public_der()?]);
    let signature = key.sign(&RSA_PKCS1_SHA256, &body)?;
    Ok(value(SEQUENCE, &[&body, &algorithm, &value(BIT_STRING, &[&[0], &signature])]))
}

/// Tag, length, content. No content here has 64 kB.
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [.., high, low] = content.len().to_be_bytes();
    let mut der = match (high, low) {
        (0, short @ 0..0x80) => vec![tag, short],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    der.extend(content);
    der
}
