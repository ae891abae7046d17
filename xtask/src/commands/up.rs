//! `cargo xtask up`: from a clone to a running bank, tenant and client.

use crate::commands::dist;
use crate::failure::{Failure, Result};
use crate::process::{exec, run_logged};
use crate::progress::{say, step};
use crate::project::Project;
use crate::tools;
use clap::Args;
use client_hosting::address::Address;
use std::io;
use std::net::TcpListener;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the bank's API and the client are served: PORT, HOST:PORT or http://HOST:PORT
    #[arg(long, env = "RISER_BANK", value_name = "ADDRESS", default_value = "http://localhost:8080")]
    bank: Address,
    /// Where the tenant, the identity provider, is served
    #[arg(long, env = "RISER_TENANT", value_name = "ADDRESS", default_value = "http://localhost:8090")]
    tenant: Address,
    /// Serve the client at an address of its own instead of the bank's
    #[arg(long, env = "RISER_CLIENT", value_name = "ADDRESS")]
    client: Option<Address>,
    /// Folder of the database and the keys [default: riser in your data folder]
    #[arg(long, env = "RISER_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Forget accounts, transfers and keys of earlier runs
    #[arg(long)]
    fresh: bool,
    /// What new accounts begin with: three months of payments and saved payees, or nothing but money
    #[arg(long, env = "RISER_DEMO", value_parser = ["full", "empty"], default_value = "full")]
    demo: String,
    /// Serve all of it over HTTPS, with an authority that is made once and kept in the data folder
    #[arg(long, env = "RISER_TLS")]
    tls: bool,
    /// A name or an address of this machine that it does not know itself; may be given several times, or separated by commas
    #[arg(
        long = "tls-name",
        env = "RISER_TLS_NAME",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "tls"
    )]
    tls_names: Vec<String>,
}

pub(crate) fn run(project: &Project, options: &Options) -> Result {
    // Now, not after minutes of building.
    options.check_ports()?;
    build(project)?;
    let program = project.target.join("debug").join(format!("riser{}", std::env::consts::EXE_SUFFIX));
    let mut riser = Command::new(program);
    riser.arg("up").arg("--dist").arg(project.dist());
    for (flag, address) in options.addresses() {
        riser.args([flag, &address.to_argument()]);
    }
    if let Some(data) = &options.data {
        riser.arg("--data").arg(data);
    }
    riser.args(options.fresh.then_some("--fresh"));
    riser.args(["--demo", &options.demo]);
    riser.args(options.tls.then_some("--tls"));
    for name in &options.tls_names {
        riser.args(["--tls-name", name]);
    }
    say("");
    exec(riser)
}

/// The client and the program side by side: while one of them waits for a download, a linker or the optimiser, the other
/// has the processors.
fn build(project: &Project) -> Result {
    thread::scope(|scope| {
        let program = scope.spawn(|| build_program(project));
        let client = tools::ensure(project).and_then(|tools| dist::ensure(project, &tools));
        if let Err(failure) = &client {
            // At once: the program may take minutes to build.
            say(&format!("  {failure}"));
        }
        let program = program.join().unwrap_or_else(|panic| resume_unwind(panic));
        program.and(client.map(drop))
    })
}

fn build_program(project: &Project) -> Result {
    let why = "the bank, the tenant and the server of the client (some minutes the first time)";
    step("program", why, || {
        let mut build = project.cargo();
        run_logged(build.args(["build", "--package", "riser-cli"]), &project.log("riser-cli"))
    })
}

impl Options {
    fn addresses(&self) -> impl Iterator<Item = (&'static str, &Address)> {
        let client = self.client.as_ref().map(|client| ("--client", client));
        [("--bank", &self.bank), ("--tenant", &self.tenant)].into_iter().chain(client)
    }

    fn check_ports(&self) -> Result {
        let Some((flag, address)) = self.addresses().find(|(_, address)| taken(address)) else {
            return Ok(());
        };
        Err(Failure::new(
            format!("another program listens at {address}"),
            format!("stop it, or choose another address with {flag}, as in `{flag} localhost:8181`"),
        ))
    }
}

/// Whether somebody else has the address. Anything else that may be wrong with it is the program's to complain about.
fn taken(address: &Address) -> bool {
    let (first, second) = address.to_bind();
    let in_use = |at: (String, u16)| {
        TcpListener::bind(at).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
    };
    in_use(first) || second.is_some_and(in_use)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn an_address_in_use_is_noticed_however_it_is_written() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        for address in [format!("{port}"), format!("localhost:{port}"), format!("http://127.0.0.1:{port}/")] {
            assert!(taken(&address.parse().unwrap()), "{address}");
        }
        drop(listener);
        assert!(!taken(&format!("http://localhost:{port}").parse().unwrap()));
    }

    #[derive(Debug, clap::Parser)]
    struct Up {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn what_is_no_address_is_said_before_anything_is_done() {
        for flag in ["--bank", "--tenant", "--client"] {
            for nonsense in ["nonsense", "", "localhost:port", "localhost:99999", "https://localhost:1"] {
                let said = Up::try_parse_from(["up", flag, nonsense]).unwrap_err().to_string();
                assert!(said.contains(flag) && said.contains("no address to listen at"), "{said}");
            }
        }
        let Up { options } = Up::try_parse_from(["up", "--client", "0.0.0.0:1"]).unwrap();
        let addresses: Vec<_> =
            options.addresses().map(|(flag, it)| format!("{flag} {}", it.to_argument())).collect();
        assert_eq!(addresses, ["--bank localhost:8080", "--tenant localhost:8090", "--client 0.0.0.0:1"]);
    }
}
