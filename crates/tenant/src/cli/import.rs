//! `tenant import`: what Auth0's deploy CLI has exported becomes a `tenant.toml`.

mod apis;
mod clients;
mod document;
mod error;
mod fields;
mod place;
mod placeholders;
mod report;
mod scripts;
mod settings;
mod source;
mod toml;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::{ConfigFile, FileError};

use super::file::Done;
use error::ImportError;
use fields::Fields;
use placeholders::Placeholders;
use report::Report;
use scripts::Script;
use source::Source;

#[derive(clap::Args)]
pub struct Import {
    /// The export: tenant.yaml, or the folder of the directory form
    #[arg(value_name = "FILE")]
    export: PathBuf,
    /// The folder to write tenant.toml and the scripts to; without it, all is printed as one tenant.toml
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// What stands for ##NAME## and @@NAME@@ in the export; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    replace: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What an export becomes.
struct Imported {
    toml: String,
    scripts: Vec<Script>,
    report: Report,
}

pub(super) fn run(Import { export, output, replace }: &Import) -> Done {
    let source = Source::open(export, Placeholders::new(replace))?;
    let Imported { toml, scripts, report } = import(&source, output.is_some())?;
    match output {
        None => print!("{toml}"),
        Some(folder) => {
            write(folder, &toml, &scripts)?;
            let config = folder.join("tenant.toml");
            // What was left out is in the report; what is there has to work.
            ConfigFile::read(&config, &|name| std::env::var(name).ok()).map_err(|error| match error {
                FileError::Wrong(text) => format!("what was written does not pass the check:\n{text}"),
                error => error.to_string(),
            })?;
            eprintln!("\nIt passes `tenant check`. Run\n\n    tenant --config {}", config.display());
        }
    }
    eprint!("{report}");
    Ok(())
}

/// `in_files`: scripts stand beside the file, and not in it.
fn import(source: &Source, in_files: bool) -> Result<Imported, ImportError> {
    let mut report = Report::default();
    let mut root = Fields::of(source.root(), String::new())?;
    let mut toml = settings::read(&mut root, &mut report)?;
    toml += &clients::read(&mut root, &mut report)?;
    toml += &apis::read(&mut root, &mut report)?;
    let scripts = scripts::read(&mut root, source, &mut report)?;
    for script in &scripts {
        toml += &script.to_toml(in_files);
    }
    settings::others(&mut root, &mut report)?;
    root.end(&mut report);
    Ok(Imported { toml, scripts, report })
}

/// Writes what is not there yet, and nothing when anything is.
fn write(folder: &Path, toml: &str, scripts: &[Script]) -> Done {
    let files = scripts.iter().map(|script| (script.path(), script.code.as_str()));
    let files: Vec<_> =
        files.chain([("tenant.toml".into(), toml)]).map(|(name, it)| (folder.join(name), it)).collect();
    if let Some((there, _)) = files.iter().find(|(file, _)| file.exists()) {
        let there = there.display();
        return Err(
            format!("{there} exists, and nothing was written; move it away, or name another folder").into()
        );
    }
    for (file, content) in files {
        let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            OpenOptions::new().write(true).create_new(true).open(&file)?.write_all(content.as_bytes())
        });
        written.map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        eprintln!("wrote {}", file.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
