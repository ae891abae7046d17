//! What an Argon2id hash may cost. The memory that a hash names is taken at each log-in, whether the password is right or
//! not: more than there is ends the process.

use argon2::password_hash::phc::PasswordHash;

/// In KiB: 256 MiB. `tenant hash-password` takes 19; RFC 9106, 4 recommends 64 where memory is short.
pub(super) const MAX_MEMORY: u32 = 262_144;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;
/// Memory times passes is time: about 4 s at the most.
const MAX_WORK: u64 = 1_048_576;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "its Argon2id hash takes m={memory},t={passes},p={lanes}; m may be 8 to {MAX_MEMORY} (256 MiB) and 8 times p at the least, \
     t 1 to {MAX_PASSES}, p 1 to {MAX_LANES}, and m times t at most {MAX_WORK}; `tenant hash-password` makes one with m=19456,t=2,p=1"
)]
pub struct CostError {
    memory: u32,
    passes: u32,
    lanes: u32,
}

pub(super) fn check(hash: &PasswordHash) -> Result<(), CostError> {
    let number = |name: &str| hash.params.get(name).and_then(|value| value.decimal().ok()).unwrap_or(0);
    let (memory, passes, lanes) = (number("m"), number("t"), number("p"));
    let fits = (8..=MAX_MEMORY).contains(&memory)
        && (1..=MAX_PASSES).contains(&passes)
        && (1..=MAX_LANES).contains(&lanes)
        && memory >= 8 * lanes
        && u64::from(memory) * u64::from(passes) <= MAX_WORK;
    if fits { Ok(()) } else { Err(CostError { memory, passes, lanes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: password-hash-cost
    #[test]
    fn refuses_expensive_hash() {
        let check = |m: &str, t: &str, p: &str| {
            let phc = format!("$argon2id$v=19$m={m},t={t},p={p}$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
            super::check(&PasswordHash::new(&phc).unwrap())
        };
        // What RFC 9106 and OWASP recommend, and what other programs make.
        for (m, t, p) in [
            ("19456", "2", "1"),
            ("65536", "3", "4"),
            ("47104", "1", "1"),
            ("7168", "5", "1"),
            ("65536", "4", "1"),
            ("262144", "4", "1"),
            ("8", "1", "1"),
            ("128", "16", "16"),
        ] {
            assert_eq!(check(m, t, p), Ok(()), "{m} {t} {p}");
        }
        for (m, t, p) in [
            ("4294967295", "1", "1"),
            ("2097152", "1", "4"),
            ("262145", "1", "1"),
            ("262144", "5", "1"),
            ("8", "4294967295", "1"),
            ("8", "17", "1"),
            ("8", "0", "1"),
            ("7", "1", "1"),
            ("8", "1", "2"),
            ("262144", "1", "17"),
            ("262144", "1", "16777215"),
            ("8", "1", "4294967295"),
            ("8", "1", "0"),
        ] {
            let told = check(m, t, p).unwrap_err().to_string();
            assert!(told.contains(&format!("m={m},t={t},p={p};")), "{told}");
            assert!(told.contains("m may be 8 to 262144 (256 MiB)"), "{told}");
        }
    }
}
