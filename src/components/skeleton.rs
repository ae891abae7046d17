//! Places for what is on its way, as large as what will stand there.

use leptos::prelude::*;

/// The amount, and the two lines below it.
pub(crate) fn balance() -> AnyView {
    view! {
        <p class="balance-label" aria-hidden="true">"Balance"</p>
        <p class="balance-amount" aria-hidden="true">
            <span class="skeleton"></span>
        </p>
        <p class="balance-owner" aria-hidden="true">
            <span class="skeleton wide"></span>
            <span class="skeleton wider"></span>
        </p>
    }
    .into_any()
}

/// The activity with its heading.
pub(crate) fn history() -> AnyView {
    view! {
        <p class="section-heading">"Activity"</p>
        {entries()}
    }
    .into_any()
}

/// Three lines of activity.
pub(crate) fn entries() -> AnyView {
    let entry = || {
        view! {
            <li class="entry">
                <span class="entry-sign"></span>
                <span class="entry-text">
                    <span class="skeleton wide"></span>
                    <span class="skeleton small wider"></span>
                    <span class="skeleton small"></span>
                </span>
                <span class="entry-amount">
                    <span class="skeleton"></span>
                </span>
            </li>
        }
        .into_any()
    };
    view! { <ul class="entries" aria-hidden="true">{entry()} {entry()} {entry()}</ul> }.into_any()
}

/// The transfer form with its heading.
pub(crate) fn form() -> AnyView {
    let field = || {
        view! {
            <div class="field">
                <span class="label">
                    <span class="skeleton"></span>
                </span>
                <span class="control"></span>
                <span class="field-notes"></span>
            </div>
        }
        .into_any()
    };
    view! {
        <p class="section-heading">"New transfer"</p>
        <div class="form">
            {field()} {field()} {field()} <span class="skeleton-button"></span>
            <span class="skeleton small wider"></span>
        </div>
    }
    .into_any()
}
