//! One-time codes by time (RFC 6238), as every authenticator app makes them: HMAC-SHA-1, six digits, thirty seconds.

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

use super::typed_codes::normalize_typed_code;
use crate::random;

/// How long one code is shown, in seconds (RFC 6238, 5.2).
pub(crate) const STEP_SECONDS: u64 = 30;
pub(crate) const DIGITS: usize = 6;
/// RFC 4226, 4 (R6): a secret has 128 bits at least.
const MIN_SECRET_BYTES: usize = 16;

/// What the app and the tenant share. `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Secret(Vec<u8>);

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.base32()
    }
}

impl TryFrom<String> for Secret {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a secret is base32 of at least 16 bytes")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Secret {
    /// 160 random bits, as RFC 4226 (4, R6) recommends.
    pub(crate) fn random() -> Self {
        Self(random::bytes::<20>().into())
    }

    /// Reads base32 as people write it: in either case, with blanks, hyphens or padding.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let plain = plain.trim_end_matches('=').to_ascii_uppercase();
        let bytes = BASE32_NOPAD.decode(plain.as_bytes()).ok()?;
        (bytes.len() >= MIN_SECRET_BYTES).then_some(Self(bytes))
    }

    fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// As people type it into an app: base32 in groups of four.
    pub(crate) fn grouped(&self) -> String {
        let text = self.base32();
        let groups: Vec<&str> =
            (0..text.len()).step_by(4).filter_map(|at| text.get(at..text.len().min(at + 4))).collect();
        groups.join(" ")
    }

    /// What a QR code tells an app (the form that Google Authenticator has made usual), with the name of the tenant, by which
    /// people find the entry again. Blanks are `%20`: apps take `+` as it stands. A colon ends the name, also as `%3A`.
    pub(crate) fn uri(&self, tenant: &str, email: &str) -> String {
        let plain = |text: &str| {
            form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
        };
        let (issuer, email) = (plain(&tenant.replace(':', " ")), plain(email));
        let secret = self.base32();
        format!(
            "otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
        )
    }

    /// The code of a step (RFC 4226, 5.3).
    pub(crate) fn code(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        // The last four bits choose the four bytes that count.
        let offset = tag.last().map_or(0, |last| usize::from(last & 0xf));
        let chosen = tag.iter().skip(offset).take(4);
        let number = chosen.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// The step whose code this is: the present one, or its neighbours, for clocks that are up to a step wrong and for
    /// people who type (RFC 6238, 5.2 and 6). Each is compared, whether an earlier one fitted or not.
    pub(crate) fn step_of(&self, code: &str, now: u64) -> Option<u64> {
        let present = now / STEP_SECONDS;
        [present.saturating_sub(1), present, present + 1]
            .into_iter()
            .fold(None, |found, step| if random::same(&self.code(step), code) { Some(step) } else { found })
    }
}

/// A code as people type or paste it, in the digits of their keyboard. Nothing when it cannot be one.
pub(crate) fn parse_typed_code(text: &str) -> Option<String> {
    let code = normalize_typed_code(text);
    (code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> Secret {
        Secret(b"12345678901234567890".to_vec())
    }

    #[test]
    fn rfc_4226_appendix_d() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (step, code) in (0..).zip(codes) {
            assert_eq!(rfc().code(step), code);
        }
    }

    /// The RFC prints eight digits; six are their last six.
    #[test]
    fn rfc_6238_appendix_b() {
        for (time, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(rfc().code(time / STEP_SECONDS), code[2..], "{time}");
            assert_eq!(rfc().step_of(&code[2..], time), Some(time / STEP_SECONDS));
        }
    }

    #[test]
    fn accepts_step_and_neighbours() {
        let now = 1_760_000_010;
        let step = now / STEP_SECONDS;
        for (of, good) in [(-2_i64, false), (-1, true), (0, true), (1, true), (2, false)] {
            let of = step.checked_add_signed(of).unwrap();
            assert_eq!(rfc().step_of(&rfc().code(of), now), good.then_some(of));
        }
        assert_eq!(rfc().step_of(&rfc().code(0), 0), Some(0), "there is no step before the first");
        assert_eq!(rfc().step_of("", now), None);
    }

    #[test]
    fn reads_secrets_as_written() {
        let text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(rfc().base32(), text);
        for written in [text, &text.to_lowercase(), "GEZD GNBV GY3T QOJQ GEZD-GNBV-GY3T-QOJQ===="] {
            assert_eq!(Secret::parse(written).unwrap().base32(), text);
        }
        // The second is much used in examples, and has 80 bits.
        for wrong in ["", "JBSWY3DPEHPK3PXP", "0EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "ü"] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(rfc().grouped(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Secret(vec![0; 16]).grouped().split(' ').next_back(), Some("AA"), "26 characters");
        assert_eq!(format!("{:?}", rfc()), "Secret(…)");
        assert_ne!(Secret::random().base32(), Secret::random().base32());
        assert_eq!(Secret::random().base32().len(), 32);
    }

    #[test]
    fn reads_codes_as_typed() {
        for text in [
            "123456",
            " 123 456 ",
            "123-456",
            "123\u{a0}456",
            "123\u{2009}456\r\n",
            "123\u{2011}456",
            "123–456",
            "123.456",
            "123456. ",
            "\u{feff}123\u{200b}456\u{2060}",
            "\u{202a}123456\u{202c}",
            "123\u{ad}456\u{fe0f}\u{e0041}",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "১২৩৪৫৬",
            "𝟏𝟐𝟑𝟒𝟓𝟔",
        ] {
            assert_eq!(parse_typed_code(text).as_deref(), Some("123456"), "{text:?}");
        }
        for text in ["", "12345", "1234567", "12345a", "G-123456", "①②③④⑤⑥⑦", "٣"] {
            assert_eq!(parse_typed_code(text), None, "{text}");
        }
    }
}
