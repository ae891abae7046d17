//! Reads a table of the export. What nobody asks for is reported at the end.

use super::document::{Node, Value};
use super::error::ImportError;
use super::place::Place;
use super::report::Report;

pub(super) struct Fields<'n> {
    node: &'n Node,
    members: &'n [(String, Node)],
    /// Where it stands: `clients[0]`.
    path: String,
    used: Vec<&'static str>,
}

const NO_COUNTERPART: &str = "the tenant has no such setting";

impl<'n> Fields<'n> {
    pub(super) fn of(node: &'n Node, path: String) -> Result<Self, ImportError> {
        match &node.value {
            Value::Map(members) => Ok(Self { node, members, path, used: Vec::new() }),
            _ => Err(kind(node, &path, "a table")),
        }
    }

    pub(super) fn place(&self) -> &'n Place {
        &self.node.place
    }

    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Whether it is there, even if it says nothing.
    pub(super) fn has(&self, name: &str) -> bool {
        self.node.get(name).is_some()
    }

    /// What stands there, if it says anything.
    pub(super) fn find(&mut self, name: &'static str) -> Option<&'n Node> {
        self.used.push(name);
        self.node.get(name).filter(|node| !node.is_empty())
    }

    /// These say nothing that would matter here.
    pub(super) fn ignore(&mut self, names: &[&'static str]) {
        self.used.extend(names);
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<&'n str>, ImportError> {
        let Some(node) = self.find(name) else { return Ok(None) };
        match &node.value {
            Value::Text(text) => Ok(Some(text)),
            _ => Err(kind(node, &self.path(name), "a text")),
        }
    }

    pub(super) fn required(&mut self, name: &'static str) -> Result<&'n str, ImportError> {
        let (place, path) = (self.node.place.clone(), self.path.clone());
        let missing = ImportError::Missing { place, name: path, missing: name };
        self.text(name)?.ok_or(missing)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, ImportError> {
        let Some(node) = self.find(name) else { return Ok(None) };
        match &node.value {
            Value::Flag(flag) => Ok(Some(*flag)),
            _ => Err(kind(node, &self.path(name), "true or false")),
        }
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Option<(i64, &'n Place)>, ImportError> {
        let Some(node) = self.find(name) else { return Ok(None) };
        match &node.value {
            Value::Whole(number) => Ok(Some((*number, &node.place))),
            _ => Err(kind(node, &self.path(name), "a whole number")),
        }
    }

    pub(super) fn list(&mut self, name: &'static str) -> Result<&'n [Node], ImportError> {
        let Some(node) = self.find(name) else { return Ok(&[]) };
        match &node.value {
            Value::List(list) => Ok(list),
            _ => Err(kind(node, &self.path(name), "a list")),
        }
    }

    /// Each table of a list.
    pub(super) fn tables(&mut self, name: &'static str) -> Result<Vec<Fields<'n>>, ImportError> {
        let path = self.path(name);
        let list = self.list(name)?.iter().enumerate();
        list.map(|(n, node)| Fields::of(node, format!("{path}[{n}]"))).collect()
    }

    pub(super) fn table(&mut self, name: &'static str) -> Result<Option<Fields<'n>>, ImportError> {
        let path = self.path(name);
        self.find(name).map(|node| Fields::of(node, path)).transpose()
    }

    /// Each text of a list.
    pub(super) fn texts(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<(&'n str, &'n Place, String)>, ImportError> {
        let path = self.path(name);
        let list = self.list(name)?.iter().enumerate();
        list.map(|(n, node)| match &node.value {
            Value::Text(text) => Ok((text.as_str(), &node.place, format!("{path}[{n}]"))),
            _ => Err(kind(node, &format!("{path}[{n}]"), "a text")),
        })
        .collect()
    }

    /// Reports one setting that says something.
    pub(super) fn leave_out(&mut self, name: &'static str, report: &mut Report, why: &str) {
        if let Some(node) = self.find(name) {
            report.add(&node.place, self.path(name), why);
        }
    }

    /// Whatever is left has no counterpart here.
    pub(super) fn end(self, report: &mut Report) {
        for (name, node) in self.members {
            let is_said = !node.is_empty() && !matches!(node.value, Value::Flag(false));
            if is_said && !self.used.contains(&name.as_str()) {
                report.add(&node.place, self.path(name), NO_COUNTERPART);
            }
        }
    }
}

fn kind(node: &Node, name: &str, expected: &'static str) -> ImportError {
    let name = if name.is_empty() { "the export".to_owned() } else { name.to_owned() };
    ImportError::Kind { place: node.place.clone(), name, found: node.kind(), expected }
}
