//! Reads the tables of the file. Whatever is wrong is noted with its place, and the reading goes on.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::render::{Problem, Span, is_secret_name};
use super::suggestions::nearest;

pub(super) struct FileReader<'e> {
    pub(super) faults: Vec<Problem>,
    /// Where each value stands that was read: `clients[0].id`.
    pub(super) places: BTreeMap<String, Span>,
    pub(super) secrets: Vec<Span>,
    environment: &'e dyn Fn(&str) -> Option<String>,
}

/// One table of the file, while it is read.
pub(super) struct Section<'r, 'e, 't> {
    reading: &'r mut FileReader<'e>,
    table: &'t DeTable<'t>,
    /// Where it stands: `clients[0]`; nothing for the file itself.
    at: String,
    span: Span,
    /// The names that were asked for: all that may stand in it.
    known: Vec<&'t str>,
    /// The names that have to stand in it and do not, each with an example of what it may hold.
    missing: Vec<(&'static str, String)>,
}

type Found<'t> = &'t Spanned<DeValue<'t>>;

impl<'e> FileReader<'e> {
    pub(super) const fn new(environment: &'e dyn Fn(&str) -> Option<String>) -> Self {
        Self { faults: Vec::new(), places: BTreeMap::new(), secrets: Vec::new(), environment }
    }

    pub(super) fn section<'r, 't>(
        &'r mut self,
        at: String,
        span: Span,
        table: &'t DeTable<'t>,
    ) -> Section<'r, 'e, 't> {
        self.places.insert(at.clone(), span.clone());
        Section { reading: self, table, at, span, known: Vec::new(), missing: Vec::new() }
    }

    fn fault(&mut self, span: Span, what: impl Into<String>, remedy: impl Into<String>) {
        self.faults.push(Problem::new(span, what, remedy));
    }

    /// Keeps from being shown what stands in this value: its texts and numbers, wherever in it they are.
    fn hide(&mut self, value: Found<'_>) {
        match value.get_ref() {
            DeValue::Table(table) => table.values().for_each(|value| self.hide(value)),
            DeValue::Array(list) => list.iter().for_each(|value| self.hide(value)),
            _ => self.secrets.push(value.span()),
        }
    }

    /// As [`hide`](Self::hide), unless it only names a variable: what that holds does not stand in the file.
    fn hide_secret(&mut self, value: Found<'_>) {
        let names_a_variable = |table: &DeTable<'_>| table.keys().any(|key| key.get_ref() == "env");
        if !value.get_ref().as_table().is_some_and(names_a_variable) {
            self.hide(value);
        }
    }

    /// The same as JSON, as far as it can be. A date becomes a text.
    fn json(&mut self, value: Found<'_>) -> Value {
        let number = match value.get_ref() {
            DeValue::String(text) => return Value::String(text.clone().into_owned()),
            DeValue::Boolean(flag) => return Value::Bool(*flag),
            DeValue::Datetime(time) => return Value::String(time.to_string()),
            DeValue::Array(list) => return list.iter().map(|item| self.json(item)).collect(),
            DeValue::Table(table) => {
                let members = table.iter();
                return members
                    .map(|(key, value)| (key.get_ref().clone().into_owned(), self.json(value)))
                    .collect();
            }
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(Number::from)
            }
            DeValue::Float(digits) => digits.as_str().parse().ok().and_then(Number::from_f64),
        };
        if number.is_none() {
            self.fault(value.span(), "this number cannot be kept as it is", "write it as a text in quotes");
        }
        number.map_or(Value::Null, Value::Number)
    }

    fn mistyped(&mut self, name: &str, value: Found<'_>, remedy: &str) {
        self.fault(value.span(), format!("`{name}` is {}", kind(value.get_ref())), remedy);
    }

    /// A text, or `{ env = "NAME" }`, which stands for what the environment has under that name.
    fn text(&mut self, name: &str, value: Found<'_>) -> Option<String> {
        let remedy = "it must be a text in quotes, or { env = \"NAME\" } to take it from the environment";
        match value.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            DeValue::Table(table) if table.keys().any(|key| key.get_ref() == "env") => {
                let mut section = self.section(name.to_owned(), value.span(), table);
                let variable = section.plain_text("env");
                section.end();
                let variable = variable?;
                let found = (self.environment)(variable.get_ref());
                if found.is_none() {
                    self.fault(
                        variable.span(),
                        format!("the environment has no variable {}", variable.get_ref()),
                        "set it before the tenant starts, or give the value here",
                    );
                }
                found
            }
            _ => {
                self.mistyped(name, value, remedy);
                None
            }
        }
    }
}

impl<'e, 't> Section<'_, 'e, 't> {
    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    /// What stands under this name. Each name is asked for once.
    fn find(&mut self, name: &'static str) -> Option<Found<'t>> {
        self.known.push(name);
        let (_, value) = self.table.iter().find(|(key, _)| key.get_ref() == name)?;
        self.reading.places.insert(self.path(name), value.span());
        Some(value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table.keys().any(|key| key.get_ref() == name)
    }

    /// Whether a table stands under this name that has one of these names.
    pub(super) fn is_table_with(&self, name: &str, inner: &[&str]) -> bool {
        let mut values = self.table.iter().filter(|(key, _)| key.get_ref() == name);
        let table = values.next().and_then(|(_, value)| value.get_ref().as_table());
        table.is_some_and(|table| table.keys().any(|key| inner.contains(&&**key.get_ref())))
    }

    /// What is wrong with the section itself, or with what stands under a name of it.
    pub(super) fn wrong(&mut self, name: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let path = self.path(name);
        let span = self.reading.places.get(&path).unwrap_or(&self.span).clone();
        self.reading.fault(span, what, remedy);
    }

    fn plain_text(&mut self, name: &'static str) -> Option<Spanned<String>> {
        let value = self.find(name)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(Spanned::new(value.span(), text.clone().into_owned()));
        }
        self.reading.mistyped(name, value, "it must be a text in quotes");
        None
    }

    /// A text that has to be there. `example` is one as it would be written.
    pub(super) fn text(&mut self, name: &'static str, example: &str) -> String {
        if !self.has(name) {
            self.missing(name, example);
        }
        self.maybe_text(name).unwrap_or_default()
    }

    /// One of the texts that are known here; the usual one where there is none.
    pub(super) fn choice<T: Copy + Default, const N: usize>(
        &mut self,
        name: &'static str,
        known: [(&str, T); N],
        remedy: &str,
    ) -> T {
        let Some(text) = self.maybe_text(name) else { return T::default() };
        let chosen = known.iter().find(|(known, _)| *known == text).map(|(_, chosen)| *chosen);
        if chosen.is_none() {
            self.wrong(name, format!("`{name}` is {text:?}"), remedy);
        }
        chosen.unwrap_or_default()
    }

    pub(super) fn missing(&mut self, name: &'static str, example: &str) {
        self.missing.push((name, example.to_owned()));
    }

    pub(super) fn maybe_text(&mut self, name: &'static str) -> Option<String> {
        let value = self.find(name)?;
        self.reading.text(name, value)
    }

    pub(super) fn secret(&mut self, name: &'static str) -> Option<String> {
        let value = self.find(name)?;
        self.reading.hide_secret(value);
        self.reading.text(name, value)
    }

    /// The texts of a table whose names are anything.
    pub(super) fn texts_by_name(&mut self, name: &'static str) -> BTreeMap<String, String> {
        self.table(name, |section| {
            let mut texts = BTreeMap::new();
            for (key, value) in section.table {
                section.known.push(key.get_ref());
                section.reading.places.insert(section.path(key.get_ref()), value.span());
                let text = section.reading.text(key.get_ref(), value);
                texts.extend(text.map(|text| (key.get_ref().clone().into_owned(), text)));
            }
            texts
        })
    }

    /// As [`secret`](Self::secret), for every name of a table.
    pub(super) fn secrets(&mut self, name: &'static str) -> BTreeMap<String, String> {
        self.table(name, |section| {
            let mut secrets = BTreeMap::new();
            for (key, value) in section.table {
                section.known.push(key.get_ref());
                section.reading.hide_secret(value);
                let text = section.reading.text(key.get_ref(), value);
                secrets.extend(text.map(|text| (key.get_ref().clone().into_owned(), text)));
            }
            secrets
        })
    }

    pub(super) fn number<T: TryFrom<u64>>(&mut self, name: &'static str) -> Option<T> {
        let value = self.find(name)?;
        let digits = value.get_ref().as_integer();
        let number = digits.and_then(|digits| u64::from_str_radix(digits.as_str(), digits.radix()).ok());
        let number = number.and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            self.reading.mistyped(name, value, "it must be a whole number, without quotes and not below 0");
        }
        number
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.find(name)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.reading.mistyped(name, value, "it must be true or false, without quotes");
        }
        flag
    }

    pub(super) fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.each_text(name, false)
    }

    pub(super) fn secret_texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.each_text(name, true)
    }

    fn each_text(&mut self, name: &'static str, secret: bool) -> Option<Vec<String>> {
        let value = self.find(name)?;
        if secret {
            self.reading.hide(value);
        }
        let Some(list) = value.get_ref().as_array() else {
            self.reading.mistyped(name, value, "it must be a list of texts, as in [\"one\", \"another\"]");
            return None;
        };
        let mut texts = Vec::new();
        for (n, item) in list.iter().enumerate() {
            let at = format!("{name}[{n}]");
            self.reading.places.insert(self.path(&at), item.span());
            texts.extend(self.reading.text(&at, item));
        }
        Some(texts)
    }

    pub(super) fn table<T: Default>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_, 'e, 't>) -> T,
    ) -> T {
        let Some(value) = self.find(name) else { return T::default() };
        let at = self.path(name);
        if let DeValue::Table(table) = value.get_ref() {
            return self.reading.section(at, value.span(), table).read(read);
        }
        let remedy = format!("it must be a table: [{name}], and its values on the lines below");
        self.reading.hide(value);
        self.reading.mistyped(name, value, &remedy);
        T::default()
    }

    fn read<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let value = read(&mut self);
        self.end();
        value
    }

    pub(super) fn tables<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut Section<'_, 'e, 't>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.find(name) else { return Vec::new() };
        let path = self.path(name);
        let remedy = format!("it must be a list of tables: each begins with a line [[{path}]]");
        let Some(list) = value.get_ref().as_array() else {
            self.reading.hide(value);
            self.reading.mistyped(name, value, &remedy);
            return Vec::new();
        };
        let mut all = Vec::new();
        for (n, item) in list.iter().enumerate() {
            if let DeValue::Table(table) = item.get_ref() {
                all.push(self.reading.section(format!("{path}[{n}]"), item.span(), table).read(&read));
            } else {
                self.reading.hide(item);
                self.reading.mistyped(&format!("{name}[{n}]"), item, &remedy);
            }
        }
        all
    }

    pub(super) fn json(&mut self, name: &'static str) -> Map<String, Value> {
        let Some(value) = self.find(name) else { return Map::new() };
        if let Value::Object(map) = self.reading.json(value) {
            return map;
        }
        self.reading.mistyped(name, value, "it must be a table");
        Map::new()
    }

    /// Nothing else may stand here, and what has to be here is.
    pub(super) fn end(mut self) {
        let unknown = self.table.iter().filter(|(key, _)| !self.known.contains(&&**key.get_ref()));
        for (key, value) in unknown {
            let written = key.get_ref();
            let meant = nearest(written, &self.known);
            // Nobody knows what this is. It may be a secret, unless something was meant that is none.
            if is_secret_name(written) || meant.is_none_or(is_secret_name) || !is_plain(value.get_ref()) {
                self.reading.hide(value);
            }
            let remedy = match meant {
                Some(name) => {
                    // It is there, under another name: that is one fault and not two.
                    self.missing.retain(|(missing, _)| *missing != name);
                    format!("did you mean `{name}`?")
                }
                None => format!("known here: {}", self.known.join(", ")),
            };
            self.reading.fault(key.span(), format!("`{written}` is not known here"), remedy);
        }
        for (name, example) in self.missing {
            let remedy = format!("add {name} = {example}");
            self.reading.fault(self.span.clone(), format!("`{name}` is missing"), remedy);
        }
    }
}

/// A text, a number, or a list of such.
fn is_plain(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => false,
        DeValue::Array(list) => {
            list.iter().all(|item| !item.get_ref().is_table() && !item.get_ref().is_array())
        }
        _ => true,
    }
}

const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
