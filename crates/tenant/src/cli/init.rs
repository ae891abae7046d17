//! `tenant init`

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::file::Done;

/// The files, in the order in which they are written.
const FILES: [(&str, &str); 2] = [
    ("actions/step-up.js", crate::STEP_UP_ACTION),
    ("tenant.toml", include_str!("../assets/init/tenant.toml")),
];

#[derive(clap::Args)]
pub struct Init {
    /// The folder to write them to
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
}

/// Writes what is not there yet, and nothing when anything is.
pub(super) fn run(Init { path }: &Init, program: &str) -> Done {
    let files = FILES.map(|(name, content)| (path.join(name), content));
    if let Some((there, _)) = files.iter().find(|(file, _)| file.exists()) {
        let there = there.display();
        return Err(
            format!("{there} exists, and nothing was written; move it away, or name another folder").into()
        );
    }
    for (file, content) in &files {
        write(file, content).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        println!("wrote {}", file.display());
    }
    let config = path.join("tenant.toml");
    let flag = if path == Path::new(".") { String::new() } else { format!(" --config {}", config.display()) };
    println!(
        "\nPut your application into {}, then run\n\n    {program}{flag}\n\nand log in as customer@example.com, password: \
         correct horse battery",
        config.display()
    );
    Ok(())
}

fn write(file: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // Also if somebody has made one since we looked.
    OpenOptions::new().write(true).create_new(true).open(file)?.write_all(content.as_bytes())
}
