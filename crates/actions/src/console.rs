//! What scripts print, as far as it is kept. Secrets are hidden in everything that leaves a script as text.

use crate::outcome::{ConsoleLine, Level};
use crate::secrets::Secrets;

/// Lines longer than this are cut.
const MAX_LINE_LENGTH: usize = 4_096;
pub(crate) struct Console {
    lines: Vec<ConsoleLine>,
    left: usize,
    dropped: usize,
    pub(crate) secrets: Secrets,
}

impl Console {
    pub(crate) fn new(room: usize, secrets: Secrets) -> Self {
        Self { lines: Vec::new(), left: room, dropped: 0, secrets }
    }

    pub(crate) fn print(&mut self, level: Level, text: &str) {
        let text = self.secrets.hide_and_cut(text, MAX_LINE_LENGTH);
        // An empty line takes room, too.
        let size = text.len() + 16;
        if size > self.left {
            self.dropped += 1;
            return;
        }
        self.left -= size;
        self.lines.push(ConsoleLine { level, text });
    }

    /// Everything that was printed, and how much more was.
    pub(crate) fn take(&mut self) -> Vec<ConsoleLine> {
        let mut lines = std::mem::take(&mut self.lines);
        if self.dropped > 0 {
            let text = format!("{} more lines were printed and not kept.", self.dropped);
            lines.push(ConsoleLine { level: Level::Warn, text });
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_bounded_and_says_so() {
        let mut console = Console::new(100, Secrets::default());
        for _ in 0..1_000 {
            console.print(Level::Log, "twenty characters ..");
        }
        let lines = console.take();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2].text, "998 more lines were printed and not kept.");
    }
}
