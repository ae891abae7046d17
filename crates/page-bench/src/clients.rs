//! The clients that are measured.

use clap::ValueEnum;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Client {
    /// One HTML file in plain JavaScript that does the same, one thing after the other.
    Bare,
    /// React with auth0-js.
    React,
    Riser,
}

impl Client {
    pub(crate) const ALL: [Self; 3] = [Self::Bare, Self::React, Self::Riser];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::React => "React",
            Self::Riser => "Riser",
        }
    }

    /// The buttons between the form and the API.
    pub(crate) const fn transfer_buttons(self) -> &'static [&'static str] {
        match self {
            Self::Bare | Self::React => &["Transfer"],
            Self::Riser => &["Transfer", "Confirm transfer"],
        }
    }
}

/// Where the files of each client are.
#[derive(Debug)]
pub(crate) struct Folders {
    pub(crate) bare: PathBuf,
    pub(crate) react: PathBuf,
    pub(crate) riser: PathBuf,
}

impl Folders {
    pub(crate) fn of(&self, client: Client) -> &Path {
        match client {
            Client::Bare => &self.bare,
            Client::React => &self.react,
            Client::Riser => &self.riser,
        }
    }
}
