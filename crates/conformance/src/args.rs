//! The command.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::Url;
use tenant::ConfigFile;

use crate::cases::{self, Case};
use crate::provider::{Registration, ReservedProvider};
use crate::report::Format;
use crate::script::Script;
use crate::trial::{Options, try_client};
use crate::webdriver::BrowserOptions;

/// Something was accepted that must be refused.
const UNSAFE: u8 = 1;
/// Nothing can be said about the client.
const UNTRIED: u8 = 2;

/// Try a single-page application in a browser against a tenant that misbehaves in one way at a time
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the client begins
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    start: Option<Url>,
    /// The client's `redirect_uri`
    #[arg(long, value_name = "URI", required_unless_present = "list")]
    callback: Option<Url>,
    /// The client's `client_id`
    #[arg(long, value_name = "ID", required_unless_present = "list")]
    client_id: Option<String>,
    /// What a customer does in the client, in JSON; without it, a button "Log in", and afterwards one "Log out"
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// How the results are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Try these alone, as in `--only invalid-iss,nonce-invalid`
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// List the misbehaviours, and try none
    #[arg(long)]
    list: bool,
    /// The port of the tenant: the client's issuer is http://localhost:PORT/
    #[arg(long, value_name = "PORT", default_value_t = 8090)]
    port: u16,
    /// Take APIs, Actions and customers from this file of a tenant
    #[arg(long, value_name = "FILE", conflicts_with_all = ["audience", "scopes", "step_up_scopes"])]
    config: Option<PathBuf>,
    /// The identifier of the API that the client asks for
    #[arg(long, value_name = "IDENTIFIER", default_value = "https://my-banking-api")]
    audience: String,
    /// The API's scopes
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', default_value = "view:balance")]
    scopes: Vec<String>,
    /// The API's scopes that take a second factor
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', default_value = "transfer:funds")]
    step_up_scopes: Vec<String>,
    /// The `sub` of the customer who logs in, where the API has to know it
    #[arg(long, value_name = "SUB", default_value = "auth0|conformance")]
    customer: String,
    /// Where a driver of a browser listens; without it, `chromedriver` or `geckodriver` is started
    #[arg(long, value_name = "URL")]
    webdriver: Option<Url>,
    /// The browser's program, where it is not the one that the driver finds
    #[arg(long, env = "CHROMIUM", value_name = "FILE")]
    browser: Option<String>,
    /// Show the browser
    #[arg(long)]
    headed: bool,
    /// How long a step may take where nothing is wrong
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    timeout: u64,
    /// How long a client has to accept what is wrong; without it, four times what it needs where nothing is wrong, three seconds
    /// at least
    #[arg(long, value_name = "SECONDS")]
    patience: Option<u64>,
    /// Where the picture of a page goes that does not get to the end
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    evidence: PathBuf,
    /// Try a client, or use a driver, that is not on this machine
    #[arg(long)]
    allow_remote: bool,
}

/// Does it, and says what came of it: 0 for a client that is safe, 1 for one that is not, 2 where it cannot be said.
pub fn run(args: Args) -> ExitCode {
    if args.list {
        cases::all().for_each(list);
        return ExitCode::SUCCESS;
    }
    match tried(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => UNSAFE.into(),
        Err(error) => {
            eprintln!("error: {error}");
            UNTRIED.into()
        }
    }
}

fn list(case: &Case) {
    println!("{:<8} {}\n         {}: {}", case.phase.name(), case.name, case.specification, case.gain);
}

fn tried(args: Args) -> Result<bool, Box<dyn std::error::Error>> {
    let (port, format) = (args.port, args.format);
    let options = args.into_options()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let provider = ReservedProvider::at(port).await.map_err(|error| {
            format!("the tenant cannot listen at port {port}: {error}. Stop what is there, or choose another --port")
        })?;
        let report = try_client(provider, &options, |line| eprintln!("{line}")).await?;
        std::io::stdout().write_all(report.render(format).as_bytes())?;
        Ok(report.is_safe())
    })
}

impl Args {
    fn into_options(self) -> Result<Options, Box<dyn std::error::Error>> {
        let (Some(start), Some(callback), Some(client_id)) = (self.start, self.callback, self.client_id)
        else {
            return Err("--start, --callback and --client-id are needed".into());
        };
        let addresses = [("--start", Some(&start)), ("--callback", Some(&callback))];
        for (flag, address) in addresses.into_iter().chain([("--webdriver", self.webdriver.as_ref())]) {
            if let Some(address) = address
                && !self.allow_remote
                && !is_here(address)
            {
                let why = format!(
                    "{flag} {address} is not on this machine. Try the clients of others only where they want it, with \
                     --allow-remote"
                );
                return Err(why.into());
            }
        }
        let script = self.script.map(|path| Script::read(&path)).transpose()?.unwrap_or_default();
        let tenant = self.config.map(|path| ConfigFile::read(&path, &|name| std::env::var(name).ok()));
        Ok(Options {
            registration: Registration {
                client_id,
                callback: callback.into(),
                start: start.into(),
                audience: self.audience,
                scopes: self.scopes,
                step_up_scopes: self.step_up_scopes,
                customer: self.customer,
            },
            script,
            tenant: tenant.transpose()?.map(|file| file.config),
            cases: cases::named(&self.only)?,
            webdriver: self.webdriver.map(Into::into),
            browser: BrowserOptions { headed: self.headed, binary: self.browser },
            timeout: Duration::from_secs(self.timeout.max(1)),
            patience: self.patience.map(Duration::from_secs),
            evidence: self.evidence,
        })
    }
}

/// Whether the address is of this very machine.
fn is_here(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    ip.map_or_else(|_| host == "localhost" || host.ends_with(".localhost"), |ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        args: Args,
    }

    fn options(more: &[&str]) -> Result<Options, String> {
        let usual = ["conformance", "--callback", "http://localhost:3000/callback", "--client-id", "shop"];
        let program = Program::try_parse_from(usual.iter().chain(more)).map_err(|error| error.to_string())?;
        program.args.into_options().map_err(|error| error.to_string())
    }

    #[test]
    fn clients_elsewhere_need_a_flag() {
        for here in
            ["http://localhost:3000/", "http://127.0.0.2/", "http://[::1]:3000/", "http://shop.localhost/"]
        {
            assert!(options(&["--start", here]).is_ok(), "{here}");
        }
        for elsewhere in ["https://shop.example/", "http://192.0.2.7/", "http://localhost.example/"] {
            let error = options(&["--start", elsewhere]).unwrap_err();
            assert!(error.contains("--allow-remote"), "{error}");
            assert!(options(&["--start", elsewhere, "--allow-remote"]).is_ok(), "{elsewhere}");
        }
        let driver = ["--start", "http://localhost/", "--webdriver", "http://grid.example:4444"];
        assert!(options(&driver).unwrap_err().contains("--webdriver"));
    }

    #[test]
    fn wrong_flags_are_explained() {
        for (more, said) in [
            (&["--start", "localhost:3000"][..], "is not on this machine"),
            (&["--start", "http://localhost/", "--only", "invalid-is"], "--list"),
            (&["--start", "http://localhost/", "--script", "missing.json"], "cannot be read"),
            (&["--start", "http://localhost/", "--config", "missing.toml"], "missing.toml"),
            (&[], "--start"),
        ] {
            let error = options(more).unwrap_err();
            assert!(error.contains(said), "{more:?}: {error}");
        }
    }
}
