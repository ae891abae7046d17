//! The built client, served with the addresses of this test in its configuration block.

use super::setup::Host;
use crate::{TestError, error::with_causes};
use axum::Router;
use client_hosting::PageError;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tower_http::services::{ServeDir, ServeFile};

pub(crate) fn router(host: Host, config: &Value) -> Result<Router, TestError> {
    let dist = dist()?;
    match host {
        Host::Files => files(&dist, config),
        Host::Companion => companion::client::router(&dist, config).map_err(with_causes),
    }
}

/// `RISER_DIST`, or `dist` at the root of the workspace.
fn dist() -> Result<PathBuf, TestError> {
    let dist = std::env::var_os("RISER_DIST")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), PathBuf::from);
    if dist.join("index.html").is_file() {
        Ok(dist)
    } else {
        Err(TestError::permanent(format!(
            "there is no built client in {}: build it with `cargo xtask dist`, or set RISER_DIST",
            dist.display()
        )))
    }
}

/// A copy of the files, its pages changed as a person who deploys them would change them, on a host without any
/// rule: no headers, and no fall-back but its page for what is not there.
fn files(dist: &Path, config: &Value) -> Result<Router, TestError> {
    let copy = tempfile::TempDir::with_prefix("riser-dist-")?;
    copy_with(dist, copy.path(), config)?;
    // Such hosts have one rule at most: `404.html` is what they answer with where there is no file.
    let service = ServeDir::new(copy.path()).not_found_service(ServeFile::new(copy.path().join("404.html")));
    // The folder lives as long as the router that serves it.
    let copy = std::sync::Arc::new(copy);
    Ok(Router::new().fallback_service(service).layer(axum::Extension(copy)))
}

fn copy_with(from: &Path, to: &Path, config: &Value) -> Result<(), TestError> {
    for entry in fs::read_dir(from)? {
        let (source, target) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        if source.is_dir() {
            fs::create_dir(&target)?;
            copy_with(&source, &target, config)?;
        } else if source.extension().is_some_and(|kind| kind == "html") {
            fs::write(&target, with_config(fs::read_to_string(&source)?, config)?)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

/// `callback/index.html` only leads to the page that has the block.
fn with_config(page: String, config: &Value) -> Result<String, TestError> {
    match client_hosting::with_config(&page, config) {
        Ok(page) => Ok(page),
        Err(PageError::NoConfig) => Ok(page),
        Err(error) => Err(with_causes(error)),
    }
}
