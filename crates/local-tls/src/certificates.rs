//! Certificates for connections: each is good for a few days, and a new one is made in time.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::UnixTime;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error, RootCertStore, ServerConfig};
use time::Duration;

use crate::authority::Authority;
use crate::clock::Clock;
use crate::error::TlsError;
use crate::names::Names;

const LIFETIME: Duration = Duration::days(7);
/// Somebody may leave a page open over night.
const RENEWED_BEFORE_END: Duration = Duration::days(2);

/// The certificate that is shown now, and what the next one takes.
#[derive(Debug)]
pub struct Certificates {
    authority: Arc<Authority>,
    names: Names,
    clock: Clock,
    provider: Arc<CryptoProvider>,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    key: Arc<CertifiedKey>,
    renewed_at: i64,
}

impl Certificates {
    /// Makes the first one, and checks that a device that has installed the authority takes it for each name.
    pub fn open(authority: Arc<Authority>, names: Names, clock: Clock) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let current = make(&authority, &names, &provider, clock())?;
        check(&authority, &names, &provider, &current.key, clock())?;
        Ok(Self { authority, names, clock, provider, current: Mutex::new(current) })
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let now = (self.clock)();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= current.renewed_at {
            match make(&self.authority, &self.names, &self.provider, now) {
                Ok(renewed) => *current = renewed,
                // The old one is good for some time yet.
                Err(error) => tracing::error!(%error, "the certificate could not be renewed"),
            }
        }
        Arc::clone(&current.key)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn make(
    authority: &Authority,
    names: &Names,
    provider: &CryptoProvider,
    now: i64,
) -> Result<Current, TlsError> {
    let leaf = authority.issue(names, now, LIFETIME)?;
    let key = provider.key_provider.load_private_key(leaf.key)?;
    let renewed_at = now.saturating_add((LIFETIME - RENEWED_BEFORE_END).whole_seconds());
    Ok(Current { key: Arc::new(CertifiedKey::new(vec![leaf.certificate], key)), renewed_at })
}

/// As a browser would.
fn check(
    authority: &Authority,
    names: &Names,
    provider: &Arc<CryptoProvider>,
    key: &CertifiedKey,
    now: i64,
) -> Result<(), TlsError> {
    let folder = || authority.folder().to_owned();
    let unusable = |reason: String| TlsError::Unusable { folder: folder(), reason };
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone()).map_err(|error| unusable(error.to_string()))?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let verifier = verifier.build().map_err(|error| unusable(error.to_string()))?;
    let now =
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now).unwrap_or_default()));
    let leaf = key.end_entity_cert()?;
    // One name that is not permitted spoils the certificate for all: so each is tried alone.
    let taken = |names: &Names, leaf: &_| {
        names.iter().try_for_each(|name| verifier.verify_server_cert(leaf, &[], name, &[], now).map(drop))
    };
    let Err(error) = taken(names, leaf) else { return Ok(()) };
    for name in names.texts() {
        let alone = Names::of(&name)?;
        let made = authority.issue(&alone, now.as_secs().try_into().unwrap_or(i64::MAX), LIFETIME)?;
        if is_refused_name(&taken(&alone, &made.certificate)) {
            return Err(TlsError::NotPermitted { name, folder: folder() });
        }
    }
    Err(unusable(error.to_string()))
}

fn is_refused_name(taken: &Result<(), Error>) -> bool {
    match taken {
        Err(Error::InvalidCertificate(CertificateError::Other(other))) => {
            other.0.to_string().contains("NameConstraint")
        }
        _ => false,
    }
}

/// What a server shows. HTTP/1.1 is what these programs speak.
pub fn server_config(certificates: Certificates) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::clone(&certificates.provider);
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests;
