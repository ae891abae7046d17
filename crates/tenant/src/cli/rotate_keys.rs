//! `tenant rotate-keys`

use crate::{Clock as _, Config, KeyStore, Rotation, SystemClock, rotate};

use super::file::{Done, File};

pub(super) fn run(file: &File) -> Done {
    let config = file.read()?.config;
    let KeyStore::Folder(folder) = &config.keys else { return Err("the keys are in no folder".into()) };
    let lifetime = longest(&config);
    let Rotation { current, next, retired, .. } = rotate(folder, lifetime, SystemClock.now())?;
    println!(
        "signing with   {current}\n\
         next will be   {next} (published from now on)\n\
         retired        {retired} (published until the last token that it signed has expired, {} min from now)",
        lifetime.div_ceil(60)
    );
    Ok(())
}

/// The lifetime of the tokens that live longest.
fn longest(config: &Config) -> u64 {
    let of_apis = config.apis.iter().filter_map(|api| api.token_lifetime).max().unwrap_or(0);
    config.lifetimes.access_token.max(config.lifetimes.id_token).max(of_apis)
}
