//! What most commands share: the file that describes the tenant, and how a command ends.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;

use crate::{ConfigFile, FileError};

pub(super) type Done = Result<(), Box<dyn Error>>;

/// The file that describes the tenant.
#[derive(Args)]
pub struct File {
    /// The file that describes the tenant
    #[arg(long, env = "TENANT_CONFIG", value_name = "FILE", default_value = "tenant.toml")]
    pub(super) config: PathBuf,
}

impl File {
    pub(super) fn read(&self) -> Result<ConfigFile, FileError> {
        ConfigFile::read(&self.config, &|name| std::env::var(name).ok())
    }
}
