//! A table in memory, of which the database has a copy.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::DurableError;
use super::journal::{Change, Journal};

/// The records of a database, by kind: their keys and values.
#[derive(Default)]
pub(crate) struct Loaded(HashMap<String, Vec<(String, String)>>);

impl Loaded {
    pub(super) fn new(rows: Vec<(String, String, String)>) -> Self {
        let mut kinds: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for (kind, key, value) in rows {
            kinds.entry(kind).or_default().push((key, value));
        }
        Self(kinds)
    }
}

/// What can be kept in a [`Table`]: its JSON is what stands in the database, so a new member needs a default
/// (`#[serde(default)]`). A cookie or a code that opens something is kept as its
/// [`Fingerprint`](crate::random::Fingerprint), best as the key.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// A name that no other record has, and that stays the same.
    const KIND: &'static str;
}

/// Records by their keys. Whoever looks at one is not answered before it is in the database: otherwise they would be told
/// of what the end of the process could undo.
pub(crate) struct Table<V> {
    rows: HashMap<String, Row<V>>,
    journal: Journal,
    removed: u64,
}

struct Row<V> {
    value: V,
    /// The number of the change that made it what it is.
    changed: u64,
}

/// A record that is being changed: what it has become is written when this is dropped.
pub(crate) struct Edit<'a, V: Record> {
    key: String,
    row: &'a mut Row<V>,
    journal: &'a Journal,
    changed: bool,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { rows: HashMap::new(), journal: Journal::default(), removed: 0 }
    }
}

impl<V: Record> Table<V> {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        let read = |(key, value): (String, String)| {
            let value = serde_json::from_str(&value);
            value.map(|value| (key, Row { value, changed: 0 })).map_err(|error: serde_json::Error| {
                DurableError::Unreadable { kind: V::KIND, line: error.line(), column: error.column() }
            })
        };
        let rows =
            loaded.0.remove(V::KIND).unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { rows, journal: journal.clone(), removed: 0 })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        let Some(row) = self.rows.get(key) else {
            // It may have been removed just now.
            Journal::mark_seen(self.removed);
            return None;
        };
        Journal::mark_seen(row.changed);
        Some(&row.value)
    }

    pub(crate) fn insert(&mut self, key: String, value: V) {
        let changed = record_change(&self.journal, &key, &value);
        self.rows.insert(key, Row { value, changed });
    }

    /// The record, to change it in place; a new one where there is none.
    pub(crate) fn edit(&mut self, key: &str) -> Edit<'_, V>
    where
        V: Default,
    {
        let new = || Row { value: V::default(), changed: 0 };
        let row = self.rows.entry(key.to_owned()).or_insert_with(new);
        Edit::of(key, row, &self.journal)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<Edit<'_, V>> {
        let row = self.rows.get_mut(key)?;
        Some(Edit::of(key, row, &self.journal))
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let removed = self.rows.remove(key);
        if removed.is_some() {
            self.removed = record_removal::<V>(&self.journal, key);
        }
        // Where there is none any more, somebody has removed it, perhaps just now.
        Journal::mark_seen(self.removed);
        removed.map(|row| row.value)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, &V) -> bool) {
        let Self { journal, removed, .. } = self;
        self.rows.retain(|key, row| {
            let stays = keep(key, &row.value);
            if !stays {
                *removed = record_removal::<V>(journal, key);
            }
            stays
        });
    }

    /// Removes the oldest of those of which `wanted` says yes, until there are fewer than `most`.
    pub(crate) fn make_room(&mut self, most: usize, wanted: impl Fn(&V) -> bool, age: impl Fn(&V) -> u64) {
        while self.select(&wanted).count() >= most {
            let oldest =
                self.select(&wanted).min_by_key(|(_, value)| age(value)).map(|(key, _)| key.to_owned());
            oldest.and_then(|key| self.remove(&key));
        }
    }

    /// Those of which `wanted` says yes, with their keys.
    pub(crate) fn select(&self, wanted: impl Fn(&V) -> bool) -> impl Iterator<Item = (&str, &V)> {
        let rows = self.rows.iter().filter(move |(_, row)| wanted(&row.value));
        let seen = rows.map(|(key, row)| {
            Journal::mark_seen(row.changed);
            (key.as_str(), &row.value)
        });
        // Who reads to the end learns that there are no more.
        let end = std::iter::once_with(|| Journal::mark_seen(self.removed)).filter_map(|()| None);
        seen.chain(end)
    }
}

impl<'a, V: Record> Edit<'a, V> {
    fn of(key: &str, row: &'a mut Row<V>, journal: &'a Journal) -> Self {
        Journal::mark_seen(row.changed);
        Self { key: key.to_owned(), row, journal, changed: false }
    }
}

impl<V: Record> Deref for Edit<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.row.value
    }
}

impl<V: Record> DerefMut for Edit<'_, V> {
    fn deref_mut(&mut self) -> &mut V {
        self.changed = true;
        &mut self.row.value
    }
}

impl<V: Record> Drop for Edit<'_, V> {
    fn drop(&mut self) {
        if self.changed {
            self.row.changed = record_change(self.journal, &self.key, &self.row.value);
        }
    }
}

fn record_change<V: Record>(journal: &Journal, key: &str, value: &V) -> u64 {
    journal.record(|| {
        #[expect(
            clippy::expect_used,
            reason = "records are structs of texts and numbers, which have a JSON form"
        )]
        let json = serde_json::to_string(value).expect("a record serialises");
        Change { kind: V::KIND, key: key.to_owned(), value: Some(json) }
    })
}

fn record_removal<V: Record>(journal: &Journal, key: &str) -> u64 {
    journal.record(|| Change { kind: V::KIND, key: key.to_owned(), value: None })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tokio::sync::{mpsc, watch};

    use super::*;
    use crate::persistence::journal::{Message, Written};

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
    fn writes_each_change() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let journal = Journal::new(sender, watch::channel(Written::default()).1);
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
        assert_eq!(table.select(|_| true).map(|(_, count)| count.0).sum::<u32>(), 24);
    }

    /// Of a record that is not written yet, nobody is told; of others they are.
    /// Proves: tenant-durable-responses
    #[tokio::test(start_paused = true)]
    async fn reader_waits_for_seen_record() {
        let (sender, _receiver) = mpsc::unbounded_channel();
        let (_writer, written) = watch::channel(Written::default());
        let journal = Journal::new(sender, written);
        let rows = loaded(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let mut table: Table<Count> = Table::load(&mut { rows }, &journal).unwrap();
        let waits = async |table: &Table<Count>, look: fn(&Table<Count>) -> usize| {
            journal.settled(async { look(table) }).await.is_err()
        };
        table.edit("b").0 = 20;
        assert!(!waits(&table, |table| table.get("a").iter().count()).await);
        assert!(!waits(&table, |table| table.get("z").iter().count()).await, "nothing was removed");
        assert!(!waits(&table, |table| table.select(|count| count.0 < 20).count()).await);
        assert!(waits(&table, |table| table.get("b").iter().count()).await);
        assert!(waits(&table, |table| table.select(|count| count.0 > 2).count()).await);
        table.remove("c");
        assert!(waits(&table, |table| table.get("c").iter().count()).await, "it may come back");
        assert!(waits(&table, |table| table.select(|count| count.0 == 3).count()).await);
        assert!(!waits(&table, |table| table.select(|count| count.0 == 1).next().iter().count()).await);
        // Who removes what is gone already says that it is gone.
        assert!(journal.settled(async { table.remove("c") }).await.is_err());
        assert!(journal.settled(async { table.get_mut("b").map(|count| count.0) }).await.is_err());
        assert!(journal.settled(async { table.get_mut("a").map(|count| count.0) }).await.is_ok());
    }

    #[test]
    fn unreadable_record_is_reported_without_content() {
        for value in ["{\"secret\": true}", "\"secret\"", "\n\n[\"secret\"]"] {
            let read = Table::<Count>::load(&mut loaded(&[("a", value)]), &Journal::default());
            let error = read.err().unwrap();
            assert!(error.to_string().contains("holds a count that cannot be read"), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
    }
}
