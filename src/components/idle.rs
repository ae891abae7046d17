//! The question to a customer who has left the page alone. Closing it, by its button or by Escape, is the answer; the browser
//! keeps the focus in it and gives it back.

use leptos::prelude::*;
use stepup::domain::Message;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::{
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of},
};

pub(crate) fn question(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of(signal, |before, now| before.log_out_in.is_some() == now.log_out_in.is_some());
    dynamic(move || if view_slice.get().log_out_in.is_some() { dialog(signal) } else { empty() })
}

fn dialog(signal: ViewSignal) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let seconds = slice_of(signal, |before, now| before.log_out_in == now.log_out_in);
    let mut dialog = Markup::new(
        r#"<dialog class="idle" aria-labelledby="idle-heading" aria-describedby="idle-countdown"><h2 id="idle-heading" data-text="idle.heading"></h2><p id="idle-countdown" role="timer" slot="countdown"></p><form method="dialog"><button class="button primary" data-text="session.stay"></button></form></dialog>"#,
    );
    dialog.follow("countdown", move |element| {
        let count = seconds.get().log_out_in.unwrap_or_default().to_string();
        let text = messages::message(&Message { id: "idle.countdown", arguments: vec![("count", count)] });
        element.set_text_content(Some(&text));
    });
    dialog.listen(ROOT, "close", move |_| dispatch.send(Intent::StayLoggedIn));
    queue_microtask(|| {
        let found = document().query_selector("dialog.idle").ok().flatten();
        if let Some(dialog) = found.and_then(|found| found.dyn_into::<HtmlDialogElement>().ok()) {
            // It is in the page, and not open yet.
            let _ = dialog.show_modal();
        }
    });
    dialog.into_view()
}
