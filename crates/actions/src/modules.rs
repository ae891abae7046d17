//! The modules that scripts can `require` without a package: Node's own, as far as they are pure, and the packages that
//! scripts send requests with. Each is a text in `modules/`.

/// Those that are files, with the names under which they are required.
const FILES: [(&str, &str); 15] = [
    ("buffer", include_str!("modules/buffer.js")),
    ("crypto", include_str!("modules/crypto.js")),
    ("events", include_str!("modules/events.js")),
    ("querystring", include_str!("modules/querystring.js")),
    ("stream", include_str!("modules/stream.js")),
    ("url", include_str!("modules/url.js")),
    ("util", include_str!("modules/util.js")),
    ("node-fetch", include_str!("modules/node-fetch.js")),
    ("axios", include_str!("modules/axios.js")),
    ("internal/clone", include_str!("modules/clone.js")),
    ("internal/encoding", include_str!("modules/encoding.js")),
    ("internal/latin1", include_str!("modules/latin1.js")),
    ("internal/web", include_str!("modules/web.js")),
    ("internal/redirect", include_str!("modules/redirect.js")),
    ("internal/request", include_str!("modules/request.js")),
];
const SMALL: &str = include_str!("modules/small.js");
/// Those that `small.js` makes.
const SMALL_NAMES: [&str; 8] =
    ["assert", "os", "path", "process", "string_decoder", "timers", "timers/promises", "tty"];

/// Modules of Node that packages ask for and that can do nothing here: each of their functions says why.
const ABSENT: [(&str, &str); 3] = [
    (
        "fs fs/promises child_process cluster worker_threads vm v8 module repl readline inspector",
        "scripts have no files, processes or threads",
    ),
    (
        "http https http2 net tls dns dgram",
        "scripts have no sockets; fetch, axios and request reach the hosts that tenant.toml allows",
    ),
    ("zlib async_hooks perf_hooks diagnostics_channel", "it is not here"),
];

/// The text of a module: a function of `module`, `require` and `native`.
pub(crate) fn source(name: &str) -> Option<String> {
    let wrapped = |body: &str| format!("(function (module, require, native) {{{body}\n}})");
    let file = |wanted: &str| FILES.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    Some(match name {
        "request" => wrapped("module.exports = require('internal/request')(false);"),
        "request-promise" | "request-promise-native" => {
            wrapped("module.exports = require('internal/request')(true);")
        }
        "util/types" => wrapped("module.exports = require('util').types;"),
        "assert/strict" => wrapped("module.exports = require('assert').strict;"),
        "internal/small" => wrapped(SMALL),
        _ if SMALL_NAMES.contains(&name) => {
            wrapped(&format!("module.exports = require('internal/small')['{name}']();"))
        }
        _ if file(name).is_some() => wrapped(file(name)?),
        _ => {
            let (_, why) = ABSENT.iter().find(|(names, _)| names.split(' ').any(|it| it == name))?;
            wrapped(&absent(name, why))
        }
    })
}

/// What can be required from a script: with `node:` before it or without, and with a version behind it.
pub(crate) fn named(name: &str) -> Option<String> {
    let name = name.strip_prefix("node:").unwrap_or(name);
    let (plain, _) = split_version(name);
    (!plain.starts_with("internal/") && source(plain).is_some()).then(|| plain.to_owned())
}

/// `lodash` and `4.17.19` of `lodash@4.17.19`; the version may be inside: `lodash@4.17.19/fp`.
pub(crate) fn split_version(name: &str) -> (&str, Option<&str>) {
    let from = usize::from(name.starts_with('@'));
    match name.get(from..).and_then(|rest| rest.find('@')) {
        Some(at) => (name.get(..from + at).unwrap_or(name), name.get(from + at + 1..)),
        None => (name, None),
    }
}

/// Any member is a function, which can be named, inherited from and passed on; only a call says that nothing is behind it.
fn absent(name: &str, why: &str) -> String {
    format!(
        "const known = {{}};
         module.exports = new Proxy(known, {{
           get(_, member) {{
             if (typeof member === 'symbol' || member === '__esModule' || member === 'then') return undefined;
             if (member === 'constants') return {{}};
             return known[member] ??= function () {{ throw new Error(`{name}.${{member}}: {why}`); }};
           }},
         }});"
    )
}

#[cfg(test)]
mod tests {
    use super::{named, split_version};

    #[test]
    fn names_with_versions_and_prefixes() {
        for (given, expected) in [
            ("url", Some("url")),
            ("node:url", Some("url")),
            ("url@0.10.3", Some("url")),
            ("axios@0.21.1", Some("axios")),
            ("fs", Some("fs")),
            ("lodash", None),
            ("internal/web", None),
            ("node:internal/web", None),
        ] {
            assert_eq!(named(given).as_deref(), expected, "{given}");
        }
        assert_eq!(split_version("@auth0/rule-utilities@0.2.0"), ("@auth0/rule-utilities", Some("0.2.0")));
        assert_eq!(split_version("@auth0/rule-utilities"), ("@auth0/rule-utilities", None));
    }
}
