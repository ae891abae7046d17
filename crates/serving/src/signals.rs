//! How a person or a service manager says that it is enough.

use tokio::signal;

/// Returns at the first Ctrl-C or SIGTERM; at a second Ctrl-C the process ends at once.
pub async fn asked_to_stop() {
    first().await;
    tokio::spawn(async {
        if signal::ctrl_c().await.is_ok() {
            // The way out when stopping itself hangs; the database survives that as it survives a power cut.
            std::process::exit(130);
        }
    });
}

async fn first() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => return,
            Ok(()) = signal::ctrl_c() => return,
        }
    }
    if signal::ctrl_c().await.is_err() {
        // Without a way to be asked there is nothing to wait for.
        std::future::pending::<()>().await;
    }
}
