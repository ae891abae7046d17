//! The authority: a key that never leaves its folder, and the certificate that devices install.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use time::{Duration, OffsetDateTime};

use crate::error::TlsError;
use crate::names::{Names, host_name};
use crate::private_file;

/// Devices install it once, so it lasts.
const LIFETIME: Duration = Duration::days(3_650);
/// Clocks of other devices are not quite right.
const TOLERANCE: Duration = Duration::days(1);

const KEY: &str = "ca.key";
const CERTIFICATE: &str = "ca.crt";
/// What it keeps in its folder.
pub const AUTHORITY_FILES: [&str; 2] = [KEY, CERTIFICATE];

/// Ends of names that are nobody's in the Internet. A device that trusts this authority trusts it for these alone, and for the names
/// and addresses that it was made with: a stolen key is good for no bank.
const LOCAL_NAMES: [&str; 7] = ["localhost", "local", "home.arpa", "internal", "lan", "home", "test"];
/// This machine, private networks, those of carriers, and link-local addresses.
const LOCAL_V4: [([u8; 4], u8); 6] = [
    ([127, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([100, 64, 0, 0], 10),
    ([169, 254, 0, 0], 16),
];

#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// A certificate that the authority has signed, with its key.
pub(crate) struct Leaf {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Reads what is in the folder, and makes what is not there. `names`: what a new one may vouch for besides local names.
    /// `now`, in Unix seconds.
    pub fn open(folder: &Path, names: &Names, now: i64) -> Result<Arc<Self>, TlsError> {
        private_file::make_folder(folder).map_err(failed(folder, "made"))?;
        let path = folder.join(KEY);
        let (key, is_new) = if let Some(text) = read(&path)? {
            private_file::close_to_others(&path).map_err(failed(&path, "taken away from others"))?;
            let wrong = |source| TlsError::Key { path: path.clone(), source };
            (KeyPair::from_pem(&text).map_err(wrong)?, false)
        } else {
            let key = KeyPair::generate()?;
            private_file::write(&path, &key.serialize_pem(), true).map_err(failed(&path, "written"))?;
            (key, true)
        };
        let mut params = parameters(&key);
        let path = folder.join(CERTIFICATE);
        let certificate = if let Some(text) = read(&path)?.filter(|_| !is_new) {
            let unusable = |reason| TlsError::Unusable { folder: folder.to_owned(), reason };
            CertificateDer::from_pem_slice(text.as_bytes()).map_err(|error| unusable(error.to_string()))?
        } else {
            params.name_constraints = Some(permitted(names));
            (params.not_before, params.not_after) = period(now, LIFETIME);
            let certificate: Certificate = params.self_signed(&key)?;
            private_file::write(&path, &certificate.pem(), false).map_err(failed(&path, "written"))?;
            certificate.der().clone()
        };
        Ok(Arc::new(Self { folder: folder.to_owned(), issuer: Issuer::new(params, key), certificate }))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that devices install.
    pub fn certificate_path(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// As devices show it when they install it: SHA-256, in pairs of hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.certificate);
        let pairs: Vec<String> = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// A certificate for these names, with a key of its own.
    pub(crate) fn issue(&self, names: &Names, now: i64, lifetime: Duration) -> Result<Leaf, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names.texts())?;
        params.distinguished_name = named(&[(DnType::CommonName, "Riser on this machine")]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = period(now, lifetime);
        let certificate = params.signed_by(&key, &self.issuer)?.der().clone();
        Ok(Leaf { certificate, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() })
    }
}

/// What every certificate of this key has in common: a certificate names its issuer by these.
fn parameters(key: &KeyPair) -> CertificateParams {
    let hash = digest::digest(&digest::SHA256, key.public_key_raw());
    let number = hash.as_ref().iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&[
        // Two authorities on one phone can be told apart.
        (DnType::CommonName, &format!("Riser development {number:08x}")),
        (DnType::OrganizationName, "Riser, for development on one machine"),
    ]);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn named(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, text) in parts {
        name.push(kind.clone(), *text);
    }
    name
}

fn permitted(names: &Names) -> NameConstraints {
    let mut permitted: Vec<GeneralSubtree> =
        LOCAL_NAMES.iter().map(|name| GeneralSubtree::DnsName((*name).to_owned())).collect();
    permitted.extend(host_name().into_iter().map(GeneralSubtree::DnsName));
    permitted
        .extend(LOCAL_V4.map(|(ip, bits)| GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(ip, bits))));
    let mut v6 = |start: [u16; 8], bits| {
        let bytes = std::net::Ipv6Addr::from(start).octets();
        permitted.push(GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(bytes, bits)));
    };
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128);
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7);
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10);
    for name in names.iter() {
        permitted.push(match name {
            ServerName::IpAddress(rustls::pki_types::IpAddr::V4(ip)) => {
                GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(*ip.as_ref(), 32))
            }
            ServerName::IpAddress(rustls::pki_types::IpAddr::V6(ip)) => {
                GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(*ip.as_ref(), 128))
            }
            name => GeneralSubtree::DnsName(name.to_str().into_owned()),
        });
    }
    NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() }
}

fn period(now: i64, lifetime: Duration) -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::from_unix_timestamp(now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (now.saturating_sub(TOLERANCE), now.saturating_add(lifetime))
}

fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, "read")(error)),
    }
}

fn failed(path: &Path, done: &'static str) -> impl FnOnce(io::Error) -> TlsError {
    let path = path.to_owned();
    move |source| TlsError::File { path, done, source }
}
