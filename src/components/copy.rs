//! "Copy IBAN", and the word that it is done.

use leptos::prelude::*;

use crate::{
    intent::{Dispatch, Intent},
    markup::Markup,
    messages,
};

/// Copies an IBAN as it is written, in groups.
pub(crate) fn copy_iban(iban: &str) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let is_copied = RwSignal::new(false);
    let mut row = Markup::new(
        r#"<p class="copy"><button type="button" class="button small" slot="button" data-text="iban.copy"></button><span role="status" class="quiet" slot="done"></span></p>"#,
    );
    let iban = iban.to_owned();
    row.listen("button", "click", move |_| {
        dispatch.send(Intent::Copy(iban.clone()));
        is_copied.set(true);
    });
    row.follow("done", move |done| {
        let text = if is_copied.get() { messages::text("iban.copied") } else { String::new() };
        done.set_text_content(Some(&text));
    });
    row.into_view()
}
