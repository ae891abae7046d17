//! A device that has installed the authority connects.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use rustls::pki_types::ServerName;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, ServerConnection};

use super::*;
use crate::{AUTHORITY_FILES, system_clock};

fn open(folder: &Path, more: &[&str], clock: Clock) -> Result<(Arc<Authority>, Arc<ServerConfig>), TlsError> {
    let more: Vec<String> = more.iter().map(|name| (*name).to_owned()).collect();
    let names = Names::of_this_machine(&more)?;
    let authority = Authority::open(folder, &names, clock())?;
    let config = server_config(Certificates::open(Arc::clone(&authority), names, clock)?)?;
    Ok((authority, config))
}

/// A device's clock.
#[derive(Debug)]
struct Device(Clock);

impl TimeProvider for Device {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs((self.0)().try_into().ok()?)))
    }
}

fn handshake(authority: &Authority, server: &Arc<ServerConfig>, name: &str) -> Result<Vec<u8>, Error> {
    handshake_at(system_clock, authority, server, name)
}

/// The certificate that the device has seen, or why it does not go on.
fn handshake_at(
    clock: Clock,
    authority: &Authority,
    server: &Arc<ServerConfig>,
    name: &str,
) -> Result<Vec<u8>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_details(provider, Arc::new(Device(clock)))
        .with_safe_default_protocol_versions()
        .unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::clone(server)).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(client.peer_certificates().unwrap()[0].to_vec())
}

/// Proves: local-authority
#[test]
fn device_with_authority_connects_under_each_name_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["192.168.7.20", "fd00::7", "bank.lan"];
    let (authority, server) = open(folder.path(), &more, system_clock).unwrap();
    for name in ["localhost", "127.0.0.1", "::1"].into_iter().chain(more) {
        handshake(&authority, &server, name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for name in ["other.lan", "192.168.7.21", "bank.example"] {
        handshake(&authority, &server, name).unwrap_err();
    }
}

/// Proves: local-authority
#[test]
fn authority_is_made_once_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tls");
    let (first, _) = open(&path, &[], system_clock).unwrap();
    let [key, certificate] = AUTHORITY_FILES.map(|name| path.join(name));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&key)), (0o700, 0o600));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        open(&path, &[], system_clock).unwrap();
        assert_eq!(mode(&key), 0o600);
    }
    let (again, server) = open(&path, &[], system_clock).unwrap();
    assert_eq!(first.fingerprint(), again.fingerprint());
    assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
    handshake(&first, &server, "localhost").unwrap();

    // Another key, and something that is none.
    let other = tempfile::tempdir().unwrap();
    open(other.path(), &[], system_clock).unwrap();
    fs::copy(other.path().join(AUTHORITY_FILES[0]), &key).unwrap();
    let error = open(&path, &[], system_clock).unwrap_err().to_string();
    assert!(error.contains("cannot be used") && error.contains("Remove the folder"), "{error}");
    fs::write(&key, "no key").unwrap();
    let error = open(&path, &[], system_clock).unwrap_err().to_string();
    assert!(error.contains("no private key in PEM"), "{error}");
    fs::remove_file(&key).unwrap();
    fs::write(&certificate, "no certificate").unwrap();
    let (new, server) = open(&path, &[], system_clock).unwrap();
    assert_ne!(new.fingerprint(), first.fingerprint(), "without its key it is made again");
    handshake(&new, &server, "localhost").unwrap();
}

/// Whoever steals the key can be no bank.
/// Proves: local-authority
#[test]
fn authority_vouches_for_local_names_alone() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), &[], system_clock).unwrap();
    for name in ["bank.example", "93.184.215.14", "2001:db8::1"] {
        let error = open(folder.path(), &[name], system_clock).unwrap_err().to_string();
        assert!(error.contains(&format!("not for `{name}`")), "{error}");
    }
    // A new one may have them: whoever makes it has asked for that.
    let folder = tempfile::tempdir().unwrap();
    let (authority, server) = open(folder.path(), &["bank.example"], system_clock).unwrap();
    handshake(&authority, &server, "bank.example").unwrap();
}

static LATER: AtomicI64 = AtomicI64::new(0);

fn later() -> i64 {
    system_clock() + LATER.load(Ordering::SeqCst)
}

/// Proves: local-authority
#[test]
fn certificate_is_renewed_before_it_ends() {
    const DAY: i64 = 86_400;
    let folder = tempfile::tempdir().unwrap();
    let (authority, server) = open(folder.path(), &[], later).unwrap();
    let seen = || handshake_at(later, &authority, &server, "localhost").unwrap();
    let first = seen();
    LATER.store(4 * DAY, Ordering::SeqCst);
    assert_eq!(seen(), first);
    LATER.store(5 * DAY, Ordering::SeqCst);
    let second = seen();
    assert_ne!(second, first);
    assert_eq!(seen(), second);
}
