//! The tenant as a program: `tenant init`, `tenant check`, `tenant`.

mod check;
mod hash_password;
mod init;
mod listen;
mod rotate_keys;
mod serve;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tenant::{ConfigFile, FileError};

/// A local OpenID provider that behaves like an Auth0 tenant, for development: applications log in against it, with the
/// second factors and the Actions that its file describes.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Run the tenant; so does no command at all
    Serve(serve::Serve),
    /// Write a tenant.toml to begin with, and the Action that it names
    Init(init::Init),
    /// Read tenant.toml, and say what it describes or what is wrong with it
    Check(File),
    /// Sign with a new key from now on; a running tenant notices, and tokens of the old one stay good
    RotateKeys(File),
    /// Read a password from the standard input, and print what tenant.toml can hold in its place
    HashPassword,
}

/// The file that describes the tenant.
#[derive(Args)]
struct File {
    /// The file that describes the tenant
    #[arg(long, env = "TENANT_CONFIG", value_name = "FILE", default_value = "tenant.toml")]
    config: PathBuf,
}

impl File {
    fn read(&self) -> Result<ConfigFile, FileError> {
        ConfigFile::read(&self.config, &|name| std::env::var(name).ok())
    }
}

fn main() -> ExitCode {
    let Arguments { command, serve } = Arguments::parse();
    let done = match command {
        None => serve::run(serve),
        Some(Command::Serve(arguments)) => serve::run(arguments),
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Check(file)) => check::run(&file),
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

type Done = Result<(), Box<dyn Error>>;
