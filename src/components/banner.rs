//! Sentences above the page about the state of the whole.

use leptos::prelude::*;
use stepup::view::{SessionView, View};

use super::{
    button::{ButtonKind, button},
    icon::{Icon, icon},
    step::StepContent,
};
use crate::{
    intent::Intent,
    markup::{Markup, ROOT, around, fixed, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// Says that the network is gone, and what becomes of a transfer that the page does not show. The live region is there
/// before the sentence is, or nobody would hear it.
pub(crate) fn banners(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| before.online == now.online);
    let network = dynamic(move || if view_slice.get().online { empty() } else { no_network() });
    let view_slice = slice_of(signal, |before, now| hidden_step(before) == hidden_step(now));
    let transfer = dynamic(move || hidden_step(&view_slice.get()).map_or_else(empty, transfer_under_way));
    around(r#"<div aria-live="polite"></div>"#, vec![network, transfer])
}

/// The headline of a transfer that is under way or has ended, while another page is up.
fn hidden_step(view: &View) -> Option<&'static str> {
    let account = view.account().filter(|account| !account.shows_transfer)?;
    StepContent::of(&account.transfer, &account.payees).map(|step| step.headline)
}

fn transfer_under_way(headline: &'static str) -> AnyView {
    let link = with_text(r#"<a class="link" href="/pay/check"></a>"#, &messages::headline(headline));
    let row = around(r#"<div class="banner-row"></div>"#, vec![icon(Icon::Question), link]);
    around(r#"<div class="banner"></div>"#, vec![row])
}

fn no_network() -> AnyView {
    let sentence = fixed(r#"<p data-text="banner.offline"></p>"#);
    let row = around(r#"<div class="banner-row"></div>"#, vec![icon(Icon::Warning), sentence]);
    around(r#"<div class="banner"></div>"#, vec![row])
}

/// Tells when the log-in does not last: the page stays, and so does what was typed.
pub(crate) fn session(session: SessionView) -> AnyView {
    let (sentence, label, kind) = match session {
        SessionView::Open => return empty(),
        SessionView::EndsSoon => ("session.ends_soon", "session.stay", ButtonKind::Secondary),
        SessionView::Over => ("session.over", "button.log_in", ButtonKind::Primary),
        SessionView::LoginRequired => ("session.login_required", "button.log_in", ButtonKind::Primary),
    };
    let mut card = Markup::new(r#"<div class="card over"><p role="alert" slot="sentence"></p></div>"#);
    card.text("sentence", &messages::text(sentence));
    card.view(ROOT, button(label, Intent::LogIn, kind));
    card.into_view()
}
