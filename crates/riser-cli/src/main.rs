//! Riser as one program: bank, tenant and client, together or each alone.

mod health;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use companion::cli::{ClientFlags, UpFlags};
use companion::client::Dist;

/// A banking client for the browser with step-up authentication, and the bank and the identity provider that it runs with
#[derive(Parser)]
#[command(name = "riser", version, arg_required_else_help = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything on this machine: the bank, the tenant and the client
    Up(UpFlags),
    /// Run the bank's API alone
    Bank(bank::cli::Flags),
    /// Run the tenant alone, a local OpenID provider, work with its file, or try a client with it
    Tenant(Tenant),
    /// Serve the client alone, for a provider and an API elsewhere
    Client(ClientFlags),
    /// Ask whether what runs here is ready; the exit code says so
    Health(health::Flags),
    /// Print what a shell needs to complete this program's commands
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What the tenant's own program does, and what takes a browser besides.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
struct Tenant {
    #[command(subcommand)]
    command: Option<TenantCommand>,
    #[command(flatten)]
    serve: tenant::cli::Serve,
}

#[derive(Subcommand)]
enum TenantCommand {
    #[command(flatten)]
    Own(tenant::cli::Command),
    /// Try a single-page application in a browser: does it refuse a tenant that misbehaves in one way at a time?
    Conformance(Box<conformance::Args>),
}

impl Tenant {
    fn run(self) -> ExitCode {
        let command = match self.command {
            Some(TenantCommand::Conformance(arguments)) => return conformance::run(*arguments),
            Some(TenantCommand::Own(command)) => Some(command),
            None => None,
        };
        tenant::cli::run(tenant::cli::Arguments { command, serve: self.serve }, "riser tenant")
    }
}

/// Relative paths and contents; nothing, where the program was built without the client.
const CLIENT_FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/client_files.rs"));

/// The client in the program. One that was built without has the developer's.
fn client() -> Dist {
    if CLIENT_FILES.is_empty() { PathBuf::from("dist").into() } else { Dist::Embedded(CLIENT_FILES) }
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Up(flags) => companion::cli::up(flags, client()),
        Command::Bank(flags) => bank::cli::run(flags),
        Command::Tenant(arguments) => arguments.run(),
        Command::Client(flags) => companion::cli::serve_client(flags, client()),
        Command::Health(flags) => health::run(&flags),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "riser", &mut io::stdout());
            ExitCode::SUCCESS
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_fit_together() {
        Arguments::command().debug_assert();
    }
}
