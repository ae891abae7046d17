//! A mounted page as a visitor meets it: what it says, where the focus is, what can be pressed.

use std::sync::{Arc, Mutex};

use js_sys::{Array, Function, JSON, Promise};
use leptos::{mount::UnmountHandle, prelude::*, tachys::view::any_view::AnyViewState};
use riser::{app::app, intent::Intent, messages};
use stepup::view::View;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement};

/// The real style, in the order of `index.html`: layout is part of what is tested.
const STYLE: [&str; 8] = [
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/layout.css"),
    include_str!("../../style/controls.css"),
    include_str!("../../style/components.css"),
    include_str!("../../style/account.css"),
    include_str!("../../style/payees.css"),
    include_str!("../../style/shell.css"),
];

/// What the driver would do: remembers intents, and answers some of them with a view at once.
#[derive(Default)]
struct Script {
    intents: Vec<Intent>,
    answer: Option<(Intent, View)>,
}

/// The application in a place of its own; taken away when dropped.
pub(crate) struct Page {
    root: HtmlElement,
    show: WriteSignal<Arc<View>>,
    script: Arc<Mutex<Script>>,
    mounted: Option<UnmountHandle<AnyViewState>>,
}

impl Page {
    pub(crate) async fn show(view: View) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        let style = document().create_element("style").unwrap();
        style.set_id("test-style");
        style.set_text_content(Some(&STYLE.concat()));
        if document().get_element_by_id("test-style").is_none() {
            document().head().unwrap().append_child(&style).unwrap();
        }
        document().body().unwrap().append_child(&root).unwrap();
        messages::install(JSON::parse(include_str!("../../messages/en.json")).unwrap());
        let (view, show) = ArcRwSignal::new(Arc::new(view)).split();
        let (view, show) = (ReadSignal::from(view), WriteSignal::from(show));
        let script = Arc::new(Mutex::new(Script::default()));
        let heard = Arc::clone(&script);
        let dispatch = move |intent: Intent| {
            let mut script = heard.lock().unwrap();
            if let Some((_, view)) = script.answer.take_if(|(expected, _)| *expected == intent) {
                show.set(Arc::new(view));
            }
            script.intents.push(intent);
        };
        let mounted = leptos::mount::mount_to(root.clone(), move || app(view, Callback::new(dispatch)));
        drawn().await;
        Self { root, show, script, mounted: Some(mounted) }
    }

    /// The core has a new view.
    pub(crate) async fn change(&self, view: View) {
        self.show.set(Arc::new(view));
        drawn().await;
    }

    /// Has the page translated, and whatever comes to it later.
    pub(crate) fn translate(&self) {
        let translator = Function::new_with_args(
            "root",
            &["(", include_str!("../translator/translator.js"), ")(root)"].concat(),
        );
        translator.call1(&JsValue::UNDEFINED, &self.root).unwrap();
    }

    /// The core has a new view. Waits for nothing but what that sets going.
    pub(crate) async fn change_quickly(&self, view: View) {
        self.show.set(Arc::new(view));
        let task = Function::new_no_args(
            "return new Promise((done) => {
               const channel = new MessageChannel();
               channel.port1.onmessage = done;
               channel.port2.postMessage(0);
             })",
        );
        let task: Promise = task.call0(&JsValue::UNDEFINED).unwrap().unchecked_into();
        JsFuture::from(task).await.unwrap();
    }

    /// The core's answer to the next such intent.
    pub(crate) fn answer(&self, intent: Intent, view: View) {
        self.script.lock().unwrap().answer = Some((intent, view));
    }

    pub(crate) fn intents(&self) -> Vec<Intent> {
        self.script.lock().unwrap().intents.clone()
    }

    fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.root.query_selector_all(selector).unwrap();
        (0..found.length()).filter_map(|at| found.get(at)).map(JsCast::unchecked_into).collect()
    }

    pub(crate) fn element(&self, selector: &str) -> Element {
        self.root.query_selector(selector).unwrap().unwrap_or_else(|| panic!("nothing matches {selector}"))
    }

    pub(crate) fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    /// The texts of all that match, as they stand in the page.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).iter().map(|element| element.text_content().unwrap_or_default()).collect()
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        self.texts(selector).concat()
    }

    pub(crate) fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        self.all(selector).iter().filter_map(|element| element.get_attribute(name)).collect()
    }

    /// What a screen reader says after the name of the element.
    pub(crate) fn described(&self, selector: &str) -> String {
        let ids = self.element(selector).get_attribute("aria-describedby").unwrap_or_default();
        ids.split_whitespace()
            .filter_map(|id| self.root.query_selector(&["#", id].concat()).unwrap()?.text_content())
            .collect()
    }

    pub(crate) fn input(&self, selector: &str) -> HtmlInputElement {
        self.element(selector).unchecked_into()
    }

    pub(crate) fn submit(&self) {
        self.element("button[type=submit]").unchecked_into::<HtmlElement>().click();
    }

    /// Presses the one button of that name.
    pub(crate) fn press(&self, name: &str) {
        let named =
            self.all("button").into_iter().find(|button| button.text_content().as_deref() == Some(name));
        named.unwrap_or_else(|| panic!("no button {name:?}")).unchecked_into::<HtmlElement>().click();
    }

    /// Follows the first link that matches.
    pub(crate) fn follow(&self, selector: &str) {
        self.element(selector).unchecked_into::<HtmlElement>().click();
    }

    /// A property as the style sheets make it.
    pub(crate) fn style(&self, selector: &str, property: &str) -> String {
        let read = Function::new_with_args(
            "element, property",
            "return getComputedStyle(element).getPropertyValue(property)",
        );
        let arguments = Array::of2(&self.element(selector), &property.into());
        read.apply(&JsValue::UNDEFINED, &arguments).unwrap().as_string().unwrap()
    }

    /// How far from the top of the page something stands, in CSS pixels.
    pub(crate) fn top(&self, selector: &str) -> f64 {
        self.element(selector).get_bounding_client_rect().top() - self.root.get_bounding_client_rect().top()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        drop(self.mounted.take());
        self.root.remove();
    }
}

pub(crate) fn type_into(input: &HtmlInputElement, text: &str) {
    input.set_value(text);
    tell(input, "input");
}

/// As some programs fill in forms: only `change` is told.
pub(crate) fn fill_in(input: &HtmlInputElement, text: &str) {
    input.set_value(text);
    tell(input, "change");
}

/// As the browser itself pastes: `maxlength` counts, and the browser tells of it.
pub(crate) fn paste_into(input: &HtmlInputElement, text: &str) {
    input.focus().unwrap();
    let insert = Function::new_with_args("text", "return document.execCommand('insertText', false, text)");
    assert!(insert.call1(&JsValue::UNDEFINED, &text.into()).unwrap().is_truthy(), "nothing was pasted");
}

fn tell(input: &HtmlInputElement, name: &str) {
    let options = EventInit::new();
    options.set_bubbles(true);
    input.dispatch_event(&Event::new_with_event_init_dict(name, &options).unwrap()).unwrap();
}

pub(crate) fn has_focus(element: &Element) -> bool {
    document().active_element().as_ref() == Some(element)
}

/// The title of the document.
pub(crate) fn title() -> String {
    document().title()
}

/// The id of what has the focus, or its tag.
pub(crate) fn focused() -> String {
    let element = document().active_element().unwrap();
    if element.id().is_empty() { element.tag_name() } else { element.id() }
}

/// The static shell, as far as the application knows it.
pub(crate) fn put_shell() -> Element {
    let shell = document().create_element("div").unwrap();
    shell.set_id("shell");
    document().body().unwrap().append_child(&shell).unwrap();
    shell
}

/// Waits until the browser has run everything that the last change set going.
pub(crate) async fn drawn() {
    let task = Promise::new(&mut |resolve, _| {
        window().set_timeout_with_callback(&resolve).unwrap();
    });
    JsFuture::from(task).await.unwrap();
}

/// What the browser itself makes of an amount.
pub(crate) fn in_locale(amount: f64, currency: &str) -> String {
    let write = Function::new_with_args(
        "amount, currency",
        "return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(amount)",
    );
    let arguments = Array::of2(&amount.into(), &currency.into());
    write.apply(&JsValue::UNDEFINED, &arguments).unwrap().as_string().unwrap()
}
