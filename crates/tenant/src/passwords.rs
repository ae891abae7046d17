//! Customers and their Argon2id hashes. A look-up costs the same work whether there is such a customer or not.

use std::collections::HashMap;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;
use tokio::task;

use crate::OpenError;
use crate::config::{Customer, Password};

/// Longer input is no password; hashing a megabyte on request would be a favour to an attacker.
const MAX_LENGTH: usize = 1_024;

/// Why a configured password cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Nothing, or more than anybody can type.
    #[error("the password must have 1 to 1024 bytes")]
    Length,
    /// Not a hash that this tenant can check.
    #[error("the password hash must be Argon2id in PHC form, such as $argon2id$v=19$m=19456,t=2,p=1$…")]
    Hash,
}

/// Everybody who can log in.
pub(crate) struct Directory {
    by_email: HashMap<String, (Arc<Customer>, Arc<PasswordHash>)>,
    by_sub: HashMap<String, Arc<Customer>>,
    /// Checked against when there is no such customer.
    nobody: Arc<PasswordHash>,
    /// Each check takes 19 MiB and a core: no more of them at once than there are cores.
    checks: Arc<Semaphore>,
}

impl Directory {
    pub(crate) fn open(customers: Vec<Customer>) -> Result<Self, OpenError> {
        let unusable = |source| OpenError::Password { sub: String::new(), source };
        let nobody = Arc::new(hash(&crate::random::secret()).map_err(unusable)?);
        let mut by_email = HashMap::new();
        let mut by_sub = HashMap::new();
        for mut customer in customers {
            // The plain password goes no further than this.
            let given = std::mem::replace(&mut customer.password, Password::Hash(String::new()));
            let hash =
                usable(&given).map_err(|source| OpenError::Password { sub: customer.sub.clone(), source })?;
            let customer = Arc::new(customer);
            by_sub.insert(customer.sub.clone(), Arc::clone(&customer));
            by_email.insert(normal(&customer.email), (customer, Arc::new(hash)));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { by_email, by_sub, nobody, checks: Arc::new(Semaphore::new(cores)) })
    }

    pub(crate) fn by_sub(&self, sub: &str) -> Option<&Arc<Customer>> {
        self.by_sub.get(sub)
    }

    /// The customer with this e-mail address (in its normal form) and password.
    pub(crate) async fn check(&self, email: &str, password: String) -> Option<Arc<Customer>> {
        let known = self.by_email.get(email);
        let hash = Arc::clone(known.map_or(&self.nobody, |(_, hash)| hash));
        let permit = Arc::clone(&self.checks).acquire_owned().await.ok()?;
        let right = task::spawn_blocking(move || {
            // Here, because the work goes on when the client hangs up and this future is gone.
            let _permit = permit;
            password.len() <= MAX_LENGTH
                && Argon2::default().verify_password(password.as_bytes(), hash.as_ref()).is_ok()
        });
        if right.await.unwrap_or(false) { known.map(|(customer, _)| Arc::clone(customer)) } else { None }
    }
}

/// How an e-mail address is looked up and counted.
pub(crate) fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

fn usable(password: &Password) -> Result<PasswordHash, PasswordError> {
    match password {
        Password::Plain(plain) => hash(plain),
        Password::Hash(phc) => {
            let hash = PasswordHash::new(phc).map_err(|_| PasswordError::Hash)?;
            let argon2id = hash.algorithm == Algorithm::Argon2id.ident() && hash.hash.is_some();
            if argon2id { Ok(hash) } else { Err(PasswordError::Hash) }
        }
    }
}

fn hash(plain: &str) -> Result<PasswordHash, PasswordError> {
    if plain.is_empty() || plain.len() > MAX_LENGTH {
        return Err(PasswordError::Length);
    }
    Argon2::default().hash_password(plain.as_bytes()).map_err(|_| PasswordError::Hash)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// One blocking thread, so that the test decides when the checks get to work.
    #[test]
    fn a_check_whose_client_hung_up_counts_until_its_work_is_done() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let directory = Directory::open(Vec::new()).unwrap();
            let checks = directory.checks.available_permits();
            let (go, wait) = mpsc::channel::<()>();
            let busy = task::spawn_blocking(move || wait.recv());
            for _ in 0..checks {
                // Begins, and is dropped as it waits for its answer, as when a client hangs up.
                let begun = tokio::select! {
                    biased;
                    _ = directory.check("nobody@example.com", "guess".to_owned()) => false,
                    () = std::future::ready(()) => true,
                };
                assert!(begun);
            }
            assert_eq!(directory.checks.available_permits(), 0, "the work has yet to be done");
            go.send(()).unwrap();
            busy.await.unwrap().unwrap();
            let all = directory.checks.acquire_many(u32::try_from(checks).unwrap()).await;
            assert_eq!(all.unwrap().num_permits(), checks);
        });
    }
}
