//! What is fuzzed of the core: everything that a stranger can write. Each target takes any bytes, lets the core read
//! them, and panics when something does not hold that must hold whatever comes in.
//!
//! libFuzzer runs the targets from `fuzz/` (`cargo xtask fuzz`); the ordinary tests run the same ones over the seeds in
//! `fuzz/seeds` and over changes of them.

#![expect(clippy::expect_used, reason = "what does not hold has to panic: that is how a fuzzer hears of it")]

mod readers;
mod token;
mod visit;
mod visits;

/// A target: takes any bytes, and says whether the core took them in as something that it can use.
pub type Target = fn(&[u8]) -> bool;

/// Each target by its name, which is also that of its folder of seeds.
pub const TARGETS: [(&str, Target); 10] = [
    ("fragment", readers::fragment),
    ("challenge", readers::challenge),
    ("jwt", readers::jwt),
    ("claims", token::claims),
    ("tokens", token::endpoint),
    ("jwks", readers::jwks),
    ("discovery", readers::discovery),
    ("configuration", readers::configuration),
    ("stored", visits::stored),
    ("answers", visits::answers),
];

/// Runs one target by its name; for libFuzzer.
///
/// # Panics
///
/// When there is none of that name, or when something does not hold.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.unwrap_or_else(|| panic!("no target {name:?}")).1(data);
}
