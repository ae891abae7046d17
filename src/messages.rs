//! What customers read: a catalogue in their language. Pages and core know ids; the browser's own JSON parser reads the texts.
//!
//! An entry is a text, with `{name}` where an argument stands; or an object with the `headline` and the `sentence` of a step
//! or a failure; or an object with a text for each plural form of the argument `count`, by its number or its category
//! (ECMA-402, `Intl.PluralRules`).

use std::cell::RefCell;

use js_sys::{
    Array,
    Intl::{PluralRules, PluralRulesOptions},
    JsString, Object, Reflect,
};
use leptos::prelude::*;
use stepup::domain::{Message, Problem};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static CATALOGUE: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
    static CHANGED: ArcTrigger = ArcTrigger::new();
}

/// Sets the catalogue: an object by ids. Whatever [follows](follow) the language is drawn again.
pub fn install(catalogue: JsValue) {
    CATALOGUE.set(catalogue);
    CHANGED.with(Notify::notify);
}

/// Draws again when the customer chooses another language.
pub(crate) fn follow() {
    CHANGED.with(Track::track);
}

/// The text of an id. One that is not in the catalogue, which a test rules out, shows itself.
pub(crate) fn text(id: &str) -> String {
    entry(id).as_string().unwrap_or_else(|| id.to_owned())
}

/// The few words above a step or a failure.
pub(crate) fn headline(id: &str) -> String {
    part(id, "headline")
}

/// What happened, what did not, and what to do.
pub(crate) fn sentence(id: &str) -> String {
    part(id, "sentence")
}

/// The sentence of a failure, with the minutes that it may ask for.
pub(crate) fn sentence_of(problem: &Problem) -> String {
    let minutes = problem.minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
    fill(&sentence(problem.sentence), &[("minutes", minutes)])
}

/// A text with its arguments.
pub(crate) fn message(message: &Message) -> String {
    let count = message.arguments.iter().find(|(name, _)| *name == "count");
    let text = count.map_or_else(|| text(message.id), |(_, count)| plural(message.id, count));
    fill(&text, &message.arguments)
}

/// Puts the arguments where their names stand, and looks for no names in them.
fn fill(text: &str, arguments: &[(&str, String)]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or_default();
        filled += arguments.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        filled += rest;
    }
    filled
}

fn plural(id: &str, count: &str) -> String {
    let forms = entry(id);
    member(&forms, count).as_string().unwrap_or_else(|| {
        // In the language of the page, which is the catalogue's.
        let language = document().document_element().and_then(|root| root.get_attribute("lang"));
        let languages = language.iter().map(|language| JsValue::from_str(language)).collect::<Array>();
        let rules = PluralRules::new(&languages, Object::new().unchecked_ref::<PluralRulesOptions>());
        let category: JsString = rules.select(count.parse::<u32>().unwrap_or_default().into());
        part(id, &String::from(category))
    })
}

fn part(id: &str, name: &str) -> String {
    member(&entry(id), name).as_string().unwrap_or_else(|| id.to_owned())
}

fn entry(id: &str) -> JsValue {
    CATALOGUE.with_borrow(|catalogue| member(catalogue, id))
}

fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}
