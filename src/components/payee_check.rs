//! Whether the payee's name belongs to the IBAN, beside the name.

use leptos::prelude::*;
use stepup::{
    domain::{CheckedName, Field, Message, NameCheck},
    view::{NameCheckView, View},
};

use crate::{
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT, around, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

/// The status stays where it is, so that it is heard when something is said in it.
pub(crate) fn status(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| check(before) == check(now));
    let said = dynamic(move || check(&view_slice.get()).map_or_else(empty, say));
    around(r#"<div id="name-check" class="name-check" role="status"></div>"#, vec![said])
}

fn check(view: &View) -> Option<&NameCheckView> {
    Some(&view.form()?.name_check)
}

fn say(check: &NameCheckView) -> AnyView {
    let plain = |id| with_text(r#"<p class="quiet"></p>"#, &messages::text(id));
    match check {
        NameCheckView::None => empty(),
        NameCheckView::Checking => plain("name_check.checking"),
        NameCheckView::Failed => plain("name.not_checked"),
        NameCheckView::Answered(NameCheck::CloseMatch, Some(right)) => close_match(right),
        NameCheckView::Answered(check, _) => {
            let (id, class) = words(*check);
            let mut said = Markup::new("<p></p>");
            said.attribute(ROOT, "class", class);
            said.text(ROOT, &messages::text(id));
            said.into_view()
        }
    }
}

/// The right name, and a button that takes it.
fn close_match(right: &str) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let mut said = Markup::new(
        r#"<div><p class="warn" slot="text"></p><button type="button" class="button small" slot="take" data-text="name_check.take"></button></div>"#,
    );
    let arguments = vec![("name", right.to_owned())];
    said.text("text", &messages::message(&Message { id: "name_check.close_match_with", arguments }));
    let right = right.to_owned();
    said.listen("take", "click", move |_| {
        dispatch.send(Intent::Edited(Field::Name, right.clone()));
        dispatch.send(Intent::Left(Field::Name));
        crate::focus::focus("#name");
    });
    said.into_view()
}

/// The message of an answer, and the class of its text.
fn words(check: NameCheck) -> (&'static str, &'static str) {
    match check {
        NameCheck::Match => ("name_check.match", "good"),
        NameCheck::CloseMatch => ("name_check.close_match", "warn"),
        NameCheck::NoMatch => ("name_check.no_match", "warn"),
        NameCheck::NotPossible => ("name_check.not_possible", "quiet"),
    }
}

/// A line of the receipt: class and text.
pub(crate) fn line(named: &CheckedName) -> (&'static str, String) {
    let (id, class) = words(named.check);
    (class, messages::text(id))
}
