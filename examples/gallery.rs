//! Every state of the page, one at a time, for the eye: `?state=form-errors`.
//! Run `trunk serve tests/gallery/index.html --example gallery`.

use std::sync::Arc;

use leptos::prelude::*;
use riser::{app::app, messages};

#[path = "../tests/states/mod.rs"]
mod states;

fn main() {
    let catalogue = js_sys::JSON::parse(include_str!("../messages/en.json"));
    messages::install(catalogue.unwrap_or_default());
    let query = window().location().search().unwrap_or_default();
    let wanted = query.strip_prefix("?state=").unwrap_or_default();
    let Some(view) = states::named(wanted) else {
        let link = |name| view! { <li><a href=["?state=", name].concat()>{name}</a></li> };
        let list = states::NAMES.into_iter().map(link).collect_view();
        mount_to_body(move || view! { <main class="page"><h1>"States"</h1><ul>{list}</ul></main> });
        return;
    };
    let (view, _) = signal(Arc::new(view));
    mount_to_body(move || app(view, Callback::new(|intent| leptos::logging::log!("{intent:?}"))));
}
