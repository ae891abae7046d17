//! The moments on the way to the provider and back.

use leptos::prelude::*;

use crate::{
    components::skeleton,
    markup::{BUSY, around, fixed},
};

/// "Log in" was pressed; the browser is about to go.
pub(crate) fn leaving_to_log_in() -> Vec<AnyView> {
    let words = r#"<div class="card narrow"><h1 tabindex="-1" data-text="leaving.heading"></h1><p role="status" data-text="leaving.sentence"></p></div>"#;
    vec![around(words, vec![fixed(BUSY)])]
}

/// The provider's answer is being checked: the account's places are held already.
pub(crate) fn signing_in() -> Vec<AnyView> {
    let balance = around(
        r#"<section class="balance"><h1 tabindex="-1" data-text="signing_in.heading"></h1><p role="status" class="visually-hidden" data-text="signing_in.sentence"></p></section>"#,
        skeleton::balance(),
    );
    let activity = around(r#"<div class="card activity" aria-hidden="true"></div>"#, skeleton::history());
    vec![around(r#"<div class="account"></div>"#, vec![balance, activity])]
}
