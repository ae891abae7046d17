//! The server itself.

use std::io;
use std::path::Path;

use tempfile::TempDir;

use crate::keeper::Keeper;
use crate::tools::{Durability, Tools, url};

#[derive(Debug)]
pub struct Server {
    tools: Tools,
    /// Stops the server before its folder goes.
    _keeper: Keeper,
    folder: TempDir,
}

/// Starts the server, says so, and stops it when the input has ended. What it says meanwhile is in its log.
const KEEPER: &str = r#"
exec 2>&1
"$1/pg_ctl" --silent --wait --pgdata "$2/data" --log "$2/log" --options "$3" start || { cat "$2/log"; exit 1; }
echo started
cat > /dev/null
"$1/pg_ctl" --silent --wait --pgdata "$2/data" --mode immediate stop
rm -rf "$2"
"#;

impl Server {
    /// Makes and starts one. It takes one or two seconds.
    pub fn start(durability: Durability) -> io::Result<Self> {
        let tools = Tools::find()?;
        let folder = tools.folder()?;
        let path = folder.path();
        tools.initdb(path, &[])?;
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c unix_socket_permissions=0777 -c fsync={} \
             -c max_connections=300",
            path.display(),
            durability.fsync()
        );
        let arguments = [tools.programs.folder.as_os_str(), path.as_os_str(), options.as_ref()];
        let keeper = Keeper::start(tools.runner, KEEPER, &arguments, "started")?;
        Ok(Self { tools, _keeper: keeper, folder })
    }

    /// Makes an empty database.
    pub fn create(&self, database: &str) -> io::Result<()> {
        self.tools.createdb(self.folder.path(), database)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of a database of this server.
    pub fn url(&self, database: &str) -> String {
        url(self.folder.path(), database)
    }

    /// Stops the server as a power cut would, without a word to those who are connected, and starts it again.
    pub fn crash(&self) -> io::Result<()> {
        let log = self.folder.path().join("log").display().to_string();
        self.tools.pg_ctl(self.folder.path(), &["restart", "--mode", "immediate", "--log", &log])
    }
}
