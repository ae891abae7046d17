//! The origin of an address, for `connect-src`.

/// Scheme, host and port of an `http` or `https` address; `None` for anything else, such as the empty string.
///
/// What comes out can stand in a header: it has no blanks, quotes, semicolons or commas.
pub fn origin(address: &str) -> Option<&str> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| address.starts_with(scheme))?;
    let rest = &address[scheme.len()..];
    let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    (!host.is_empty() && host.chars().all(fits)).then(|| &address[..scheme.len() + host.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_and_hosts_with_their_ports_stay() {
        assert_eq!(origin("http://localhost:8090/"), Some("http://localhost:8090"));
        assert_eq!(origin("https://tenant.example/a?b#c"), Some("https://tenant.example"));
        assert_eq!(origin("http://[::1]:80"), Some("http://[::1]:80"));
    }

    #[test]
    fn nothing_that_could_add_to_a_policy_gets_through() {
        for address in
            ["", "/api", "ftp://a", "http://", "https://a; script-src *", "https://a b", "https://u@h", "*"]
        {
            assert_eq!(origin(address), None, "{address}");
        }
    }
}
