//! Origins and schemes of the URIs that clients register.

use axum::http::Uri;

/// `http://localhost:8080` of `http://localhost:8080/callback`; nothing for what is not an absolute http(s) URL.
pub(crate) fn origin_of(uri: &str) -> Option<String> {
    let parsed: Uri = uri.parse().ok()?;
    let scheme = parsed.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = parsed.authority().filter(|authority| !authority.as_str().contains('@'))?;
    Some(format!("{scheme}://{authority}"))
}

/// The origin of a URI as browsers write it: in small letters, and without the port that the scheme stands for.
pub(crate) fn web_origin_of(uri: &str) -> Option<String> {
    let origin = origin_of(uri)?.to_ascii_lowercase();
    let usual = if origin.starts_with("https:") { ":443" } else { ":80" };
    Some(origin.strip_suffix(usual).map_or_else(|| origin.clone(), str::to_owned))
}

/// Whether this issuer is an address that leads to the machine itself, on whichever machine it is opened.
pub(crate) fn is_on_this_machine(issuer: &str) -> bool {
    let host = issuer.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')).unwrap_or_default();
    let host = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

/// Schemes that name a place or a program of everybody's, or carry their content themselves, and never an app that was
/// registered here. Whoever is sent to one of these with an answer gives it away, or runs it.
const NO_APPS: &str = "about afp blob chrome chrome-error chrome-extension chrome-search cid content data \
    devtools edge file filesystem ftp ftps geo gopher http https intent jar javascript livescript mailto \
    mhtml mid mocha moz-extension nfs resource res rtsp sftp shell smb sms smsto ssh tel telnet urn \
    vbscript view-source ws wss";

/// The scheme of a native app's redirect URI (RFC 8252, 7.1): `com.example.app` of `com.example.app:/callback`. One that has no
/// dot is taken too, as at Auth0, where nobody else has it.
pub(crate) fn app_scheme_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    let of_scheme = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    // A single letter is a drive on Windows. Capital letters would have to be folded wherever addresses are compared.
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(of_scheme);
    let is_taken = NO_APPS.split(' ').any(|other| other == scheme)
        || scheme.starts_with("web+")
        || scheme.starts_with("ms-");
    // What a URI consists of, without what would end a header, an attribute or the address itself.
    let plain = !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}#".contains(&byte));
    (is_scheme && !is_taken && plain).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_origin_is_as_browsers_write_it() {
        for (uri, origin) in [
            ("http://localhost:3000/callback", "http://localhost:3000"),
            ("http://LOCALHOST:80/", "http://localhost"),
            ("https://app.example:443/x?y", "https://app.example"),
            ("https://app.example:80/", "https://app.example:80"),
            ("http://[::1]:80/", "http://[::1]"),
        ] {
            assert_eq!(web_origin_of(uri).as_deref(), Some(origin), "{uri}");
        }
        assert_eq!(web_origin_of("javascript:alert(1)"), None);
    }

    #[test]
    fn app_scheme_is_never_dangerous() {
        for (uri, scheme) in [
            ("com.example.app:/callback", "com.example.app"),
            ("com.example.app://callback", "com.example.app"),
            ("com.example.app://login.example/android/com.example.app/callback", "com.example.app"),
            ("com.example.my-app+2:/a?b=c", "com.example.my-app+2"),
            ("myapp://callback", "myapp"),
            ("exp://127.0.0.1:19000/--/callback", "exp"),
        ] {
            assert_eq!(app_scheme_of(uri), Some(scheme), "{uri}");
        }
        for uri in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\nscript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:http://localhost/x",
            "filesystem:http://localhost/x",
            "vbscript:x",
            "about:blank",
            "view-source:http://localhost/",
            "intent://x#Intent;end",
            "mailto:a@example.com",
            "tel:1",
            "ws://localhost/",
            "wss://localhost/",
            "ftp://localhost/",
            "chrome://settings",
            "http://localhost/",
            "https://localhost/",
            "c:/callback",
            "com.example.app:",
            "com.example.app",
            "com.example.app:/call back",
            "com.example.app:/callback#x",
            "com.example.app:/\"x",
            "com.example.app:/x;\u{e9}",
            "1app:/callback",
            ":/callback",
            "",
        ] {
            assert_eq!(app_scheme_of(uri), None, "{uri}");
        }
    }
}
