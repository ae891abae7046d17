//! Why there is no HTTPS.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    #[error("{} cannot be {done}: {source}", path.display())]
    File { path: PathBuf, done: &'static str, source: io::Error },
    #[error(
        "{} is no private key in PEM: {source}. Remove the folder to get a new authority, which devices have to install again",
        path.display()
    )]
    Key { path: PathBuf, source: rcgen::Error },
    #[error("`{0}` is neither a host name nor an IP address")]
    Name(String),
    #[error(
        "the authority in {} is only for names of this machine and of local networks, and for those that it was made with: not \
         for `{name}`. Leave the name out, or remove the folder to get a new authority, which devices have to install again",
        folder.display()
    )]
    NotPermitted { name: String, folder: PathBuf },
    #[error(
        "the certificate in {} cannot be used: {reason}. Remove the folder to get a new authority, which devices have to \
         install again",
        folder.display()
    )]
    Unusable { folder: PathBuf, reason: String },
    #[error("a certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}
