//! A QR code as the path of an SVG, so that a page shows it under its strict policy without another request.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

/// Light modules around the code that readers need (ISO/IEC 18004, 6.3.8).
const QUIET: usize = 4;

#[derive(Default)]
pub(crate) struct Drawing {
    /// Modules on each side, with the quiet zone.
    pub(crate) side: usize,
    /// The dark modules: the `d` of a `path`, each module one unit wide.
    pub(crate) path: String,
}

/// Draws the text. Nothing when it is longer than a code can be.
pub(crate) fn draw(text: &str) -> Option<Drawing> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (row, line) in code.to_colors().chunks(width).enumerate() {
        for (column, color) in line.iter().enumerate() {
            if *color == Color::Dark {
                write!(path, "M{} {}h1v1h-1z", column + QUIET, row + QUIET).ok()?;
            }
        }
    }
    Some(Drawing { side: width + 2 * QUIET, path })
}
