//! What is looked for among the payments: words, a direction, a month.

use leptos::prelude::*;
use stepup::view::{PaymentFilter, View};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::{
    format,
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT},
    messages,
    view_signal::{ViewSignal, slice_of},
};

/// How many months back there are to choose from.
const MONTHS: u32 = 24;

/// Drawn once: it keeps the focus while the payments below it change.
pub(crate) fn search(signal: ViewSignal) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let filter = slice_of(signal, |before, now| filter_of(before) == filter_of(now));
    let change = move |change: &dyn Fn(&mut PaymentFilter)| {
        let mut filter = filter_of(&signal.get_untracked()).cloned().unwrap_or_default();
        change(&mut filter);
        dispatch.send(Intent::LookFor(filter));
    };
    let mut form = Markup::new(
        r#"<form class="search" role="search"><div class="field"><label class="label" for="search" data-text="payments.search"></label><span class="control"><input id="search" type="search" autocomplete="off" enterkeyhint="search" slot="input"></span></div><div class="chips"><button type="button" class="button small" slot="in" data-text="payments.in"></button><button type="button" class="button small" slot="out" data-text="payments.out"></button><label class="visually-hidden" for="month" data-text="payments.month"></label><select id="month" class="button small" slot="month"></select></div></form>"#,
    );
    form.listen(ROOT, "submit", |event| event.prevent_default());
    form.listen("input", "input", move |event| {
        let query = event_target_value(&event);
        change(&|filter| filter.query.clone_from(&query));
    });
    form.view("month", option("", &messages::text("payments.all_months")));
    for month in format::last_months(MONTHS) {
        form.view("month", option(&month, &format::month(&month)));
    }
    form.listen("month", "change", move |event| {
        let month = event_target_value(&event);
        change(&|filter| filter.month.clone_from(&month));
    });
    for (slot, outgoing) in [("in", false), ("out", true)] {
        form.listen(slot, "click", move |_| {
            change(&|filter| {
                filter.outgoing = if filter.outgoing == Some(outgoing) { None } else { Some(outgoing) }
            });
        });
        form.follow(slot, move |chip| {
            let view = filter.get();
            let is_pressed = filter_of(&view).is_some_and(|filter| filter.outgoing == Some(outgoing));
            let _ = chip.set_attribute("aria-pressed", if is_pressed { "true" } else { "false" });
        });
    }
    for (slot, read) in [("input", query as fn(&PaymentFilter) -> &str), ("month", month)] {
        form.follow(slot, move |control| {
            let view = filter.get();
            let control: &HtmlInputElement = control.unchecked_ref();
            let value = filter_of(&view).map(read).unwrap_or_default();
            if control.value() != value {
                control.set_value(value);
            }
        });
    }
    form.into_view()
}

fn filter_of(view: &View) -> Option<&PaymentFilter> {
    Some(&view.account()?.payments.filter)
}

fn query(filter: &PaymentFilter) -> &str {
    &filter.query
}

fn month(filter: &PaymentFilter) -> &str {
    &filter.month
}

fn option(value: &str, text: &str) -> AnyView {
    let mut option = Markup::new("<option></option>");
    option.attribute(ROOT, "value", value);
    option.text(ROOT, text);
    option.into_view()
}
