//! A proxy that leads to the present primary, so that the address of the database stays the same.

use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

/// A running one. It ends, and cuts everybody off, when it is dropped.
#[derive(Debug)]
pub(crate) struct Doorman {
    socket: PathBuf,
    door: Arc<Mutex<Door>>,
}

#[derive(Debug, Default)]
struct Door {
    /// The socket that it leads to; nowhere while there is no primary.
    leads_to: Option<PathBuf>,
    /// Both ends of every connection, by its number.
    connections: HashMap<u64, (UnixStream, UnixStream)>,
    count: u64,
    is_over: bool,
}

impl Doorman {
    /// Listens on a socket, and sends all who come away for the time being.
    pub(crate) fn start(socket: PathBuf) -> io::Result<Self> {
        let listener = UnixListener::bind(&socket)?;
        let door = Arc::new(Mutex::new(Door::default()));
        let for_all = Arc::clone(&door);
        thread::spawn(move || {
            for client in listener.incoming() {
                if for_all.lock().is_over {
                    break;
                }
                // Whoever could not be let in sees a connection that is closed.
                drop(client.and_then(|client| let_in(&for_all, client)));
            }
        });
        Ok(Self { socket, door })
    }

    /// Leads all who come from now on to this socket.
    pub(crate) fn open(&self, socket: &Path) {
        self.door.lock().leads_to = Some(socket.to_owned());
    }

    /// Cuts all connections, and lets nobody in.
    pub(crate) fn close(&self) {
        let mut door = self.door.lock();
        door.leads_to = None;
        for (_, (client, server)) in door.connections.drain() {
            cut(&client, &server);
        }
    }
}

impl Drop for Doorman {
    fn drop(&mut self) {
        self.close();
        self.door.lock().is_over = true;
        // So that it looks.
        drop(UnixStream::connect(&self.socket));
    }
}

fn let_in(door: &Arc<Mutex<Door>>, client: UnixStream) -> io::Result<()> {
    // Held until the connection is known: it is cut by whoever closes the door right after.
    let mut known = door.lock();
    let leads_to = known.leads_to.as_ref().ok_or(io::ErrorKind::NotConnected)?;
    let server = UnixStream::connect(leads_to)?;
    known.count += 1;
    let number = known.count;
    let ends = (client.try_clone()?, server.try_clone()?);
    for (from, to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
        let door = Arc::clone(door);
        thread::spawn(move || {
            // An error is a connection that was cut, by somebody else or by us.
            drop(io::copy(&mut &from, &mut &to));
            cut(&from, &to);
            door.lock().connections.remove(&number);
        });
    }
    known.connections.insert(number, ends);
    Ok(())
}

fn cut(one: &UnixStream, other: &UnixStream) {
    for end in [one, other] {
        // What is not connected any more is cut already.
        let _ = end.shutdown(Shutdown::Both);
    }
}
