//! Recovery codes: written down once, each good for one use. 80 random bits each, so that their SHA-256 can be kept:
//! nobody tries out so many, however fast the hash is.

use super::typed_codes::normalize_typed_code;
use crate::random::{self, Fingerprint};

pub(crate) const CODES_PER_SET: usize = 10;
/// The digits and letters that are not taken for each other (Crockford's base32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 16;
/// A code that a configuration gives has as many at least.
pub(crate) const MIN_LENGTH: usize = 8;

/// A new code, in groups of four.
pub(crate) fn generate() -> String {
    let bytes = random::bytes::<LENGTH>();
    // 256 is a multiple of 32, so no character is likelier than another.
    let characters: Vec<char> =
        bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A code as it is compared: without hyphens and blanks, in capitals, and with what people read into it put right.
pub(crate) fn normalize(text: &str) -> String {
    let kept = normalize_typed_code(text);
    kept.chars()
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

pub(crate) fn fingerprint(code: &str) -> Fingerprint {
    Fingerprint::of(&normalize(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_codes_as_copied() {
        let code = "0123-ABCD-EFGH-JK1M";
        for copied in [
            code,
            "0123abcdefghjk1m",
            " O123 ABCD EFGH JKlM ",
            "o123-abcd-efgh-jkim",
            "0123\u{2011}ABCD\u{2013}EFGH\u{2212}JK1M",
            "0123.ABCD.EFGH.JK1M. ",
            "\u{feff}0123\u{200b}-ABCD\u{2060}-EFGH\u{200e}-JK\u{ad}1M\u{fe0f}",
            "０１２３ ＡＢＣＤ ＥＦＧＨ ＪＫ１Ｍ",
            "٠١٢٣-ABCD-EFGH-JK١M",
            "०१२३ abcd efgh jk१m",
        ] {
            assert_eq!(fingerprint(copied), fingerprint(code), "{copied}");
        }
        assert_ne!(fingerprint("0123-ABCD-EFGH-JK1N"), fingerprint(code));
    }

    #[test]
    fn codes_have_80_bits_and_no_ambiguous_letters() {
        let codes: Vec<String> = (0..500).map(|_| generate()).collect();
        let mut seen = [false; 128];
        for code in &codes {
            assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 4], "{code}");
            assert_eq!(normalize(code), code.replace('-', ""));
            for byte in normalize(code).bytes() {
                seen[usize::from(byte)] = true;
            }
        }
        assert_eq!(seen.into_iter().filter(|seen| *seen).count(), 32, "every character comes");
        let mut different = codes.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), codes.len());
    }
}
