//! The top of every page: the bank's name, and the way out.

use leptos::prelude::*;
use stepup::view::{Screen, View};

use super::button::{ButtonKind, button};
use crate::{
    brand,
    intent::Intent,
    markup::{Markup, ROOT, fixed, with_text},
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// Riser's own: stairs.
const MARK: &str = r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 20h5v-5h5v-5h5V5h3"></path></svg>"#;

pub(crate) fn masthead(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| is_logged_in(before) == is_logged_in(now));
    let mut header = Markup::new(
        r#"<header class="masthead"><div class="masthead-row" slot="row"><span class="brand" slot="brand"></span></div></header>"#,
    );
    let name = brand::name();
    if let Some(logo) = brand::logo() {
        let mut image = Markup::new("<img>");
        image.attribute(ROOT, "src", &logo);
        image.attribute(ROOT, "alt", &name);
        header.view("brand", image.into_view());
    } else {
        header.view("brand", fixed(MARK));
        header.view("brand", with_text("<span></span>", &name));
    }
    let way_out = move || {
        if is_logged_in(&view_slice.get()) {
            button("nav.log_out", Intent::LogOut, ButtonKind::Secondary)
        } else {
            empty()
        }
    };
    header.view("row", dynamic(way_out));
    header.into_view()
}

fn is_logged_in(view: &View) -> bool {
    matches!(view.screen, Screen::Account(_) | Screen::Statements(_))
}
