//! Nobody is logged in: who this bank is, what will happen, and the way in.
//!
//! `index.html` holds the same words, so that they stand there before the application does.

use leptos::prelude::*;
use stepup::view::Notice;

use crate::{
    components::button::{ButtonKind, button},
    intent::Intent,
    markup::{Markup, ROOT, around, fixed, with_text},
    messages,
};

pub(crate) fn signed_out(notice: Option<Notice>) -> Vec<AnyView> {
    let mut welcome = Markup::new(r#"<div class="welcome"></div>"#);
    if let Some(notice) = notice {
        let sentence = messages::text(match notice {
            Notice::LoggedOut => "notice.logged_out",
            Notice::LoggedOutElsewhere => "notice.logged_out_elsewhere",
            Notice::LoggedOutWhileSending => "notice.logged_out_while_sending",
            Notice::LeftAlone => "notice.left_alone",
            Notice::Reported => "notice.reported",
            Notice::SessionOver => "notice.session_over",
        });
        welcome.view(ROOT, with_text(r#"<p class="notice" role="status"></p>"#, &sentence));
    }
    let log_in = button("button.log_in", Intent::LogIn, ButtonKind::Primary);
    welcome.view(
        ROOT,
        around(
            r#"<div class="hero"><h1 tabindex="-1" data-text="welcome.heading"></h1><p class="lead" data-text="welcome.lead"></p></div>"#,
            vec![log_in],
        ),
    );
    welcome.view(
        ROOT,
        fixed(
            r#"<ol class="steps"><li><strong data-text="button.log_in"></strong><span data-text="welcome.log_in"></span></li><li><strong data-text="welcome.balance_heading"></strong><span data-text="welcome.balance"></span></li><li><strong data-text="welcome.transfer_heading"></strong><span data-text="welcome.transfer"></span></li></ol>"#,
        ),
    );
    vec![welcome.into_view()]
}
