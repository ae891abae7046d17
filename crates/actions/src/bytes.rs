//! Bytes and texts, hashes and addresses: what the modules of scripts have computed outside the engine. Bytes come as a text
//! with one character for each.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use url::{Url, form_urlencoded, quirks};

/// Takes what has padding and what has none, as Node does.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(crate) fn from_latin1(text: &str) -> Vec<u8> {
    // The modules write nothing above 255.
    text.chars().map(|letter| u8::try_from(u32::from(letter) & 0xff).unwrap_or_default()).collect()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// As `Buffer.from(text, encoding)`: what is no character of the encoding ends hex, and is passed over in Base64.
pub(crate) fn to_bytes(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "hex" => {
            let digit = |letter: char| letter.to_digit(16);
            let digits: Vec<u32> = text.chars().map_while(digit).collect();
            let pairs = digits.chunks_exact(2).filter_map(|pair| match pair {
                [high, low] => u8::try_from(16 * high + low).ok(),
                _ => None,
            });
            pairs.collect()
        }
        "base64" | "base64url" => {
            let letters =
                text.chars().take_while(|letter| *letter != '=').filter_map(|letter| match letter {
                    '-' => Some('+'),
                    '_' => Some('/'),
                    letter if letter.is_ascii_alphanumeric() || letter == '+' || letter == '/' => {
                        Some(letter)
                    }
                    _ => None,
                });
            let mut letters: String = letters.collect();
            // A single character of a group is no byte.
            if letters.len() % 4 == 1 {
                letters.pop();
            }
            LENIENT.decode(letters).unwrap_or_default()
        }
        "latin1" | "ascii" => {
            text.encode_utf16().map(|unit| u8::try_from(unit & 0xff).unwrap_or_default()).collect()
        }
        "utf16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// `None`: they are no text in it, and that matters.
pub(crate) fn to_text(bytes: &[u8], encoding: &str) -> Option<String> {
    Some(match encoding {
        "hex" => bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|it| char::from_digit(it.into(), 16))
            .collect(),
        "base64" => STANDARD.encode(bytes),
        "base64url" => URL_SAFE_NO_PAD.encode(bytes),
        "latin1" => latin1(bytes),
        "ascii" => latin1(&bytes.iter().map(|byte| byte & 0x7f).collect::<Vec<u8>>()),
        "utf16le" => {
            let units = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
            String::from_utf16_lossy(&units.map(u16::from_le_bytes).collect::<Vec<u16>>())
        }
        "utf8-fatal" => std::str::from_utf8(bytes).ok()?.to_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    })
}

pub(crate) fn hash(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match name {
        "md5" => Md5::digest(bytes).to_vec(),
        "sha1" => Sha1::digest(bytes).to_vec(),
        "sha224" => Sha224::digest(bytes).to_vec(),
        "sha256" => Sha256::digest(bytes).to_vec(),
        "sha384" => Sha384::digest(bytes).to_vec(),
        "sha512" => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

pub(crate) fn hmac(name: &str, key: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    macro_rules! of {
        ($hash:ty) => {{
            let mut mac = Hmac::<$hash>::new_from_slice(key).ok()?;
            mac.update(bytes);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    Some(match name {
        "md5" => of!(Md5),
        "sha1" => of!(Sha1),
        "sha224" => of!(Sha224),
        "sha256" => of!(Sha256),
        "sha384" => of!(Sha384),
        "sha512" => of!(Sha512),
        _ => return None,
    })
}

/// The parts of an address, as `URL` has them.
pub(crate) fn parse_url(text: &str, base: Option<&str>) -> Option<String> {
    let base = base.map(Url::parse).transpose().ok()?;
    Url::options().base_url(base.as_ref()).parse(text).ok().map(|url| parts(&url))
}

/// The parts of the address after one of them was set. What makes no sense changes nothing.
pub(crate) fn change_url(href: &str, part: &str, value: &str) -> Option<String> {
    let mut url = Url::parse(href).ok()?;
    let changed = match part {
        "href" => quirks::set_href(&mut url, value).is_ok(),
        "protocol" => quirks::set_protocol(&mut url, value).is_ok(),
        "username" => quirks::set_username(&mut url, value).is_ok(),
        "password" => quirks::set_password(&mut url, value).is_ok(),
        "host" => quirks::set_host(&mut url, value).is_ok(),
        "hostname" => quirks::set_hostname(&mut url, value).is_ok(),
        "port" => quirks::set_port(&mut url, value).is_ok(),
        "pathname" => {
            quirks::set_pathname(&mut url, value);
            true
        }
        "search" => {
            quirks::set_search(&mut url, value);
            true
        }
        "hash" => {
            quirks::set_hash(&mut url, value);
            true
        }
        _ => false,
    };
    changed.then(|| parts(&url))
}

fn parts(url: &Url) -> String {
    json!({
        "href": quirks::href(url), "origin": quirks::origin(url), "protocol": quirks::protocol(url),
        "username": quirks::username(url), "password": quirks::password(url), "host": quirks::host(url),
        "hostname": quirks::hostname(url), "port": quirks::port(url), "pathname": quirks::pathname(url),
        "search": quirks::search(url), "hash": quirks::hash(url),
    })
    .to_string()
}

/// The names and values of a form, as a JSON array of pairs.
pub(crate) fn parse_form(text: &str) -> String {
    let pairs: Value =
        form_urlencoded::parse(text.as_bytes()).map(|(name, value)| json!([name, value])).collect();
    pairs.to_string()
}

pub(crate) fn write_form(pairs: &str) -> String {
    let pairs: Vec<(String, String)> = serde_json::from_str(pairs).unwrap_or_default();
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What cannot be read stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let value =
            digit(at + 1).zip(digit(at + 2)).and_then(|(high, low)| u8::try_from(16 * high + low).ok());
        if let Some(value) = value.filter(|_| *byte == b'%') {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
