//! Where data is kept when nothing else is said: in the user's own folder, whatever folder the program is started in.

use std::env;
use std::path::PathBuf;

/// `riser` in the folder that this system has for data of programs; `data` where there is no home.
pub(super) fn default() -> PathBuf {
    let below_home = |path: &str| env::home_dir().map(|home| home.join(path));
    let folder = if cfg!(windows) {
        set("APPDATA")
    } else if cfg!(target_os = "macos") {
        below_home("Library/Application Support")
    } else {
        set("XDG_DATA_HOME").or_else(|| below_home(".local/share"))
    };
    folder.map_or_else(|| PathBuf::from("data"), |folder| folder.join("riser"))
}

fn set(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
