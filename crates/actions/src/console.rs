//! What scripts print, as far as it is kept. Secrets are blotted out of everything that leaves a script as text.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::outcome::{ConsoleLine, Level};

/// Lines longer than this are cut.
const LINE: usize = 4_096;
/// How often a secret may have become JSON that is still known: `console.log(event)` writes JSON, and so may a script before.
const WRITTEN: usize = 2;
/// Shorter secrets are not blotted out: whatever they are, they stand in half of all texts.
const SECRET: usize = 6;

/// The output of one script.
pub(crate) struct Console {
    began: Instant,
    lines: Vec<ConsoleLine>,
    left: usize,
    dropped: usize,
    secrets: Secrets,
}

impl Console {
    pub(crate) fn new(room: usize, secrets: Secrets) -> Self {
        Self { began: Instant::now(), lines: Vec::new(), left: room, dropped: 0, secrets }
    }

    pub(crate) fn print(&mut self, level: Level, text: &str) {
        let text = cut(&self.blot_out(text), LINE);
        // An empty line takes room, too.
        let size = text.len() + 16;
        if size > self.left {
            self.dropped += 1;
            return;
        }
        self.left -= size;
        self.lines.push(ConsoleLine { level, at: self.began.elapsed(), text });
    }

    /// The text without secrets.
    pub(crate) fn blot_out(&self, text: &str) -> String {
        self.secrets.blot_out(text)
    }

    /// Everything that was printed, and how much more was.
    pub(crate) fn take(&mut self) -> Vec<ConsoleLine> {
        let mut lines = std::mem::take(&mut self.lines);
        if self.dropped > 0 {
            let text = format!("{} more lines were printed and not kept.", self.dropped);
            lines.push(ConsoleLine { level: Level::Warn, at: self.began.elapsed(), text });
        }
        lines
    }
}

/// What a script was given in confidence.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<(String, String)>);

impl Secrets {
    pub(crate) fn of(secrets: &BTreeMap<String, String>) -> Self {
        let mut known: Vec<(String, String)> = secrets
            .iter()
            .filter(|(_, value)| value.len() >= SECRET)
            .flat_map(|(name, value)| written(value).into_iter().map(|form| (name.clone(), form)))
            .collect();
        // A secret that contains another one goes first.
        known.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        Self(known)
    }

    pub(crate) fn blot_out(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(value.as_str(), &format!("[secret {name}]"))
        })
    }
}

/// The secret itself, and as it stands in JSON, where it has a quotation mark, a backslash or an end of a line.
fn written(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    for _ in 0..WRITTEN {
        let quoted = forms.last().and_then(|last| serde_json::to_string(last).ok()).unwrap_or_default();
        forms.extend(quoted.get(1..quoted.len().saturating_sub(1)).map(str::to_owned));
    }
    forms.dedup();
    forms
}

/// The text, or its beginning.
pub(crate) fn cut(text: &str, length: usize) -> String {
    if text.len() <= length {
        return text.to_owned();
    }
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_bounded_and_says_so() {
        let mut console = Console::new(100, Secrets::default());
        for _ in 0..1_000 {
            console.print(Level::Log, "twenty characters ..");
        }
        let lines = console.take();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2].text, "998 more lines were printed and not kept.");
    }

    #[test]
    fn secrets_are_blotted_out_the_longest_first() {
        let secrets = [("KEY", "swordfish"), ("LONG", "swordfish-2"), ("SHORT", "a")];
        let secrets = secrets.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let secrets = Secrets::of(&BTreeMap::from(secrets));
        assert_eq!(secrets.blot_out("a swordfish-2 and a swordfish"), "a [secret LONG] and a [secret KEY]");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a…");
        assert_eq!(cut("aé", 3), "aé");
    }
}
