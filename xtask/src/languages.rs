//! The languages of the client: one catalogue in `messages/` each, a list of them in the page, and what a catalogue lacks.

mod catalogue;
mod page;

use crate::failure::{Failure, Result};
use crate::progress::say;
use crate::project::Project;
use catalogue::Catalogue;
use clap::Args;
use fs_err as fs;
use std::path::Path;

pub(crate) use page::with_list;

#[derive(Args)]
pub(crate) struct Options {
    /// Write the list in index.html anew instead of checking it
    #[arg(long)]
    write: bool,
}

pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let (folder, page) = (project.root.join("messages"), project.root.join("index.html"));
    let catalogues = read(&folder)?;
    if options.write {
        fs::write(&page, with_list(&fs::read_to_string(&page)?, &catalogues)?)?;
    }
    for catalogue in &catalogues {
        say(&format!("{}: {}, {} messages", catalogue.language, catalogue.name(), catalogue.count()));
    }
    check(&catalogues, &fs::read_to_string(page)?)
}

/// All catalogues of a folder, in the order of their languages' codes.
pub(crate) fn read(folder: &Path) -> Result<Vec<Catalogue>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let catalogue = Catalogue::parse(language, &fs::read_to_string(&path)?);
        found.push(catalogue.map_err(|error| {
            Failure::new(format!("{}: {error}", path.display()), "it should be an object of messages by ids")
        })?);
    }
    found.sort_by(|one, other| one.language.cmp(&other.language));
    Ok(found)
}

/// Each language has every message, and the page names each language.
fn check(catalogues: &[Catalogue], page: &str) -> Result {
    let english = catalogues.iter().find(|catalogue| catalogue.language == "en");
    let english =
        english.ok_or_else(|| Failure::new("messages/en.json is not there", "it has every message"))?;
    let problems: Vec<String> = catalogues.iter().flat_map(|catalogue| catalogue.problems(english)).collect();
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n"), "docs/languages.md says what a catalogue needs"));
    }
    if with_list(page, catalogues)? != page {
        return Err(Failure::new(
            "index.html does not list the languages in messages/",
            "`cargo xtask languages --write` writes the list anew",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: catalogues-complete
    #[test]
    fn languages_are_complete_and_listed() {
        run(&Project::find().unwrap(), &Options { write: false })
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}
