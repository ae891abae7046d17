//! The bank as a program that can be killed, and started again with the same database.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// It includes an audit.
const OPENING_TIMEOUT: Duration = Duration::from_mins(2);

/// Where a bank listens; `None` while it is down. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct SharedAddress(Arc<RwLock<Option<SocketAddr>>>);

impl SharedAddress {
    /// The address, if the bank is up.
    pub fn get(&self) -> Option<SocketAddr> {
        *self.0.read()
    }

    fn set(&self, address: Option<SocketAddr>) {
        *self.0.write() = address;
    }
}

#[derive(Debug, Clone)]
pub struct BankOptions {
    pub program: PathBuf,
    /// As for `--database`.
    pub database: String,
    pub issuer: String,
    /// As for `--account`.
    pub accounts: Vec<String>,
    /// Its environment, as for a faulty disk.
    pub envs: Vec<(&'static str, OsString)>,
    /// Whether it audits everything before it opens (`--audit`), and not only what is new.
    pub audit: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum BankError {
    #[error("the bank's program cannot be run")]
    Run(#[from] io::Error),
    /// It ended instead of opening: its audit may have failed.
    #[error("the bank ended instead of opening, and said: {output}")]
    Ended { output: String },
    #[error("the bank did not open within {} seconds", OPENING_TIMEOUT.as_secs())]
    Slow,
}

/// The errors that a bank has logged, without their times, and how often each.
type LoggedErrors = Arc<Mutex<BTreeMap<String, usize>>>;

const MAX_ERRORS: usize = 100;

#[derive(Debug)]
pub struct BankProcess {
    start: BankOptions,
    address: SharedAddress,
    errors: LoggedErrors,
    child: Option<Child>,
}

impl BankProcess {
    pub fn new(start: BankOptions) -> Self {
        Self { start, address: SharedAddress::default(), errors: LoggedErrors::default(), child: None }
    }

    pub fn enable_audit(&mut self) {
        self.start.audit = true;
    }

    pub fn address(&self) -> SharedAddress {
        self.address.clone()
    }

    pub fn errors(&self) -> BTreeMap<String, usize> {
        self.errors.lock().clone()
    }

    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref()?.id()
    }

    /// Starts it and does not wait until it is open.
    pub fn spawn(&mut self) -> Result<(), BankError> {
        let BankOptions { program, database, issuer, accounts, envs, audit } = &self.start;
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(envs.iter().cloned())
            .env("RUST_LOG", "warn,bank=info,bank::http=warn")
            // Rate limits are not tested here.
            .env("BANK_TRANSFERS_PER_MINUTE", "0")
            .env("BANK_READS_PER_MINUTE", "0")
            .args(["--listen", "127.0.0.1:0", "--grace", "0", "--issuer", issuer, "--database", database])
            .args(accounts.iter().flat_map(|account| ["--account", account]))
            .args(audit.then_some("--audit"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        self.child = Some(command.spawn()?);
        Ok(())
    }

    /// Starts it and waits until it is open. It listens on another port each time.
    pub async fn open(&mut self) -> Result<SocketAddr, BankError> {
        self.start_opening()?.await
    }

    /// Starts it; the future waits until it is open.
    pub fn start_opening(
        &mut self,
    ) -> Result<impl Future<Output = Result<SocketAddr, BankError>>, BankError> {
        self.spawn()?;
        Ok(async {
            let child = self.child.as_mut().ok_or(BankError::Slow)?;
            let address = tokio::time::timeout(OPENING_TIMEOUT, wait_until_open(child, &self.errors))
                .await
                .map_err(|_| BankError::Slow)??;
            self.address.set(Some(address));
            Ok(address)
        })
    }

    /// Kills it with SIGKILL, whatever it is doing, and waits until it is gone.
    pub async fn kill(&mut self) -> Result<(), BankError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let ended = child.try_wait()?;
        child.kill().await?;
        self.address.set(None);
        match ended {
            None => Ok(()),
            Some(status) => {
                Err(BankError::Ended { output: format!("{status}; {}", read_stderr(&mut child).await) })
            }
        }
    }
}

/// Reads its log until it logs where it listens, and then on, so that it never blocks on a full pipe.
async fn wait_until_open(child: &mut Child, errors: &LoggedErrors) -> Result<SocketAddr, BankError> {
    let out = child.stdout.take().ok_or_else(|| io::Error::other("its output is not piped"))?;
    let mut lines = BufReader::new(out).lines();
    let mut output = String::new();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, address)) = line.split_once("the bank is open address=") {
            let address = address.trim().parse().map_err(io::Error::other)?;
            let errors = Arc::clone(errors);
            tokio::spawn(async move {
                while let Ok(Some(line)) = lines.next_line().await {
                    note_error(&errors, &line);
                }
            });
            return Ok(address);
        }
        output.push_str(&line);
        output.push('\n');
    }
    output.push_str(&read_stderr(child).await);
    Err(BankError::Ended { output })
}

fn note_error(errors: &LoggedErrors, line: &str) {
    let Some((_, error)) = line.split_once(" ERROR ") else { return };
    let mut errors = errors.lock();
    if errors.len() < MAX_ERRORS || errors.contains_key(error) {
        *errors.entry(error.to_owned()).or_default() += 1;
    }
}

async fn read_stderr(child: &mut Child) -> String {
    let mut output = String::new();
    if let Some(mut err) = child.stderr.take() {
        // What cannot be read is not there to be shown.
        let _ = err.read_to_string(&mut output).await;
    }
    output
}
