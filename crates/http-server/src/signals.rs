//! How a person or a service manager says that it is enough.

use std::future::pending;

#[cfg(unix)]
use tokio::signal::unix::{self, Signal, SignalKind};
#[cfg(windows)]
use tokio::signal::windows::{self, CtrlC as Signal};

/// Listens from the call on, not from the first poll on: whoever has been told that a program is open may ask it to stop.
/// The future is ready at the first Ctrl-C or SIGTERM; at a second Ctrl-C the process ends at once.
pub fn asked_to_stop() -> impl Future<Output = ()> + Send {
    let (mut interrupt, mut terminate) = (interrupt(), terminate());
    async move {
        tokio::select! {
            // Of both at the same time, none is left to be taken for a second Ctrl-C.
            biased;
            () = next(&mut interrupt) => (),
            () = next(&mut terminate) => (),
        }
        tokio::spawn(async move {
            next(&mut interrupt).await;
            // The way out when stopping itself hangs; the database survives that as it survives a power cut.
            std::process::exit(130);
        });
    }
}

fn interrupt() -> Option<Signal> {
    #[cfg(unix)]
    let signal = unix::signal(SignalKind::interrupt());
    #[cfg(windows)]
    let signal = windows::ctrl_c();
    signal.ok()
}

fn terminate() -> Option<Signal> {
    #[cfg(unix)]
    let signal = unix::signal(SignalKind::terminate()).ok();
    #[cfg(windows)]
    let signal = None;
    signal
}

async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        // Without a way to be asked there is nothing to wait for.
        None => pending().await,
    }
}
