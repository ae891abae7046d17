//! Of `oidcc-dynamic-certification-test-plan`: the module that needs no registration, only that the keys are rotated.

use serde_json::Value;
use tenant::{KeyStore, rotate};

use super::{VARIANTS, claims};
use crate::harness::{START, World, config};

/// Proves: oidcc-server-rotate-keys
#[tokio::test]
async fn oidcc_server_rotate_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.keys = KeyStore::Folder(folder.path().to_owned());
    let world = World::with(config).await;
    let variant = VARIANTS[1];
    let mut browser = world.browser();
    let set = async || -> Value { world.browser().get("/.well-known/jwks.json").await.json() };
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();

    let before = set().await;
    let old = variant.logs_in(&mut browser, &[]).await;
    rotate(folder.path(), 36_000, START).unwrap();
    let after = set().await;
    let kids = |set: &Value| -> Vec<String> {
        let keys = set["keys"].as_array().unwrap();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    assert!(kids(&after).iter().any(|kid| !kids(&before).contains(kid)), "there is a new key");
    let new = variant.passes(&mut browser, &[("prompt", "none")]).await;
    assert_ne!(kid(&old["id_token"]), kid(&new["id_token"]), "and another one signs");
    // Both are verified with the set as it is published now.
    assert_eq!(claims(&world, &old).await["sub"], claims(&world, &new).await["sub"]);
}
