//! `--tls`: HTTPS with an authority of this machine.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use http_server::ServerConfig;
use local_tls::Authority;

use crate::{Config, KeyStore};

/// In the folder of the keys.
const FOLDER: &str = "tls";

/// Opens the authority, and has the issuer begin with `https`.
pub(super) fn open(
    config: &mut Config,
    more: &[String],
) -> Result<(Arc<Authority>, Arc<ServerConfig>), Box<dyn Error>> {
    if let Some(rest) = config.issuer.strip_prefix("http://") {
        config.issuer = format!("https://{rest}");
        tracing::info!(issuer = config.issuer, "the issuer begins with https, as --tls says");
    }
    let folder = match &config.keys {
        KeyStore::Folder(folder) => folder.join(FOLDER),
        KeyStore::Memory => Path::new(FOLDER).to_owned(),
    };
    let names: Vec<String> = host_of(&config.issuer).into_iter().chain(more.iter().cloned()).collect();
    let (authority, server) = local_tls::open(&folder, &names)?;
    tracing::info!(
        certificate = %authority.certificate_path().display(),
        download = format!("{}ca.crt", config.issuer),
        fingerprint = authority.fingerprint(),
        "browsers and phones trust this tenant when its authority is installed there"
    );
    Ok((authority, server))
}

/// `localhost` of `https://localhost:8090/`, and `[::1]` of `https://[::1]:8090/`.
fn host_of(issuer: &str) -> Option<String> {
    let authority = issuer.split_once("://")?.1.trim_end_matches('/');
    let host = authority.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
    Some(host.map_or(authority, |(host, _)| host).to_owned())
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn host_is_without_port() {
        for (issuer, host) in [
            ("https://localhost:8090/", "localhost"),
            ("https://bank.lan/", "bank.lan"),
            ("https://[::1]:8090/", "[::1]"),
            ("https://[::1]/", "[::1]"),
        ] {
            assert_eq!(host_of(issuer).as_deref(), Some(host), "{issuer}");
        }
    }
}
