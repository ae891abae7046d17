//! A table in memory, of which the database has a copy.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Change, DurableError, Journal, Loaded};

/// What can be kept in a [`Table`]: its JSON is what stands in the database, so a new member needs a default
/// (`#[serde(default)]`). A cookie or a code that opens something is kept as its
/// [`Fingerprint`](crate::random::Fingerprint), best as the key.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// A name that no other record has, and that stays the same.
    const KIND: &'static str;
}

/// Records by their keys.
pub(crate) struct Table<V> {
    rows: HashMap<String, V>,
    journal: Journal,
}

/// A record that is being changed: what it has become is written when this is dropped.
pub(crate) struct Edit<'a, V: Record> {
    key: String,
    value: &'a mut V,
    journal: &'a Journal,
    changed: bool,
}

impl<V> Default for Table<V> {
    /// In memory only.
    fn default() -> Self {
        Self { rows: HashMap::new(), journal: Journal::default() }
    }
}

impl<V: Record> Table<V> {
    /// What was kept, and where changes go from now on.
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        let read = |(key, value): (String, String)| {
            let value = serde_json::from_str(&value);
            value.map(|value| (key, value)).map_err(|error: serde_json::Error| DurableError::Unreadable {
                kind: V::KIND,
                line: error.line(),
                column: error.column(),
            })
        };
        let rows =
            loaded.0.remove(V::KIND).unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { rows, journal: journal.clone() })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.rows.get(key)
    }

    pub(crate) fn insert(&mut self, key: String, value: V) {
        put(&self.journal, &key, &value);
        self.rows.insert(key, value);
    }

    /// The record, to change it in place; a new one where there is none.
    pub(crate) fn edit(&mut self, key: &str) -> Edit<'_, V>
    where
        V: Default,
    {
        let value = self.rows.entry(key.to_owned()).or_default();
        Edit { key: key.to_owned(), value, journal: &self.journal, changed: false }
    }

    /// The record, to change it in place.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<Edit<'_, V>> {
        let value = self.rows.get_mut(key)?;
        Some(Edit { key: key.to_owned(), value, journal: &self.journal, changed: false })
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let removed = self.rows.remove(key)?;
        gone::<V>(&self.journal, key);
        Some(removed)
    }

    /// Removes those of which `keep` says no.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, &V) -> bool) {
        let journal = &self.journal;
        self.rows.retain(|key, value| {
            let stays = keep(key, value);
            if !stays {
                gone::<V>(journal, key);
            }
            stays
        });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.rows.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.rows.values()
    }
}

impl<V: Record> Deref for Edit<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value
    }
}

impl<V: Record> DerefMut for Edit<'_, V> {
    fn deref_mut(&mut self) -> &mut V {
        self.changed = true;
        self.value
    }
}

impl<V: Record> Drop for Edit<'_, V> {
    fn drop(&mut self) {
        if self.changed {
            put(self.journal, &self.key, self.value);
        }
    }
}

fn put<V: Record>(journal: &Journal, key: &str, value: &V) {
    journal.record(|| {
        #[expect(
            clippy::expect_used,
            reason = "records are structs of texts and numbers, which have a JSON form"
        )]
        let json = serde_json::to_string(value).expect("a record serialises");
        Change { kind: V::KIND, key: key.to_owned(), value: Some(json) }
    });
}

fn gone<V: Record>(journal: &Journal, key: &str) {
    journal.record(|| Change { kind: V::KIND, key: key.to_owned(), value: None });
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tokio::sync::{mpsc, watch};

    use super::*;
    use crate::durable::journal::Message;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Count(u32);

    impl Record for Count {
        const KIND: &'static str = "count";
    }

    fn loaded(rows: &[(&str, &str)]) -> Loaded {
        let row = |(key, value): &(&str, &str)| ("count".to_owned(), (*key).to_owned(), (*value).to_owned());
        Loaded::new(rows.iter().map(row).collect())
    }

    #[test]
    fn each_change_is_written_and_nothing_else() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let journal = Journal::new(sender, watch::channel(0).1);
        let mut table: Table<Count> = Table::load(&mut loaded(&[("a", "1"), ("b", "2")]), &journal).unwrap();
        let mut changes = || {
            let messages = std::iter::from_fn(|| receiver.try_recv().ok());
            messages
                .map(|message| match message {
                    Message::Change(Change { key, value, .. }) => (key, value.unwrap_or("gone".to_owned())),
                    Message::Close(_) => panic!("closed"),
                })
                .collect::<Vec<_>>()
        };
        let change = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(changes(), [], "what was read is not written");

        table.insert("c".to_owned(), Count(3));
        table.edit("a").0 += 10;
        table.edit("d").0 = 4;
        table.get_mut("b").unwrap().0 = 20;
        assert_eq!(changes(), [change("c", "3"), change("a", "11"), change("d", "4"), change("b", "20")]);
        assert_eq!(table.get_mut("a").unwrap().0, 11, "this looks, and changes nothing");
        assert!(table.get_mut("z").is_none());
        assert_eq!(table.remove("z"), None);
        assert_eq!(changes(), []);

        assert_eq!(table.remove("a"), Some(Count(11)));
        table.retain(|key, count| key == "d" || count.0 == 20);
        assert_eq!(changes(), [change("a", "gone"), change("c", "gone")]);
        assert_eq!(table.iter().map(|(_, count)| count.0).sum::<u32>(), 24);
    }

    #[test]
    fn what_cannot_be_read_is_told_without_its_content() {
        for value in ["{\"secret\": true}", "\"secret\"", "\n\n[\"secret\"]"] {
            let read = Table::<Count>::load(&mut loaded(&[("a", value)]), &Journal::default());
            let error = read.err().unwrap();
            assert!(error.to_string().contains("holds a count that cannot be read"), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
    }
}
