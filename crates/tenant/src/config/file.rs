//! `tenant.toml`: the file that describes a tenant. What is wrong in it is told with its line, and with what would be right;
//! all of it at once, as far as one mistake does not hide another.

mod reader;
mod render;
mod sections;
mod suggestions;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::check::{ConfigError, ConfigErrors, check};
use super::settings::Config;
use reader::FileReader;
use render::{Problem, Source, Span};

#[derive(Debug, Clone)]
pub struct ConfigFile {
    pub config: Config,
    pub listen: SocketAddr,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    #[error("{} cannot be read: {source}{}", path.display(), remedy(source.kind()))]
    Read { path: PathBuf, source: io::Error },
    /// What stands in it cannot stay so: one paragraph for each fault, with its line. None of them shows a secret.
    #[error("{0}")]
    Wrong(String),
}

impl ConfigFile {
    /// Reads and checks a file. Relative paths in it begin at its folder. `environment` is where `{ env = "NAME" }` looks.
    pub fn read(path: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Read { path: path.to_owned(), source };
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, &path.display().to_string(), folder, environment).map_err(FileError::Wrong)
    }

    fn parse(
        text: &str,
        name: &str,
        folder: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        // Some editors write a mark before the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source { name, text };
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(source.show(&syntax(text, &errors), &render::probable_secrets(text, &errors)));
        }
        let mut reading = FileReader::new(environment);
        let file = sections::file(&mut reading, table.get_ref(), folder);
        if reading.faults.is_empty() {
            let Err(ConfigErrors(errors)) = check(&file.config) else { return Ok(file) };
            let problem = |error: ConfigError| {
                Problem::new(place(&reading.places, &error.at), error.what, error.remedy)
            };
            reading.faults = errors.into_iter().map(problem).collect();
        }
        Err(source.show(&reading.faults, &reading.secrets))
    }
}

/// What to do about a file that cannot be read.
const fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => ". `tenant init` writes one to begin with",
        io::ErrorKind::InvalidData => "; it must be a text in UTF-8",
        _ => "",
    }
}

/// What the parser says about the text, which then cannot be looked at any further.
fn syntax(text: &str, errors: &[toml::de::Error]) -> Vec<Problem> {
    let mut faults: Vec<Problem> = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        // The first is the cause; those that follow it on the same line come of it.
        let line = |span: &Span| text.get(..span.start).map(|before| before.matches('\n').count());
        if faults.last().is_none_or(|last| line(&last.span) != line(&span)) {
            let what = error.message().replace('\n', ", ");
            faults.push(Problem::new(span, what, "see https://toml.io for how TOML is written"));
        }
    }
    // What comes after the first few is most likely their consequence.
    faults.truncate(3);
    faults
}

/// Where a value stands; if it is not there, where the nearest thing stands that it would be in.
fn place(places: &BTreeMap<String, Span>, at: &str) -> Span {
    let mut at = at;
    loop {
        if let Some(span) = places.get(at) {
            return span.clone();
        }
        match at.rfind(['.', '[']) {
            Some(end) => at = at.get(..end).unwrap_or_default(),
            None => return 0..0,
        }
    }
}

#[cfg(test)]
mod tests;
