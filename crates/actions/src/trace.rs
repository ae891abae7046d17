//! Errors of scripts, as their developers want to read them: what, where in their own file, and how it came there.

use std::fmt;

use rquickjs::convert::Coerced;
use rquickjs::{Type, Value};

use crate::globals;
use crate::secrets::Secrets;

pub(crate) const FILE: &str = "script.js";
/// The name of `prelude.js` there; its frames are nobody's business.
pub(crate) const PRELUDE: &str = "prelude.js";
/// The engine looks at the clock now and then, and knows the last call that it made.
const LATE: &str = "it took longer than scripts may take. The last place that it is known to have passed:";
/// What the library says when the engine could not make a value, and has thrown nothing.
const NO_ROOM: &str = "QuickJS library created a unknown error";
const MAX_FRAMES: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    pub script: String,
    pub cause: Cause,
    /// What it says, such as `TypeError: cannot read property 'x' of undefined`.
    pub message: String,
    /// Where, in the developer's own text; counted from 1.
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub source: Option<String>,
    /// The calls that led there, the innermost first.
    pub stack: Vec<Frame>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It threw, or a promise that it waited for was rejected.
    Thrown,
    Syntax,
    Time,
    Memory,
    Stack,
    /// It ended without an answer: a Rule that never called `callback`, a promise that never settles.
    NoAnswer,
    Unusable,
    /// Its text could not be read, or the engine could not run it.
    Engine,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The function's name, or what stands for one.
    pub function: String,
    /// `None` in what the engine itself does.
    pub line: Option<u32>,
    pub column: Option<u32>,
}

impl ScriptError {
    #[must_use]
    pub fn new(script: &str, cause: Cause, message: impl Into<String>) -> Self {
        let (script, message) = (script.to_owned(), message.into());
        Self { script, cause, message, line: None, column: None, source: None, stack: Vec::new() }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.script, self.message)?;
        if let (Some(line), Some(source)) = (self.line, &self.source) {
            write!(formatter, "\n  {line} | {source}")?;
        }
        for frame in &self.stack {
            match (frame.line, frame.column) {
                (Some(line), Some(column)) => {
                    write!(formatter, "\n    at {} ({}:{line}:{column})", frame.function, self.script)?;
                }
                _ => write!(formatter, "\n    at {}", frame.function)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for ScriptError {}

/// What is needed to read an error of a script.
pub(crate) struct Reader<'a> {
    pub(crate) script: &'a str,
    pub(crate) code: &'a str,
    /// How far the first line was moved to the right.
    pub(crate) shift: u32,
    pub(crate) secrets: &'a Secrets,
}

impl Reader<'_> {
    /// What was thrown. Reading it may run code of the script, which the engine's limits hold.
    pub(crate) fn read(&self, thrown: &Value<'_>) -> ScriptError {
        let Some(exception) = thrown.as_exception() else {
            if thrown.is_null() || thrown.type_of() == Type::Uninitialized {
                // The engine has thrown, and had no memory left to say what.
                return self.at(Cause::Memory, "it wanted more memory than a script may have", "");
            }
            let text = thrown.get::<Coerced<String>>().map_or_else(|_| "something".to_owned(), |text| text.0);
            return self.at(Cause::Thrown, &format!("Uncaught {text}"), "");
        };
        let name = exception.get::<_, Option<Coerced<String>>>("name").ok().flatten();
        let name = name.map_or_else(|| "Error".to_owned(), |name| name.0);
        let message = exception.message().unwrap_or_default();
        let (cause, message) = match (name.as_str(), message.as_str()) {
            ("InternalError", "interrupted") => (Cause::Time, LATE.to_owned()),
            // Without a text when there was no memory for one; the last one when a value of the host's had no room.
            ("InternalError", "out of memory" | "" | NO_ROOM) => {
                (Cause::Memory, "it wanted more memory than a script may have".to_owned())
            }
            ("RangeError" | "InternalError", "Maximum call stack size exceeded" | "stack overflow") => {
                (Cause::Stack, "it called itself too often (Maximum call stack size exceeded)".to_owned())
            }
            ("SyntaxError", _) => (Cause::Syntax, format!("SyntaxError: {message}")),
            (_, message) => (Cause::Thrown, format!("{name}: {message}{}", hint(&name, message))),
        };
        self.at(cause, &message, &exception.stack().unwrap_or_default())
    }

    pub(crate) fn at(&self, cause: Cause, message: &str, stack: &str) -> ScriptError {
        let mut stack: Vec<Frame> =
            stack.lines().filter_map(|line| self.frame(line)).take(MAX_FRAMES).collect();
        // What called the script is the engine's own business.
        let own = stack.iter().rposition(|frame| frame.line.is_some()).map_or(0, |last| last + 1);
        stack.truncate(own);
        let place = stack.iter().find_map(|frame| Some((frame.line?, frame.column?)));
        let line = place.and_then(|(line, _)| usize::try_from(line).ok());
        let source = line.and_then(|line| self.code.lines().nth(line.checked_sub(1)?));
        ScriptError {
            script: self.script.to_owned(),
            cause,
            message: self.shown(message, 1_000),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            source: source.map(|source| self.shown(source.trim_end(), 200)),
            stack,
        }
    }

    /// Without secrets, and in one line: a log shows it, and whoever writes the text must not be able to write log lines.
    fn shown(&self, text: &str, length: usize) -> String {
        let text = self.secrets.hide_and_cut(text, length);
        text.replace(|letter: char| letter.is_control(), " ")
    }

    /// `    at name (script.js:3:9)`, `    at script.js:3:9` or `    at name (native)`.
    fn frame(&self, line: &str) -> Option<Frame> {
        let line = line.trim().strip_prefix("at ")?;
        if line.contains(PRELUDE) {
            return None;
        }
        let (function, place) = match line.rsplit_once(" (") {
            Some((function, place)) => (function, place.trim_end_matches(')')),
            None => ("", line),
        };
        let function = match function {
            "" | "<eval>" => "the script",
            "<anonymous>" => "a function",
            name => name,
        };
        let function = self.shown(function, 100);
        let mut numbers = place.strip_prefix(FILE).unwrap_or_default().split(':').skip(1);
        let line = numbers.next().and_then(|number| number.parse::<u32>().ok());
        let column = numbers.next().and_then(|number| number.parse::<u32>().ok());
        let shift = if line == Some(1) { self.shift } else { 0 };
        Some(Frame { function, line, column: column.map(|column| column.saturating_sub(shift).max(1)) })
    }
}

/// What is said to a name that scripts know from Node or from browsers and that is not here.
fn hint(name: &str, message: &str) -> String {
    let missing = message.strip_suffix(" is not defined").map(|missing| missing.trim_matches('\''));
    let remedy = missing.filter(|_| name == "ReferenceError").and_then(globals::remedy);
    remedy.map(|remedy| format!(" ({remedy})")).unwrap_or_default()
}
