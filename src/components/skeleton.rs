//! Places for what is on its way, as large as what will stand there.

use leptos::prelude::*;

use crate::markup::fixed;

macro_rules! entry {
    () => {
        r#"<li class="entry"><span class="entry-sign"></span><span class="entry-text"><span class="skeleton wide"></span><span class="skeleton small wider"></span><span class="skeleton small"></span></span><span class="entry-amount"><span class="skeleton"></span></span></li>"#
    };
}

macro_rules! field {
    () => {
        r#"<div class="field"><span class="label"><span class="skeleton"></span></span><span class="control"></span><span class="field-notes"></span></div>"#
    };
}

/// The amount, and the two lines below it.
pub(crate) fn balance() -> Vec<AnyView> {
    vec![
        fixed(r#"<p class="balance-label" aria-hidden="true" data-text="balance.label"></p>"#),
        fixed(r#"<p class="balance-amount" aria-hidden="true"><span class="skeleton"></span></p>"#),
        fixed(
            r#"<p class="balance-owner" aria-hidden="true"><span class="skeleton wide"></span><span class="skeleton wider"></span></p>"#,
        ),
    ]
}

/// The activity with its heading.
pub(crate) fn history() -> Vec<AnyView> {
    vec![fixed(r#"<p class="section-heading" data-text="history.heading"></p>"#), entries()]
}

/// Three lines of activity.
pub(crate) fn entries() -> AnyView {
    fixed(concat!(r#"<ul class="entries" aria-hidden="true">"#, entry!(), entry!(), entry!(), "</ul>"))
}

/// The transfer form with its heading.
pub(crate) fn form() -> Vec<AnyView> {
    vec![
        fixed(r#"<p class="section-heading" data-text="form.heading"></p>"#),
        fixed(concat!(
            r#"<div class="form">"#,
            field!(),
            field!(),
            field!(),
            r#"<span class="skeleton-button"></span><span class="skeleton small wider"></span></div>"#
        )),
    ]
}
