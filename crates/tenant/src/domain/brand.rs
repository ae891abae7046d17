//! The bank's face on the tenant's pages.

use std::fmt;
use std::path::PathBuf;

/// What a deployment sets of its look. Without it the pages are Riser's.
#[derive(Debug, Clone)]
pub struct Brand {
    /// The bank's name, in the masthead and in titles.
    pub name: String,
    /// A picture for the masthead instead of Riser's mark: SVG, PNG or WebP.
    pub logo: Option<PathBuf>,
    /// The colour of buttons and links, `#rrggbb`. Dark pages get a lighter one of the same hue.
    pub accent: Option<String>,
    /// Where customers get help: an e-mail address, a telephone number (`+49…`), or the address of a page.
    pub contact: Option<String>,
    pub terms: Option<String>,
    pub privacy: Option<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self { name: "Riser".to_owned(), logo: None, accent: None, contact: None, terms: None, privacy: None }
    }
}

impl Brand {
    pub(crate) const fn has_links(&self) -> bool {
        self.contact.is_some() || self.terms.is_some() || self.privacy.is_some()
    }

    /// The content type of the logo, by the ending of its name. Nothing where browsers do not show such a file.
    pub(crate) fn logo_type(&self) -> Option<&'static str> {
        match self.logo.as_deref()?.extension()?.to_str()? {
            "svg" => Some("image/svg+xml"),
            "png" => Some("image/png"),
            "webp" => Some("image/webp"),
            _ => None,
        }
    }

    /// `contact` as a link.
    pub(crate) fn contact_link(&self) -> Option<String> {
        let contact = self.contact.as_deref()?;
        Some(match contact {
            _ if contact.starts_with("https://") || contact.starts_with("http://") => contact.to_owned(),
            _ if contact.starts_with('+') => format!("tel:{}", contact.replace(' ', "")),
            _ => format!("mailto:{contact}"),
        })
    }
}

/// What text needs (WCAG 2.2, 1.4.3), and so what a colour needs that text is written in, or on.
pub(crate) const NEEDED_CONTRAST: f64 = 4.5;
/// The page in light colours: darker than the cards on it, so what is read here is read there.
const LIGHT_PAGE: Color = Color([0xf6, 0xf7, 0xf5]);
/// The cards in dark colours: lighter than the page under them.
const DARK_CARD: Color = Color([0x16, 0x1f, 0x1d]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Color([u8; 3]);

impl Color {
    /// `#0a5f66`
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|it| it.len() == 6 && it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// How well it is read on a light page.
    pub(crate) fn contrast_on_page(self) -> f64 {
        self.contrast(LIGHT_PAGE)
    }

    /// Of the same hue, this far on the way to black or white.
    fn towards(self, end: u8, percent: u16) -> Self {
        let mix = |part: u8| {
            let sum = u16::from(part) * (100 - percent) + u16::from(end) * percent;
            u8::try_from(sum / 100).unwrap_or(end)
        };
        Self(self.0.map(mix))
    }

    fn first_readable(self, end: u8, on: Self) -> Self {
        let readable = |color: &Self| color.contrast(on) >= NEEDED_CONTRAST;
        (0..=100).map(|percent| self.towards(end, percent)).find(readable).unwrap_or(Self([end; 3]))
    }

    /// The nearest that is dark enough for a light page.
    pub(crate) fn on_light_page(self) -> Self {
        self.first_readable(0, LIGHT_PAGE)
    }

    /// The nearest that is light enough for a dark page.
    pub(crate) fn on_dark_page(self) -> Self {
        self.first_readable(255, DARK_CARD)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let contrast =
            |one: &str, other: &str| Color::parse(one).unwrap().contrast(Color::parse(other).unwrap());
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
        assert!((contrast("#0a5f66", "#0a5f66") - 1.0).abs() < 0.001);
    }

    #[test]
    fn every_color_has_readable_neighbours() {
        for text in ["#ffcc00", "#000000", "#ffffff", "#0a5f66", "#ff0000", "#0000ff"] {
            let color = Color::parse(text).unwrap();
            assert!(color.on_light_page().contrast(LIGHT_PAGE) >= NEEDED_CONTRAST, "{text}");
            assert!(color.on_dark_page().contrast(DARK_CARD) >= NEEDED_CONTRAST, "{text}");
        }
        let riser = Color::parse("#0a5f66").unwrap();
        assert_eq!(riser.on_light_page(), riser, "what is readable stays as it is");
    }

    #[test]
    fn refuses_other_notations() {
        for text in ["", "red", "#fff", "#12345", "#1234567", "#12345g", "0a5f66", "#+12345"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }
}
