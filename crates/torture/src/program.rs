//! The bank as a program that can be killed, and started again on the same books.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long a bank may take to open; it audits its books first.
const OPENING: Duration = Duration::from_mins(2);

/// Where a bank listens at the moment; nowhere while it is down. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Place(Arc<RwLock<Option<SocketAddr>>>);

impl Place {
    /// The address, if the bank is up.
    #[must_use]
    pub fn get(&self) -> Option<SocketAddr> {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, address: Option<SocketAddr>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = address;
    }
}

/// How a bank is started.
#[derive(Debug, Clone)]
pub struct Start {
    /// The program.
    pub program: PathBuf,
    /// As for `--database`.
    pub database: String,
    /// The issuer of the tokens.
    pub issuer: String,
    /// As for `--account`.
    pub accounts: Vec<String>,
    /// What it is started with in its environment, as for a faulty disk.
    pub envs: Vec<(&'static str, OsString)>,
    /// Whether it audits the whole books before it opens (`--audit`), and not only what is new.
    pub audit: bool,
}

/// Why a bank did not open.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The program does not start or cannot be read.
    #[error("the bank's program cannot be run")]
    Run(#[from] io::Error),
    /// It ended instead of opening: the books may not have passed its audit.
    #[error("the bank ended instead of opening, and said: {said}")]
    Ended {
        /// Its output.
        said: String,
    },
    /// It neither opened nor ended.
    #[error("the bank did not open within {} seconds", OPENING.as_secs())]
    Slow,
}

/// What a bank has logged as an error, without the times: how often each. Clones share it.
#[derive(Debug, Clone, Default)]
struct Errors(Arc<Mutex<BTreeMap<String, usize>>>);

/// So many different ones are kept.
const ERRORS: usize = 100;

impl Errors {
    fn get(&self) -> BTreeMap<String, usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, line: &str) {
        let Some((_, error)) = line.split_once(" ERROR ") else { return };
        let mut errors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if errors.len() < ERRORS || errors.contains_key(error) {
            *errors.entry(error.to_owned()).or_default() += 1;
        }
    }
}

/// A bank, up or down.
#[derive(Debug)]
pub struct Program {
    start: Start,
    place: Place,
    errors: Errors,
    child: Option<Child>,
}

impl Program {
    /// A bank that is down.
    #[must_use]
    pub fn new(start: Start) -> Self {
        Self { start, place: Place::default(), errors: Errors::default(), child: None }
    }

    /// Has it audit the whole books at its next starts.
    pub fn audit(&mut self) {
        self.start.audit = true;
    }

    /// Where to find it.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// What it has logged as an error since it was open for the first time.
    #[must_use]
    pub fn errors(&self) -> BTreeMap<String, usize> {
        self.errors.get()
    }

    /// Its process, while it is up.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref()?.id()
    }

    /// Starts it and does not wait until it is open.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn spawn(&mut self) -> Result<(), BankError> {
        let Start { program, database, issuer, accounts, envs, audit } = &self.start;
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(envs.iter().cloned())
            .env("RUST_LOG", "warn,bank=info,bank::http=warn")
            // What is tested is what happens to orders, not how many there may be.
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
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(&mut self) -> Result<SocketAddr, BankError> {
        self.opening()?.await
    }

    /// Starts it; what is given back waits until it is open.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn opening(&mut self) -> Result<impl Future<Output = Result<SocketAddr, BankError>>, BankError> {
        self.spawn()?;
        Ok(async {
            let child = self.child.as_mut().ok_or(BankError::Slow)?;
            let address = tokio::time::timeout(OPENING, opened(child, &self.errors))
                .await
                .map_err(|_| BankError::Slow)??;
            self.place.set(Some(address));
            Ok(address)
        })
    }

    /// Kills it with SIGKILL, whatever it is doing, and waits until it is gone.
    ///
    /// # Errors
    /// When it has ended by itself before, which no bank should.
    pub async fn kill(&mut self) -> Result<(), BankError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let ended = child.try_wait()?;
        child.kill().await?;
        self.place.set(None);
        match ended {
            None => Ok(()),
            Some(status) => Err(BankError::Ended { said: format!("{status}; {}", rest(&mut child).await) }),
        }
    }
}

/// Reads its log until it says where it listens, and then for as long as it lives, so that it never waits for a reader.
async fn opened(child: &mut Child, errors: &Errors) -> Result<SocketAddr, BankError> {
    let out = child.stdout.take().ok_or_else(|| io::Error::other("its output is not piped"))?;
    let mut lines = BufReader::new(out).lines();
    let mut said = String::new();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, address)) = line.split_once("the bank is open address=") {
            let address = address.trim().parse().map_err(io::Error::other)?;
            let errors = errors.clone();
            tokio::spawn(async move {
                while let Ok(Some(line)) = lines.next_line().await {
                    errors.add(&line);
                }
            });
            return Ok(address);
        }
        said.push_str(&line);
        said.push('\n');
    }
    said.push_str(&rest(child).await);
    Err(BankError::Ended { said })
}

async fn rest(child: &mut Child) -> String {
    let mut said = String::new();
    if let Some(mut err) = child.stderr.take() {
        // What cannot be read is not there to be shown.
        let _ = err.read_to_string(&mut said).await;
    }
    said
}
