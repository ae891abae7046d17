//! Places for what is on its way, as large as what will stand there.

use leptos::prelude::*;

use crate::markup::fixed;

macro_rules! entry {
    () => {
        r#"<li class="entry"><span class="entry-row"><span class="entry-sign"></span><span class="entry-text"><span class="skeleton wide"></span><span class="skeleton small wider"></span><span class="skeleton small"></span></span><span class="entry-amount"><span class="skeleton"></span></span></span></li>"#
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
        fixed(r#"<p class="copy" aria-hidden="true"></p>"#),
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
