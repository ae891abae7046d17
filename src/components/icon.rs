//! A handful of line drawings. They repeat what stands beside them, so they are hidden from screen readers.

use leptos::prelude::*;

use crate::markup::Markup;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Tick,
    Warning,
    Phone,
    Question,
    Paper,
}

pub(crate) fn icon(icon: Icon) -> AnyView {
    let path = match icon {
        Icon::Tick => "M5 12.5l4.5 4.5L19 7",
        Icon::Warning => "M12 4l9 16H3zM12 10v4M12 17v.5",
        Icon::Phone => "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
        Icon::Question => "M9 9a3 3 0 1 1 4.5 2.6C12.4 12.2 12 13 12 14M12 17.5v.5",
        Icon::Paper => "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
    };
    let mut icon = Markup::new(
        r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path slot="path"></path></svg>"#,
    );
    icon.attribute("path", "d", path);
    icon.into_view()
}
