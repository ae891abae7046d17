//! Why an export cannot be read.

use std::io;
use std::path::PathBuf;

use super::place::Place;

#[derive(Debug, thiserror::Error)]
pub(super) enum ImportError {
    #[error("{} cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{place}: this is no YAML: {what}")]
    Syntax { place: Place, what: String },
    #[error("{place}: `{name}` is {found}; it must be {expected}")]
    Kind { place: Place, name: String, found: &'static str, expected: &'static str },
    #[error("{place}: {name} has no `{missing}`")]
    Missing { place: Place, name: String, missing: &'static str },
    #[error("{place}: a file is included here. Export without !include, or put its text in this place")]
    Include { place: Place },
    #[error(
        "{} is no export: it has neither clients nor APIs. Name the tenant.yaml that `a0deploy export` wrote, or the folder \
         of its directory form",
        path.display()
    )]
    NoExport { path: PathBuf },
}
