//! A development tenant is for the machine that it runs on.

use std::net::SocketAddr;

/// Refuses an address that other machines can reach, unless they may.
pub(super) fn check(address: SocketAddr, allow_remote: bool) -> Result<(), String> {
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    if !allow_remote {
        return Err(format!(
            "{address} can be reached from other machines, and this is a development tenant: its passwords are those of \
             its file, and whoever has one can pair a phone. Listen on 127.0.0.1, or say --allow-remote if they may reach it"
        ));
    }
    tracing::warn!(
        %address,
        "THIS IS A DEVELOPMENT TENANT, and other machines can reach it, as --allow-remote says. Let it have no customers \
         and no passwords that matter anywhere else"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn listens_on_loopback_unless_told_otherwise() {
        for (address, own) in [
            ("127.0.0.1:8090", true),
            ("127.8.9.10:1", true),
            ("[::1]:8090", true),
            ("[::ffff:127.0.0.1]:8090", true),
            ("0.0.0.0:8090", false),
            ("[::]:8090", false),
            ("192.0.2.1:8090", false),
            ("[::ffff:192.0.2.1]:8090", false),
        ] {
            assert_eq!(check(address.parse().unwrap(), false).is_ok(), own, "{address}");
            assert_eq!(check(address.parse().unwrap(), true), Ok(()), "{address}");
        }
    }
}
