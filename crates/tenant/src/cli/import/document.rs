//! A YAML document as values with their places. JSON is YAML too.

use std::sync::Arc;

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};

use super::error::ImportError;
use super::place::Place;

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the document.
    Map(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Map(members) = &self.value else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Says nothing: null, an empty text, list or table.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::List(list) => list.is_empty(),
            Value::Map(members) => members.iter().all(|(_, value)| value.is_empty()),
            Value::Flag(_) | Value::Whole(_) | Value::Number(_) => false,
        }
    }

    pub(super) const fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Flag(_) => "true or false",
            Value::Whole(_) => "a whole number",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a table",
        }
    }
}

pub(super) fn parse(text: &str, file: &str) -> Result<Node, ImportError> {
    let file: Arc<str> = file.into();
    let place = |line| Place { file: Arc::clone(&file), line };
    let documents = MarkedYaml::load_from_str(text).map_err(|error| ImportError::Syntax {
        place: place(error.marker().line()),
        what: error.info().to_owned(),
    })?;
    match documents.first() {
        Some(document) => node(document, &file),
        None => Ok(Node { place: place(0), value: Value::Map(Vec::new()) }),
    }
}

fn node(marked: &MarkedYaml<'_>, file: &Arc<str>) -> Result<Node, ImportError> {
    let place = Place { file: Arc::clone(file), line: marked.span.start.line() };
    let value = match &marked.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(flag) => Value::Flag(*flag),
            Scalar::Integer(number) => Value::Whole(*number),
            Scalar::FloatingPoint(number) => Value::Number(number.into_inner()),
            Scalar::String(text) => Value::Text(text.clone().into_owned()),
        },
        YamlData::Representation(text, ..) => Value::Text(text.clone().into_owned()),
        YamlData::Sequence(list) => {
            Value::List(list.iter().map(|item| node(item, file)).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(members) => {
            let members = members.iter().map(|(key, value)| Ok((name(key), node(value, file)?)));
            Value::Map(members.collect::<Result<_, ImportError>>()?)
        }
        YamlData::Tagged(tag, inner) => {
            if tag.suffix.contains("include") {
                return Err(ImportError::Include { place });
            }
            return node(inner, file);
        }
        YamlData::Alias(_) | YamlData::BadValue => Value::Null,
    };
    Ok(Node { place, value })
}

/// Keys that look like something else than a text are one here.
fn name(key: &MarkedYaml<'_>) -> String {
    match &key.data {
        YamlData::Value(Scalar::String(text)) | YamlData::Representation(text, ..) => {
            text.clone().into_owned()
        }
        YamlData::Value(Scalar::Integer(number)) => number.to_string(),
        YamlData::Value(Scalar::Boolean(flag)) => flag.to_string(),
        _ => String::new(),
    }
}
