//! HTTPS for programs on one's own machine: an authority that is made once and kept, and certificates of a few days for the names
//! under which this machine is reached. A device trusts the authority when its owner has installed it.

mod authority;
mod certificates;
mod clock;
mod download;
mod error;
mod names;
mod private_file;

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;

pub use authority::{AUTHORITY_FILES, Authority};
pub use certificates::{Certificates, server_config};
pub use clock::{Clock, system_clock};
pub use download::with_download;
pub use error::TlsError;
pub use names::Names;

/// The authority in this folder, which is made where there is none, and what servers of this machine show.
pub fn open(folder: &Path, more: &[String]) -> Result<(Arc<Authority>, Arc<ServerConfig>), TlsError> {
    let names = Names::of_this_machine(more)?;
    let authority = Authority::open(folder, &names, system_clock())?;
    let certificates = Certificates::open(Arc::clone(&authority), names, system_clock)?;
    Ok((authority, server_config(certificates)?))
}
