//! What the tenant's program does: `tenant init`, `tenant check`, `tenant replay`, `tenant`.

mod check;
mod file;
mod hash_password;
mod import;
mod init;
mod listen;
mod replay;
mod rotate_keys;
mod serve;
mod tls;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use file::File;
pub use import::Import;
pub use init::Init;
pub use replay::Replay;
pub use serve::Serve;

/// A local OpenID provider that behaves like an Auth0 tenant, for development: applications log in against it, with the
/// second factors and the Actions that its file describes.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub serve: Serve,
}

/// What else it does. Public, so that a program can have more commands beside these.
#[derive(Subcommand)]
pub enum Command {
    /// Run the tenant; so does no command at all
    Serve(Serve),
    /// Write a tenant.toml to begin with, and the Action that it names
    Init(Init),
    /// Read tenant.toml, and say what it describes or what is wrong with it
    Check(File),
    /// Run Actions and Rules against recorded traces of the log, and say which decisions change
    Replay(Replay),
    /// Make a tenant.toml of what Auth0's deploy CLI has exported, and say what is not supported
    Import(Import),
    /// Sign with a new key from now on; a running tenant notices, and tokens of the old one stay good
    RotateKeys(File),
    /// Read a password from the standard input, and print what tenant.toml can hold in its place
    HashPassword,
}

/// `program`: what was typed to get here, for texts that say what to type next.
pub fn run(arguments: Arguments, program: &str) -> ExitCode {
    let Arguments { command, serve } = arguments;
    let done = match command {
        None => serve::run(serve),
        Some(Command::Serve(arguments)) => serve::run(arguments),
        Some(Command::Init(arguments)) => init::run(&arguments, program),
        Some(Command::Check(file)) => check::run(&file),
        Some(Command::Replay(arguments)) => replay::run(&arguments),
        Some(Command::Import(arguments)) => import::run(&arguments),
        Some(Command::RotateKeys(file)) => rotate_keys::run(&file),
        Some(Command::HashPassword) => hash_password::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
