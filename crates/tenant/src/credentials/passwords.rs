//! Customers and their Argon2id hashes. A look-up costs the same work whether there is such a customer or not.

mod cost;
mod memory;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher as _, Version};
use parking_lot::RwLock;
use tokio::task;
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::{Customer, EnrolledFactors, Password};
use crate::random::{self, Fingerprint};

pub use cost::CostError;
use memory::Memory;

/// Longer input is no password; hashing a megabyte on request would be a favour to an attacker.
const MAX_LENGTH: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    #[error("a password must have 1 to 1024 bytes")]
    Length,
    #[error(
        "a password hash must be Argon2id in PHC form, as `tenant hash-password` makes it: $argon2id$v=19$m=19456,t=2,p=1$…"
    )]
    Hash,
    #[error("{0}")]
    Cost(#[from] CostError),
}

#[derive(Debug)]
pub(crate) struct UnusablePassword {
    pub(crate) sub: String,
    pub(crate) source: PasswordError,
}

/// The customers. A test may change them; without one they stay as the configuration has them.
pub(crate) struct Directory {
    entries: RwLock<Arc<Entries>>,
    configured: Arc<Entries>,
    /// Where there is nobody else to be checked against.
    nobody: Arc<PasswordHash>,
    /// So that nobody can reckon out whose hash stands in for that of an unknown address.
    salt: String,
    memory: Arc<Memory>,
}

#[derive(Clone, Default)]
struct Entries {
    by_sub: BTreeMap<String, Entry>,
    /// To the `sub`.
    by_email: HashMap<String, String>,
}

type Entry = (Arc<Customer>, Arc<PasswordHash>);

/// Why a customer cannot be put into the directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DirectoryError {
    #[error("another customer has this e-mail address")]
    EmailTaken,
    #[error("a new customer needs a password")]
    NoPassword,
    #[error(transparent)]
    Password(#[from] PasswordError),
}

impl Entries {
    fn insert(&mut self, customer: Arc<Customer>, hash: Arc<PasswordHash>) {
        self.remove(&customer.sub);
        self.by_email.insert(normalize_email(&customer.email), customer.sub.clone());
        self.by_sub.insert(customer.sub.clone(), (customer, hash));
    }

    fn remove(&mut self, sub: &str) -> Option<Entry> {
        let removed = self.by_sub.remove(sub)?;
        self.by_email.remove(&normalize_email(&removed.0.email));
        Some(removed)
    }

    fn by_email(&self, email: &str) -> Option<&Entry> {
        self.by_sub.get(self.by_email.get(email)?)
    }
}

impl Directory {
    pub(crate) fn open(customers: Vec<Customer>) -> Result<Self, UnusablePassword> {
        let unusable = |sub: &str| {
            let sub = sub.to_owned();
            move |source| UnusablePassword { sub, source }
        };
        let nobody = Arc::new(hashed(&random::secret()).map_err(unusable(""))?);
        let mut entries = Entries::default();
        for (customer, hash) in with_hashes(customers) {
            let hash = hash.map_err(unusable(&customer.sub))?;
            entries.insert(Arc::new(customer), Arc::new(hash));
        }
        let configured = Arc::new(entries);
        let (entries, salt) = (RwLock::new(Arc::clone(&configured)), random::secret());
        Ok(Self { entries, configured, nobody, salt, memory: Arc::new(Memory::new()) })
    }

    fn entries(&self) -> Arc<Entries> {
        Arc::clone(&self.entries.read())
    }

    pub(crate) fn by_sub(&self, sub: &str) -> Option<Arc<Customer>> {
        self.entries().by_sub.get(sub).map(|(customer, _)| Arc::clone(customer))
    }

    /// Whether there is a customer with this e-mail address, in its normal form. For the log, and never for an answer.
    pub(crate) fn knows(&self, email: &str) -> bool {
        self.entries().by_email.contains_key(email)
    }

    /// All of them, by `sub`.
    pub(crate) fn customers(&self) -> Vec<Arc<Customer>> {
        self.entries().by_sub.values().map(|(customer, _)| Arc::clone(customer)).collect()
    }

    /// Puts a customer in, in the place of the one with this `sub`. Without a password it keeps the one that there is. Hashing
    /// takes its time: not for a thread of the runtime.
    pub(crate) fn put(
        &self,
        mut customer: Customer,
        password: Option<Password>,
    ) -> Result<(), DirectoryError> {
        let new = password.map(|password| {
            customer.password = password;
            take_password(&mut customer).map(Arc::new)
        });
        let new = new.transpose()?;
        let mut entries = self.entries.write();
        let mut changed = Entries::clone(&entries);
        let before = changed.remove(&customer.sub).map(|(_, hash)| hash);
        if changed.by_email.contains_key(&normalize_email(&customer.email)) {
            return Err(DirectoryError::EmailTaken);
        }
        let hash = new.or(before).ok_or(DirectoryError::NoPassword)?;
        changed.insert(Arc::new(customer), hash);
        *entries = Arc::new(changed);
        Ok(())
    }

    /// Was there such a customer?
    pub(crate) fn remove(&self, sub: &str) -> bool {
        let mut entries = self.entries.write();
        let mut changed = Entries::clone(&entries);
        let was_there = changed.remove(sub).is_some();
        *entries = Arc::new(changed);
        was_there
    }

    /// Back to what the configuration says.
    pub(crate) fn reset(&self) {
        *self.entries.write() = Arc::clone(&self.configured);
    }

    /// The customer with this e-mail address (in its normal form) and password.
    pub(crate) async fn check(&self, email: &str, password: String) -> Option<Arc<Customer>> {
        let entries = self.entries();
        let known = entries.by_email(email);
        let hash = Arc::clone(known.map_or_else(|| self.decoy(&entries, email), |(_, hash)| hash));
        let turn = Memory::wait(&self.memory, blocks(&hash)?).await;
        // The turn goes along, because the work goes on when the client hangs up and this future is gone.
        let right = task::spawn_blocking(move || {
            password.len() <= MAX_LENGTH
                && turn.lend(|blocks| {
                    let is_right = |password: &String| matches(password.as_bytes(), &hash, blocks);
                    spellings(&password).iter().any(is_right)
                })
        });
        if right.await.unwrap_or(false) { known.map(|(customer, _)| Arc::clone(customer)) } else { None }
    }

    /// What is checked against when there is no such customer: the hash of one that there is, since it may take more or less
    /// work than the usual one, and the time of an answer must not tell. The same for the same address, and for any two
    /// addresses as it comes.
    fn decoy<'e>(&'e self, entries: &'e Entries, email: &str) -> &'e Arc<PasswordHash> {
        let place = Fingerprint::of(&format!("{}{email}", self.salt)).place(entries.by_sub.len());
        entries.by_sub.values().nth(place).map_or(&self.nobody, |(_, hash)| hash)
    }
}

/// The customers in their order, each with the hash of the password. Hashing is work: all processors share it.
fn with_hashes(customers: Vec<Customer>) -> Vec<(Customer, Result<PasswordHash, PasswordError>)> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let share = customers.len().div_ceil(processors).max(1);
    let mut rest = customers.into_iter().peekable();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        while rest.peek().is_some() {
            let part: Vec<Customer> = rest.by_ref().take(share).collect();
            workers.push(scope.spawn(move || {
                let hash = |mut customer| {
                    let hash = take_password(&mut customer);
                    (customer, hash)
                };
                part.into_iter().map(hash).collect::<Vec<_>>()
            }));
        }
        let done =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.flatten().collect()
    })
}

/// The hash of a customer's password. The plain secrets go no further than this.
fn take_password(customer: &mut Customer) -> Result<PasswordHash, PasswordError> {
    customer.factors = EnrolledFactors::default();
    usable(&std::mem::replace(&mut customer.password, Password::Hash(String::new())))
}

fn matches(password: &[u8], hash: &PasswordHash, blocks: &mut [Block]) -> bool {
    let computed = || {
        let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
        let params = Params::try_from(hash).ok()?;
        let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let mut output = vec![0; expected.len()];
        let argon2 = Argon2::new(algorithm, version, params);
        argon2.hash_password_into_with_memory(password, salt, &mut output, blocks).ok()?;
        // Outputs compare in constant time.
        Some(Output::new(&output).ok()? == *expected)
    };
    computed().unwrap_or(false)
}

fn blocks(hash: &PasswordHash) -> Option<usize> {
    Params::try_from(hash).ok().map(|params| params.block_count())
}

/// How an e-mail address is looked up and counted.
pub(crate) fn normalize_email(email: &str) -> String {
    email.trim().to_lowercase().nfc().collect()
}

/// What a password that was typed can have been hashed as. "é" is one character (NFC) or two (NFD), depending on the keyboard;
/// hashes that are made here are of the first (as RFC 8265, 4.2.2, has it), those that come from elsewhere may be of either,
/// or of what was typed. How many there are says nothing of whether there is such a customer.
fn spellings(password: &str) -> Vec<String> {
    let mut spellings = vec![composed(password)];
    for other in [password.to_owned(), password.nfd().collect()] {
        if !spellings.contains(&other) {
            spellings.push(other);
        }
    }
    spellings
}

fn composed(password: &str) -> String {
    password.nfc().collect()
}

fn usable(password: &Password) -> Result<PasswordHash, PasswordError> {
    match password {
        Password::Plain(plain) => hashed(plain),
        Password::Hash(phc) => parsed(phc),
    }
}

/// Whether a password can be used, as far as that can be seen without work.
pub(crate) fn check_form(password: &Password) -> Result<(), PasswordError> {
    match password {
        Password::Plain(plain) => check_length(plain),
        Password::Hash(phc) => parsed(phc).map(drop),
    }
}

fn parsed(phc: &str) -> Result<PasswordHash, PasswordError> {
    let hash = PasswordHash::new(phc).map_err(|_| PasswordError::Hash)?;
    let argon2id =
        hash.algorithm == Algorithm::Argon2id.ident() && hash.hash.is_some() && hash.salt.is_some();
    let version = hash.version.is_none_or(|version| Version::try_from(version).is_ok());
    if !argon2id || !version {
        return Err(PasswordError::Hash);
    }
    cost::check(&hash)?;
    // Whatever else the library would refuse at the log-in.
    Params::try_from(&hash).map_err(|_| PasswordError::Hash)?;
    Ok(hash)
}

const fn check_length(plain: &str) -> Result<(), PasswordError> {
    if plain.is_empty() || plain.len() > MAX_LENGTH { Err(PasswordError::Length) } else { Ok(()) }
}

fn hashed(plain: &str) -> Result<PasswordHash, PasswordError> {
    check_length(plain)?;
    Argon2::default().hash_password(composed(plain).as_bytes()).map_err(|_| PasswordError::Hash)
}

/// The Argon2id hash of a password in PHC form, as a configuration may hold it.
pub fn hash(plain: &str) -> Result<String, PasswordError> {
    hashed(plain).map(|hash| hash.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// The library's own way to check is the measure.
    #[tokio::test]
    async fn reused_memory_gives_same_result() {
        use argon2::PasswordVerifier as _;

        let strong = Argon2::default();
        let cheap = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        let memory = Arc::new(Memory::new());
        // As long as somebody waits, used memory stays for the next.
        let _next = Memory::wait(&memory, 8).await;
        for (argon2, password) in [(&strong, "first"), (&cheap, "second"), (&strong, "third")] {
            let hash: PasswordHash = argon2.hash_password(password.as_bytes()).unwrap();
            for guess in ["first", "second", "third", ""] {
                let right = Argon2::default().verify_password(guess.as_bytes(), &hash).is_ok();
                let turn = Memory::wait(&memory, blocks(&hash).unwrap()).await;
                let found = turn.lend(|blocks| matches(guess.as_bytes(), &hash, blocks));
                assert_eq!(found, right, "{guess} for {password}");
                assert_eq!(right, guess == password);
            }
        }
    }

    /// How long it takes to say no must not tell who is a customer, whatever work their hashes take.
    #[test]
    fn unknown_address_costs_same_work() {
        let work = |memory| {
            let argon2 = Argon2::from(Params::new(memory, 1, 1, None).unwrap());
            let hash: PasswordHash = argon2.hash_password(b"password").unwrap();
            hash.to_string()
        };
        let customer = |n: u32| Customer {
            sub: format!("auth0|{n}"),
            email: format!("{n}@example.com"),
            name: String::new(),
            password: Password::Hash(work(8 * n)),
            permissions: None,
            roles: Vec::new(),
            app_metadata: serde_json::Map::new(),
            user_metadata: serde_json::Map::new(),
            factors: EnrolledFactors::default(),
            profile: crate::domain::Profile::default(),
        };
        let directory = Directory::open([1, 2].map(customer).into()).unwrap();
        let cost = |email: &str| {
            directory.decoy(&directory.entries(), email).params.get("m").map(|m| m.decimal().unwrap())
        };
        let mut seen = [0, 0];
        for n in 0..200 {
            let email = format!("nobody-{n}@example.com");
            let once = cost(&email);
            assert_eq!(once, cost(&email), "asking twice tells nothing more");
            seen[usize::from(once == Some(16))] += 1;
            assert!(matches!(once, Some(8 | 16)), "{once:?}");
        }
        assert!(seen.iter().all(|count| *count > 50), "each kind of work is as likely: {seen:?}");
    }

    /// One blocking thread, so that the test decides when the checks get to work.
    #[test]
    fn abandoned_check_holds_its_turn() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let directory = Directory::open(Vec::new()).unwrap();
            let turns = directory.memory.turns();
            let (go, wait) = mpsc::channel::<()>();
            let busy = task::spawn_blocking(move || wait.recv());
            for _ in 0..turns {
                // Begins, and is dropped as it waits for its answer, as when a client hangs up.
                let begun = tokio::select! {
                    biased;
                    _ = directory.check("nobody@example.com", "guess".to_owned()) => false,
                    () = std::future::ready(()) => true,
                };
                assert!(begun);
            }
            assert_eq!(directory.memory.turns(), 0, "the work has yet to be done");
            go.send(()).unwrap();
            busy.await.unwrap().unwrap();
            directory.memory.all_over(turns).await;
        });
    }

    /// Proves: password-check-budget
    #[tokio::test(flavor = "multi_thread")]
    async fn burst_releases_memory() {
        let directory = Arc::new(Directory::open(Vec::new()).unwrap());
        let log_in = |n: u32| {
            let directory = Arc::clone(&directory);
            tokio::spawn(async move { directory.check(&format!("{n}@example.com"), String::new()).await })
        };
        let all: Vec<_> = (0..40).map(log_in).collect();
        for one in all {
            assert!(one.await.unwrap().is_none());
        }
        assert_eq!(directory.memory.held(), 0, "blocks that nobody uses");
    }
}
