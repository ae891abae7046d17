//! `tenant hash-password`

use std::io;

use crate::Done;

/// Reads one line: an argument would be seen by every user of the machine, and kept in the shell's history.
pub(crate) fn run() -> Done {
    let mut password = String::new();
    io::stdin().read_line(&mut password)?;
    let hash = tenant::hash_password(password.trim_end_matches(['\r', '\n']))?;
    println!("password = {{ hash = \"{hash}\" }}");
    Ok(())
}
