//! Elements out of HTML: the browser's parser makes what never changes, and code fills in what does.
//!
//! Leptos compiles each shape of element anew, with functions that patch it. No element of Riser is patched: what changes
//! is drawn as new elements. So there is one type for all of them, which makes the download a tenth smaller
//! ([why](../docs/adr/0055-elements-out-of-html.md)). HTML is always `'static`: no markup is made from data.

use std::borrow::Cow;

use leptos::{
    prelude::*,
    reactive::effect::RenderEffect,
    tachys::{
        html::attribute::any_attribute::AnyAttribute,
        hydration::Cursor,
        no_attrs,
        renderer::{Rndr, dom},
        view::{Mountable, Position, PositionState, Render, RenderHtml, any_view::AnyViewState},
    },
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, NodeList};

use crate::messages;

/// The slot that is the element itself.
pub(crate) const ROOT: &str = "";

/// An element and what is in it. Its slots are the elements with an attribute `slot`, which has the name.
pub(crate) struct Markup {
    root: Element,
    slots: Option<NodeList>,
    views: Vec<AnyViewState>,
    listeners: Vec<Closure<dyn FnMut(Event)>>,
    effects: Vec<RenderEffect<()>>,
}

impl Markup {
    /// One element and its descendants. `data-text` names the message that an element shows.
    pub(crate) fn new(html: &'static str) -> Self {
        let root = Rndr::create_element_from_html(Cow::Borrowed(html));
        show_message(&root);
        if let Ok(named) = root.query_selector_all("[data-text]") {
            for at in 0..named.length() {
                named.get(at).iter().for_each(|node| show_message(node.unchecked_ref()));
            }
        }
        let slots = root.query_selector_all("[slot]").ok();
        Self { root, slots, views: Vec::new(), listeners: Vec::new(), effects: Vec::new() }
    }

    /// The element of a slot.
    fn slot(&self, name: &str) -> Element {
        let is_named = |slot: &Element| slot.get_attribute("slot").is_some_and(|it| it == name);
        self.slots().find(is_named).unwrap_or_else(|| self.root.clone())
    }

    /// All slots but the root, in their order.
    fn slots(&self) -> impl Iterator<Item = Element> + use<'_> {
        let slots = self.slots.iter();
        slots.flat_map(|slots| (0..slots.length()).filter_map(|at| slots.get(at)).map(JsCast::unchecked_into))
    }

    pub(crate) fn text(&mut self, slot: &str, text: &str) {
        self.slot(slot).set_text_content(Some(text));
    }

    pub(crate) fn attribute(&mut self, slot: &str, name: &str, value: &str) {
        // Only a name that is no name could be refused.
        let _ = self.slot(slot).set_attribute(name, value);
    }

    /// Adds a view at the end of a slot.
    pub(crate) fn view(&mut self, slot: &str, view: AnyView) {
        let mut view = view.build();
        view.mount(&self.slot(slot), None);
        self.views.push(view);
    }

    pub(crate) fn listen(&mut self, slot: &str, event: &str, handle: impl FnMut(Event) + 'static) {
        let handle: Box<dyn FnMut(Event)> = Box::new(handle);
        let listener = Closure::wrap(handle);
        let _ = self.slot(slot).add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        self.listeners.push(listener);
    }

    /// Does something to a slot, and again whenever a signal that it has read changes.
    pub(crate) fn follow(&mut self, slot: &str, change: impl Fn(&Element) + 'static) {
        let element = self.slot(slot);
        let change: Box<dyn Fn(&Element)> = Box::new(change);
        self.effects.push(RenderEffect::new(move |_| change(&element)));
    }

    pub(crate) fn into_view(self) -> AnyView {
        Built(SendWrapper::new(self)).into_any()
    }
}

/// Something is going on by itself.
pub(crate) const BUSY: &str = r#"<div class="busy" aria-hidden="true"></div>"#;

/// An element without anything to fill in.
pub(crate) fn fixed(html: &'static str) -> AnyView {
    Markup::new(html).into_view()
}

/// An element that is a text.
pub(crate) fn with_text(html: &'static str, text: &str) -> AnyView {
    let mut markup = Markup::new(html);
    markup.text(ROOT, text);
    markup.into_view()
}

/// An element with texts in its slots, in their order.
pub(crate) fn with_texts(html: &'static str, texts: &[&str]) -> AnyView {
    let markup = Markup::new(html);
    for (slot, text) in markup.slots().zip(texts) {
        slot.set_text_content(Some(text));
    }
    markup.into_view()
}

/// An element with views in it, one after the other.
pub(crate) fn around(html: &'static str, views: Vec<AnyView>) -> AnyView {
    let mut markup = Markup::new(html);
    for view in views {
        markup.view(ROOT, view);
    }
    markup.into_view()
}

fn show_message(element: &Element) {
    if let Some(id) = element.get_attribute("data-text") {
        element.set_text_content(Some(&messages::text(&id)));
    }
}

/// For Leptos: a view that is there already. (Only what is `Send` can be one; a page has one thread.)
struct Built(SendWrapper<Markup>);

impl Render for Built {
    type State = Markup;

    fn build(self) -> Markup {
        self.0.take()
    }

    fn rebuild(self, state: &mut Markup) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl Mountable for Markup {
    fn unmount(&mut self) {
        self.root.unmount();
    }

    fn mount(&mut self, parent: &dom::Element, marker: Option<&dom::Node>) {
        self.root.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.root.insert_before_this(child)
    }

    fn elements(&self) -> Vec<dom::Element> {
        vec![self.root.clone()]
    }
}

no_attrs!(Built);

/// Nothing of this is called: pages are not written as HTML by a server.
impl RenderHtml for Built {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Markup {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
