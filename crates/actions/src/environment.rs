//! What scripts have around them: packages, a network and a clock, as far as somebody gives them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::network::Network;
use crate::packages::Packages;

#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub(crate) packages: Option<Packages>,
    pub(crate) network: Option<Arc<dyn Network>>,
    /// Milliseconds since 1970, instead of what the clock says.
    pub(crate) now: Option<u64>,
}

impl Environment {
    /// A folder of packages that scripts may `require`: `node_modules`, or one that has it inside.
    pub fn with_packages(mut self, folder: &Path) -> Result<Self, String> {
        self.packages = Some(Packages::open(folder)?);
        Ok(self)
    }

    /// Who sends what scripts want to be sent.
    #[must_use]
    pub fn with_network(mut self, network: Arc<dyn Network>) -> Self {
        self.network = Some(network);
        self
    }

    /// Scripts begin at this time, in milliseconds since 1970, and go on from there.
    #[must_use]
    pub fn at(mut self, now: u64) -> Self {
        self.now = Some(now);
        self
    }

    /// Where packages are, without links.
    #[must_use]
    pub fn packages(&self) -> Option<PathBuf> {
        self.packages.as_ref().map(|packages| packages.root().to_path_buf())
    }
}
