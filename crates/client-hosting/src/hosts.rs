//! What a static host needs to be told, in the files that hosts read from the folder they serve. All of them say the same:
//! the security headers for everything, the page from the cache only when it is still the current one, and files whose
//! names hold a hash of their content for ever.
//!
//! Only hosts that read such a file from the folder itself are here. For all others `docs/hosting.md` says what to set.

use serde_json::{Map, Value, json};

/// The names of these files. They are for the host: a browser never asks for one.
pub const HOST_FILES: [&str; 4] = ["_headers", ".htaccess", "vercel.json", "staticwebapp.config.json"];

/// `Cache-Control` of files with a hash in their names.
pub(crate) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// `Cache-Control` of all others: kept, and asked about each time. An old page names files that a new deployment no longer
/// has, and then nothing works.
pub(crate) const NO_CACHE: &str = "no-cache";

/// The paths of the pages. Hosts differ in what they do with two rules about one path, so no rule is about all paths.
const PAGES: [&str; 6] =
    ["/", "/index.html", "/callback", "/callback/", "/callback/index.html", NOT_FOUND_PAGE];
/// Leads the addresses of the client's places to its page. Most hosts look for it under this name by themselves.
const NOT_FOUND_PAGE: &str = "/404.html";

/// Whether the name of a file holds a hash of its content, as Trunk's names do: `riser-17ae3b29f064e577_bg.wasm`.
pub fn is_hashed(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-')
        .is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|it| it.is_ascii_hexdigit()))
}

pub fn cache_control(path: &str) -> &'static str {
    if is_hashed(path) { IMMUTABLE } else { NO_CACHE }
}

/// Names and contents of the [`HOST_FILES`], for these security headers and the files of a build (relative paths).
pub fn host_files(security: &[(&str, String)], files: &[String]) -> [(&'static str, String); 4] {
    let hashed: Vec<String> =
        files.iter().filter(|name| is_hashed(name)).map(|name| format!("/{name}")).collect();
    let [headers_file, htaccess_file, vercel_file, azure_file] = HOST_FILES;
    [
        (headers_file, headers(security, &hashed)),
        (htaccess_file, htaccess(security)),
        (vercel_file, pretty(&vercel(security, &hashed))),
        (azure_file, pretty(&static_web_apps(security, &hashed))),
    ]
}

/// Netlify, Cloudflare Pages and others. Where two rules name one header, these hosts send both values.
fn headers(security: &[(&str, String)], hashed: &[String]) -> String {
    let mut text = String::from("/*\n");
    for (name, value) in security {
        text.extend(["  ", name, ": ", value, "\n"]);
    }
    let pages = PAGES.into_iter().map(|path| (path, NO_CACHE));
    for (path, value) in pages.chain(hashed.iter().map(|path| (path.as_str(), IMMUTABLE))) {
        text.extend([path, "\n  cache-control: ", value, "\n"]);
    }
    text
}

/// Apache and `LiteSpeed`, which most shared hosting is. A later rule of theirs replaces an earlier one.
fn htaccess(security: &[(&str, String)]) -> String {
    let mut text = String::from("AddType application/wasm .wasm\n");
    text.extend(["ErrorDocument 404 ", NOT_FOUND_PAGE, "\n<IfModule mod_headers.c>\n"]);
    for (name, value) in security {
        text.extend(["Header always set ", name, " \"", value, "\"\n"]);
    }
    text.extend(["Header set cache-control \"", NO_CACHE, "\"\n"]);
    text.push_str("<FilesMatch \"-[0-9a-f]{16}(_bg)?\\.[a-z0-9]+$\">\n");
    text.extend(["Header set cache-control \"", IMMUTABLE, "\"\n</FilesMatch>\n</IfModule>\n"]);
    text
}

/// Vercel. Its paths are patterns.
fn vercel(security: &[(&str, String)], hashed: &[String]) -> Value {
    let pair = |name: &str, value: &str| json!({ "key": name, "value": value });
    let security: Vec<Value> = security.iter().map(|(name, value)| pair(name, value)).collect();
    let mut rules = vec![json!({ "source": "/(.*)", "headers": security })];
    let pages = PAGES.iter().map(|path| ((*path).to_owned(), NO_CACHE));
    for (path, value) in pages.chain(hashed.iter().map(|path| (path.clone(), IMMUTABLE))) {
        rules.push(json!({ "source": path.replace('.', "\\."), "headers": [pair("cache-control", value)] }));
    }
    json!({ "headers": rules })
}

/// Azure Static Web Apps. A route replaces what is said for all.
fn static_web_apps(security: &[(&str, String)], hashed: &[String]) -> Value {
    let mut global: Map<String, Value> =
        security.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    global.insert("cache-control".to_owned(), NO_CACHE.into());
    let routes: Vec<Value> = hashed
        .iter()
        .map(|path| json!({ "route": path, "headers": { "cache-control": IMMUTABLE } }))
        .collect();
    json!({
        "globalHeaders": global,
        "routes": routes,
        "responseOverrides": { "404": { "rewrite": NOT_FOUND_PAGE } },
        "mimeTypes": { ".wasm": "application/wasm" },
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str =
        "default-src 'none'; script-src 'self' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";

    fn written(name: &str) -> String {
        let security = [
            ("content-security-policy", POLICY.to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        let files =
            ["callback/forward.js", "index.html", "riser-17ae3b29f064e577_bg.wasm"].map(str::to_owned);
        let files = host_files(&security, &files);
        files.into_iter().find(|(file, _)| *file == name).unwrap().1
    }

    #[test]
    fn hashed_names_are_those_of_trunk() {
        for name in
            ["riser-17ae3b29f064e577_bg.wasm", "/riser-17ae3b29f064e577.js", "a/style-29f3f3cf60c4ad57.css"]
        {
            assert_eq!(cache_control(name), IMMUTABLE, "{name}");
        }
        for name in [
            "index.html",
            "forward.js",
            "style-29f3.css",
            "29f3f3cf60c4ad57.js",
            "a-29f3f3cf60c4ad5g.js",
            "a-29f3f3cf60c4ad57/b.js",
        ] {
            assert_eq!(cache_control(name), NO_CACHE, "{name}");
        }
    }

    /// Proves: host-caching
    #[test]
    fn netlify_and_cloudflare_keep_hashed_files_and_ask_about_pages() {
        let expected = format!(
            "/*\n  content-security-policy: {POLICY}\n  x-content-type-options: nosniff\n\
             /\n  cache-control: no-cache\n/index.html\n  cache-control: no-cache\n\
             /callback\n  cache-control: no-cache\n/callback/\n  cache-control: no-cache\n\
             /callback/index.html\n  cache-control: no-cache\n/404.html\n  cache-control: no-cache\n\
             /riser-17ae3b29f064e577_bg.wasm\n  cache-control: public, max-age=31536000, immutable\n"
        );
        assert_eq!(written("_headers"), expected);
    }

    /// Proves: host-caching
    #[test]
    fn apache_keeps_hashed_files_and_asks_about_all_others() {
        let text = written(".htaccess");
        assert!(
            text.contains(&format!("Header always set content-security-policy \"{POLICY}\"\n")),
            "{text}"
        );
        assert!(text.contains("ErrorDocument 404 /404.html\n"), "{text}");
        let (all, hashed) = text.split_once("<FilesMatch \"-[0-9a-f]{16}(_bg)?\\.[a-z0-9]+$\">").unwrap();
        assert!(all.contains("Header set cache-control \"no-cache\""), "{text}");
        assert!(hashed.contains("immutable"), "{text}");
    }

    /// Proves: host-caching
    #[test]
    fn vercel_keeps_hashed_files_and_asks_about_pages() {
        let rules: Value = serde_json::from_str(&written("vercel.json")).unwrap();
        let cached = |source: &str| {
            let rules = rules["headers"].as_array().unwrap();
            let about: Vec<&Value> = rules.iter().filter(|rule| rule["source"] == source).collect();
            assert_eq!(about.len(), 1, "{source} in {rules:?}");
            about[0]["headers"][0]["value"].as_str().unwrap().to_owned()
        };
        assert_eq!(cached("/(.*)"), POLICY);
        assert_eq!(cached("/"), NO_CACHE);
        assert_eq!(cached("/index\\.html"), NO_CACHE);
        assert_eq!(cached("/riser-17ae3b29f064e577_bg\\.wasm"), IMMUTABLE);
    }

    /// Proves: host-caching
    #[test]
    fn azure_keeps_hashed_files_and_asks_about_all_others() {
        let config: Value = serde_json::from_str(&written("staticwebapp.config.json")).unwrap();
        assert_eq!(config["globalHeaders"]["content-security-policy"], POLICY);
        assert_eq!(config["globalHeaders"]["cache-control"], NO_CACHE);
        assert_eq!(config["responseOverrides"]["404"]["rewrite"], "/404.html");
        let routes = json!([
            { "route": "/riser-17ae3b29f064e577_bg.wasm", "headers": { "cache-control": IMMUTABLE } }
        ]);
        assert_eq!(config["routes"], routes);
    }
}
