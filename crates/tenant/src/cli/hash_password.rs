//! `tenant hash-password`

use std::io;

use super::file::Done;

/// Reads one line: an argument would be seen by every user of the machine, and kept in the shell's history.
pub(super) fn run() -> Done {
    let mut password = String::new();
    io::stdin().read_line(&mut password)?;
    let hash = crate::hash_password(password.trim_end_matches(['\r', '\n']))?;
    println!("password = {{ hash = \"{hash}\" }}");
    Ok(())
}
