//! The signing key and its file.

use std::fs;

use serde_json::Value;
use tenant::{KeyError, KeyStore, OpenError, SystemClock, Tenant};

use crate::harness::{World, config};

async fn kid(world: &World) -> String {
    let keys: Value = world.browser().get("/.well-known/jwks.json").await.json();
    keys["keys"][0]["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn key_in_folder_survives_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.keys = KeyStore::Folder(folder.path().join("a/b"));
    let first = kid(&World::with(config.clone()).await).await;
    let second = kid(&World::with(config).await).await;
    assert_eq!(first, second);
    assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 3, "no draft is left behind");
}

#[tokio::test]
async fn concurrent_starts_share_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.keys = KeyStore::Folder(folder.path().to_owned());
    let (one, other) = tokio::join!(World::with(config.clone()), World::with(config));
    assert_eq!(kid(&one).await, kid(&other).await);
}

#[tokio::test]
async fn memory_keys_are_new_each_time() {
    let mut config = config();
    config.keys = KeyStore::Memory;
    assert_ne!(kid(&World::with(config.clone()).await).await, kid(&World::with(config).await).await);
}

#[cfg(unix)]
#[tokio::test]
async fn key_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.keys = KeyStore::Folder(folder.path().to_owned());
    for _ in 0..2 {
        World::with(config.clone()).await;
        for name in ["signing-key.pk8", "next-signing-key.pk8"] {
            let file = folder.path().join(name);
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
}

#[tokio::test]
async fn broken_key_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("signing-key.pk8"), "no key").unwrap();
    let mut config = config();
    config.keys = KeyStore::Folder(folder.path().to_owned());
    let error = Tenant::open(config, std::sync::Arc::new(SystemClock)).await.err().unwrap();
    assert!(matches!(&error, OpenError::Key(KeyError::Broken { .. })), "{error}");
    assert!(error.to_string().contains("remove it, and a new key is made"), "{error}");
    assert_eq!(fs::read(folder.path().join("signing-key.pk8")).unwrap(), b"no key");
}
