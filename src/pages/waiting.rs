//! The moments on the way to the provider and back.

use leptos::prelude::*;

use crate::components::skeleton;

/// "Log in" was pressed; the browser is about to go.
pub(crate) fn leaving_to_log_in() -> AnyView {
    view! {
        <div class="card narrow">
            <h1 tabindex="-1">"Taking you to the log-in page"</h1>
            <p role="status">"Your bank asks for your password on its own page. You come back here afterwards."</p>
            <div class="busy" aria-hidden="true"></div>
        </div>
    }
    .into_any()
}

/// The provider's answer is being checked: the account's places are held already.
pub(crate) fn signing_in() -> AnyView {
    view! {
        <div class="account">
            <section class="balance">
                <h1 tabindex="-1">"Signing you in"</h1>
                <p role="status" class="visually-hidden">"Your log-in is being checked."</p>
                {skeleton::balance()}
            </section>
            <div class="card transfer" aria-hidden="true">{skeleton::form()}</div>
            <div class="card activity" aria-hidden="true">{skeleton::history()}</div>
        </div>
    }
    .into_any()
}
