//! `tenant check`

use std::fmt::Write as _;

use crate::{Client, ConfigFile, Customer, Database, KeyStore};

use super::file::{Done, File};
use super::listen;

pub(super) fn run(file: &File) -> Done {
    let config = file.read()?;
    print!("{}: as it should be\n\n{}", file.config.display(), describe(&config));
    if listen::check(config.listen, false).is_err() {
        println!("\nOther machines can reach it there, so it runs only with --allow-remote.");
    }
    Ok(())
}

/// What the file describes. No secret is in it.
fn describe(ConfigFile { config, listen }: &ConfigFile) -> String {
    let mut text = format!("issuer     {}\nlisten     {listen}\n", config.issuer);
    // Writing to a text does not fail.
    if let KeyStore::Folder(folder) = &config.keys {
        let _ = writeln!(text, "keys       {}", folder.display());
    }
    let database = match &config.database {
        Database::File(path) => format!("sqlite:{}", path.display()),
        Database::Memory => "in memory".to_owned(),
        Database::Postgres(url) => url.to_string(),
    };
    let _ = writeln!(text, "database   {database}");
    for client in &config.clients {
        let Client { id, name, .. } = client;
        let _ = writeln!(text, "client     {id} ({name}), {}", grants(client));
        for uri in &client.redirect_uris {
            let _ = writeln!(text, "             answers to {uri}");
        }
    }
    for api in &config.apis {
        let seconds = api.token_lifetime.unwrap_or(config.lifetimes.access_token);
        let _ = writeln!(text, "API        {} ({}), tokens for {seconds} s", api.identifier, api.name);
        for scope in &api.scopes {
            let step_up = api.step_up_scopes.contains(&scope.name);
            let how = if step_up { ", after a second factor" } else { "" };
            let _ = writeln!(text, "             {}{how}", scope.name);
        }
    }
    for Customer { sub, email, name, permissions, .. } in &config.customers {
        let may = permissions.as_ref().map(|scopes| format!(", may at most {}", scopes.join(" ")));
        let _ = writeln!(text, "customer   {email} ({name}, {sub}){}", may.unwrap_or_default());
    }
    for action in &config.actions {
        let file = action.file.as_ref().map(|file| format!(" ({})", file.display()));
        let _ = writeln!(text, "action     {}{}", action.name, file.unwrap_or_default());
    }
    text
}

fn grants(client: &Client) -> String {
    client.grant_types.iter().map(|grant| grant.name()).collect::<Vec<_>>().join(" and ")
}
