//! The bank's own face: name, logo, accent colour and links. `index.html` shows them from the first paint on; here they are
//! checked, so that a page that cannot be read is not put online.

use alloc::{borrow::ToOwned, format, string::String, string::ToString, vec::Vec};

use super::ConfigError;
use crate::{
    domain::{ParseUrl, WebUrl},
    json::{Json, Object},
};

const KEYS: &str = "an object with `name`, `logo`, `accent`, `contact`, `terms` and `privacy`, each a string, or fewer of them";
const NAME: &str = "what customers call the bank, a non-empty string";
const ADDRESS: &str = "a path on this origin, as in \"/terms.html\", or an absolute https URL";
const CONTACT: &str = "an e-mail address, a telephone number with `+` in front, or the address of a page";
const ACCENT: &str = "a colour, as in \"#0a5f66\"";

/// What text needs on its ground, in hundredths (WCAG 2.2, 1.4.3).
const NEEDED_CONTRAST: u32 = 450;

/// The light page, `--canvas` in `style/tokens.css`. Cards are lighter, so what is read here is read there. For dark pages
/// `index.html` lightens the colour until it is read on their cards, which is possible for each.
const LIGHT_PAGE: [u8; 3] = [0xf6, 0xf7, 0xf5];

/// What is wrong with the bank's face.
pub(super) fn check(brand: &Json, origin: &str, parse: ParseUrl) -> Vec<ConfigError> {
    let wrong = |key: &str, found: &Json, expected| ConfigError::Wrong {
        key: key.to_owned(),
        found: found.to_string(),
        expected,
    };
    let Some(members) = brand.as_object().map(Object::members) else {
        return Vec::from([wrong("brand", brand, KEYS)]);
    };
    let mut errors = Vec::new();
    for (key, value) in members {
        let text = value.as_text().unwrap_or_default();
        let expected = match key.as_str() {
            "name" if text.trim().is_empty() => NAME,
            "logo" | "terms" | "privacy" if !is_address(text, origin, parse) => ADDRESS,
            "contact" if !is_contact(text, origin, parse) => CONTACT,
            "accent" => match read_color(text).map(|color| contrast(color, LIGHT_PAGE)) {
                None => ACCENT,
                Some(contrast) if contrast < NEEDED_CONTRAST => {
                    errors
                        .push(ConfigError::Contrast { found: text.to_owned(), contrast: decimal(contrast) });
                    continue;
                }
                Some(_) => continue,
            },
            "name" | "logo" | "terms" | "privacy" | "contact" => continue,
            _ => KEYS,
        };
        errors.push(wrong(&["brand.", key].concat(), value, expected));
    }
    errors
}

fn is_address(text: &str, origin: &str, parse: ParseUrl) -> bool {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    is_path && WebUrl::parse(&[origin, text].concat(), parse).is_some()
        || WebUrl::trustworthy(text, parse).is_some()
}

fn is_contact(text: &str, origin: &str, parse: ParseUrl) -> bool {
    let is_e_mail = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let is_number = text.strip_prefix('+').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ')
    });
    is_number || is_address(text, origin, parse) || (is_e_mail && !text.contains([':', ' ', '/']))
}

/// `#0a5f66`
fn read_color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let value =
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16))?;
    let [_, color @ ..] = value.ok()?.to_be_bytes();
    Some(color)
}

/// How well one is read on the other, in hundredths (WCAG 2.2, contrast ratio).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and 21")]
fn contrast(one: [u8; 3], other: [u8; 3]) -> u32 {
    let (one, other) = (luminance(one), luminance(other));
    ((one.max(other) + 0.05) / (one.min(other) + 0.05) * 100.0) as u32
}

/// WCAG 2.2, relative luminance.
fn luminance(color: [u8; 3]) -> f64 {
    let [red, green, blue] = color.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { to_2_4((part + 0.055) / 1.055) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// `x` to the power of 2.4, for what is between 0 and 1: by its fifth root, after Newton. `core` has no powers.
fn to_2_4(x: f64) -> f64 {
    let mut root = 1.0;
    for _ in 0..32 {
        root = (4.0 * root + x / (root * root * root * root)) / 5.0;
    }
    x * x * root * root
}

/// Hundredths as a number: `449` as `4.49`.
fn decimal(hundredths: u32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::web_url::parse_with_url_crate;

    fn errors(brand: &str) -> Vec<String> {
        let brand = Object::parse(&format!("{{\"brand\":{brand}}}")).unwrap();
        let errors = check(brand.get("brand").unwrap(), "https://bank.example", parse_with_url_crate);
        errors.iter().map(ToString::to_string).collect()
    }

    /// Proves: brand-checked
    #[test]
    fn whole_brand_is_accepted() {
        let brand = r##"{"name":"Example Bank","logo":"/logo.svg","accent":"#7a1f5c","contact":"help@bank.example",
            "terms":"https://bank.example/terms","privacy":"/privacy.html"}"##;
        assert_eq!(errors(brand), [""; 0]);
        assert_eq!(errors("{}"), [""; 0]);
        for contact in ["+49 30 123456", "/help", "https://bank.example/help"] {
            assert_eq!(errors(&format!(r#"{{"contact":"{contact}"}}"#)), [""; 0]);
        }
    }

    /// Proves: brand-checked
    #[test]
    fn names_what_is_wrong() {
        for (brand, expected) in [
            ("7", "`brand` is 7: it should be an object with `name`"),
            (r#"{"colour":"x"}"#, "`brand.colour` is \"x\": it should be an object with `name`"),
            (r#"{"name":" "}"#, "`brand.name` is \" \": it should be what customers call the bank"),
            (r#"{"logo":"http://bank.example/logo.svg"}"#, "`brand.logo` is"),
            (r#"{"logo":"//bank.example/logo.svg"}"#, "`brand.logo` is"),
            (
                r#"{"terms":"javascript:alert(1)"}"#,
                "`brand.terms` is \"javascript:alert(1)\": it should be a path",
            ),
            (r#"{"privacy":1}"#, "`brand.privacy` is 1"),
            (r#"{"contact":"javascript:a@b"}"#, "`brand.contact` is"),
            (r#"{"contact":"+"}"#, "`brand.contact` is"),
            (r#"{"contact":"us"}"#, "`brand.contact` is \"us\": it should be an e-mail address"),
            (r##"{"accent":"#fff"}"##, "`brand.accent` is \"#fff\": it should be a colour"),
            (r##"{"accent":"#+12345"}"##, "`brand.accent` is \"#+12345\": it should be a colour"),
            (
                r##"{"accent":"#ffcc00"}"##,
                "`brand.accent` is \"#ffcc00\", which has a contrast of 1.40:1 on the page: text needs 4.50:1",
            ),
        ] {
            let found = errors(brand);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{brand}: {found:?}");
        }
    }

    /// Proves: brand-checked
    #[test]
    fn contrast_is_that_of_wcag() {
        let between = |one, other| contrast(read_color(one).unwrap(), read_color(other).unwrap());
        assert_eq!(between("#000000", "#ffffff"), 2100);
        assert_eq!(between("#777777", "#ffffff"), 447);
        assert_eq!(between("#0a5f66", "#0a5f66"), 100);
        for x in [0.001, 0.05, 0.3, 0.7, 1.0] {
            assert!((to_2_4(x) - f64::powf(x, 2.4)).abs() < 1e-9, "{x}");
        }
    }
}
