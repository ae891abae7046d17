//! When are two states the same? When they differ in names alone.
//!
//! States, nonces, verifiers, transfer ids, tokens, codes and the numbers of requests are *names*: the core draws them or
//! receives them, compares them with each other for equality, and hashes them; it never orders them, counts with them or
//! looks into them. So renaming all of them, each to another one, maps every way on from one state to a way on from the
//! other, and it is enough to follow one of the two. Names are numbered here in the order in which they first stand in
//! the text of a state; two states that are the same but for names have then the same text.
//!
//! The text holds everything that the future depends on: the session with all that is in it, the tab's storage, what is
//! on the network, the servers' memory, the clock, what the invariants know, and how much is left of each bound. Secrets
//! that `Debug` redacts in the session stand in the text all the same: a held token in the tab's storage, a token that
//! is being checked in the answer that brought it, salt and verifier beside the `state` with which they were drawn. The
//! storage is edited only while no page is up, so that the two never differ.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Equal for states that differ in names alone. 128 bits: among 10^9 states, two others meet by chance with a
/// probability of 10^-21.
pub(super) fn of(text: &str) -> u128 {
    let digest = Sha256::digest(rename(text).as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(short)
}

/// No word of the vocabulary is as long, and every random name is longer. (An IBAN is not a name: it is checked.)
const NAME: usize = 30;
/// What stands before the number of a numbered name.
const NUMBERED: [&str; 5] = ["access-token-", "code-", "RequestId(", "CheckId(", "Ids("];

fn rename(text: &str) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let name = name_at_start(rest);
        if name.is_empty() {
            let word = rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len()).max(first.len_utf8());
            renamed.push_str(&rest[..word]);
            rest = &rest[word..];
        } else {
            let next = names.len();
            let number = *names.entry(name).or_insert(next);
            renamed.push('#');
            renamed.push_str(&number.to_string());
            rest = &rest[name.len()..];
        }
    }
    renamed
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn name_at_start(text: &str) -> &str {
    for prefix in NUMBERED {
        if let Some(number) = text.strip_prefix(prefix) {
            let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            return &text[..prefix.len() + digits];
        }
    }
    let length = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    if length >= NAME { &text[..length] } else { "" }
}

#[test]
fn ignores_names_only() {
    let (a, b) = ("A".repeat(43), "B".repeat(43));
    let same = |left: &str, right: &str| of(left) == of(right);
    assert!(same(&format!("state={a} nonce={b}"), &format!("state={b} nonce={a}")));
    assert!(!same(&format!("state={a} nonce={b}"), &format!("state={a} nonce={a}")));
    assert!(same("RequestId(7), access-token-1", "RequestId(9), access-token-2"));
    assert!(!same("access-token-1 access-token-2", "access-token-1 access-token-1"));
    assert!(!same("GB82WEST12345698765432", "DE75512108001245126199"), "an IBAN is not a name");
    assert!(!same("amount 1", "amount 2"));
}
