//! Faults as people read them: the place, the line with a mark under what is meant, and what would be right.

use std::fmt::Write as _;
use std::ops::Range;

/// A part of the file, in bytes.
pub(super) type Span = Range<usize>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Span,
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Problem {
    pub(super) fn new(span: Span, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { span, what: what.into(), remedy: remedy.into() }
    }
}

pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// All faults, in the order of the file. In place of what must not be shown stands `…`.
    pub(super) fn show(&self, faults: &[Problem], secrets: &[Span]) -> String {
        let mut faults: Vec<&Problem> = faults.iter().collect();
        faults.sort_by_key(|fault| fault.span.start);
        let shown: Vec<String> = faults.into_iter().map(|fault| self.one(fault, secrets)).collect();
        shown.join("\n\n")
    }

    fn one(&self, Problem { span, what, remedy }: &Problem, secrets: &[Span]) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        let number = 1 + before.matches('\n').count();
        let column = 1 + before.chars().rev().take_while(|letter| *letter != '\n').count();

        // What is shown of the line, and where in it the mark begins and ends.
        let (mut shown, mut mark) = (String::new(), None::<(usize, usize)>);
        let mut width = 0;
        for (offset, letter) in line.char_indices() {
            let at = start + offset;
            let hidden = secrets.iter().find(|secret| secret.contains(&at));
            let letter = match hidden {
                Some(secret) if at == secret.start.max(start) => Some('…'),
                Some(_) => None,
                None if letter.is_control() => Some(' '),
                None => Some(letter),
            };
            let from = width;
            if let Some(letter) = letter {
                shown.push(letter);
                width += 1;
            }
            if at >= span.start && at < span.end {
                mark = Some((mark.map_or(from, |(from, _)| from), width));
            }
        }
        let (from, to) = mark.unwrap_or((width, width + 1));
        let margin = " ".repeat(number.to_string().len());
        let marked = format!("{}{}", " ".repeat(from), "^".repeat(to.saturating_sub(from).max(1)));
        let mut text = format!("{}:{number}:{column}: {what}\n", self.name);
        // Writing to a text does not fail.
        let _ = write!(text, "{margin} |\n{number} | {shown}\n{margin} | {marked}\n{margin} = {remedy}");
        text
    }
}

/// Words in the names of what must not be shown.
const SECRET: [&str; 8] = ["pass", "secret", "recovery", "plain", "hash", "database", "totp", "control"];

/// Whether what stands under this name, or near it, must not be shown.
pub(super) fn is_secret_name(text: &str) -> bool {
    let text = text.to_lowercase();
    // Of `[control]`; `access_token` is a lifetime.
    text == "token" || SECRET.iter().any(|word| text.contains(word))
}

/// In a text that is no TOML, what may be a secret near these errors: it is not known where values begin and end.
pub(super) fn probable_secrets(text: &str, errors: &[toml::de::Error]) -> Vec<Span> {
    errors.iter().filter_map(toml::de::Error::span).filter_map(|span| probable_secret(text, &span)).collect()
}

fn probable_secret(text: &str, span: &Span) -> Option<Span> {
    let before = text.get(..span.start)?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    // Since the last header, in which the values are that are on this line or go on in it.
    let header = before.rfind("\n[").map_or(0, |newline| newline + 1);
    let section = text.get(header..start + line.len())?;
    let earlier = text.get(header..start)?;
    let count = |letters: [char; 2]| earlier.matches(letters).count();
    let goes_on = count(['{', '[']) > count(['}', ']']) || earlier.matches("\"\"\"").count() % 2 == 1;
    let header_line = section.lines().next().unwrap_or_default();
    if is_secret_name(line) || is_secret_name(header_line) || (goes_on && is_secret_name(section)) {
        let value = line.find('=').map_or(0, |equals| equals + 1);
        return Some(start + value..start + line.len());
    }
    None
}
