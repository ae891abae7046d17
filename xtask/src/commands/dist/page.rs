//! The page as it is sent: without what is there for those who read the sources, with its style in it, so that nothing else
//! is awaited before the first paint, and started with what the page has begun to compile.
//!
//! Trunk's own minifier is not used: it writes the scripts in the page anew, among them the one that takes the tokens
//! out of the address.

use crate::failure::{Failure, Result};
use fs_err as fs;
use std::path::Path;

/// How Trunk's script starts the application with the address of its WebAssembly.
const INIT: &str = "init({ module_or_path: ";
/// The same with what a script in `index.html` has begun to compile.
const INIT_WITH_MODULE: &str = "init({ module_or_path: window.riserModule ?? ";

/// Slims `dist/index.html`, and takes its stylesheets into it in their order.
pub(super) fn slim(dist: &Path) -> Result {
    let path = dist.join("index.html");
    let page = fs::read_to_string(&path)?;
    let mut style = String::new();
    for name in stylesheets(&page) {
        let part = dist.join(name);
        style.push_str(&fs::read_to_string(&part)?);
        fs::remove_file(&part)?;
    }
    let style = without_comments(&style, "/*", "*/");
    let page = with_style(&without_comments(&page, "<!--", "-->"), &style);
    if !page.contains(INIT) {
        return Err(Failure::new(
            format!("the script that Trunk wrote into the page has no `{INIT}`"),
            "Trunk may have changed it: adapt INIT in xtask/src/commands/dist/page.rs",
        ));
    }
    let page = page.replace(INIT, INIT_WITH_MODULE);
    Ok(fs::write(&path, without_indentation(&page))?)
}

/// Neither the page nor its style has a string with such a mark in it.
fn without_comments(text: &str, begin: &str, end: &str) -> String {
    let (first, rest) = text.split_once(begin).unwrap_or((text, ""));
    let rest = rest.split(begin).filter_map(|part| part.split_once(end));
    std::iter::once(first).chain(rest.map(|(_, after)| after)).collect()
}

/// Lines stay lines: the scripts and the configuration block remain readable.
fn without_indentation(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

/// The tag that ends a part of the page, when it is a stylesheet's.
fn tag(part: &str) -> Option<(&str, &str)> {
    let (before, tag) = part.split_at(part.rfind('<')?);
    (tag.starts_with("<link ") && tag.contains("rel=\"stylesheet\"")).then_some((before, tag))
}

/// The files that the page names, relative to its root.
fn stylesheets(page: &str) -> impl Iterator<Item = &str> {
    page.split_inclusive('>').filter_map(|part| {
        let (_, tag) = tag(part)?;
        let (_, rest) = tag.split_once("href=\"")?;
        Some(rest.split_once('"')?.0.trim_start_matches('/'))
    })
}

/// The page with the style where the first link was, and nothing where the others were.
fn with_style(page: &str, style: &str) -> String {
    let mut element = format!("<style>\n{style}</style>");
    let parts = page.split_inclusive('>').map(|part| match tag(part) {
        Some((before, _)) => before.trim_end_matches(['\n', ' ']).to_owned() + &std::mem::take(&mut element),
        None => part.to_owned(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head>\n  <!-- Notes > -->\n<link rel=\"modulepreload\" href=\"/a.js\">\
        \n  <link rel=\"stylesheet\" href=\"/one-1.css\">\n  <link rel=\"stylesheet\" href=\"/two-2.css\" />\
        \n  <script>\n    init({ module_or_path: '/a.wasm' });\n  </script>\n</head>ü";

    #[test]
    fn a_page_is_sent_with_its_style_and_without_notes() {
        let dist = std::env::temp_dir().join(format!("riser-page-{}", std::process::id()));
        drop(fs::remove_dir_all(&dist));
        fs::create_dir_all(&dist).unwrap();
        let styles =
            [("one-1.css", "/* Note. */\na > b {\n  top: 0;\n}\n"), ("two-2.css", "b {}\n/* Last. */\n")];
        for (name, text) in [("index.html", PAGE)].into_iter().chain(styles) {
            fs::write(dist.join(name), text).unwrap();
        }
        slim(&dist).unwrap();
        assert_eq!(fs::read_dir(&dist).unwrap().count(), 1, "there is no file besides");
        assert_eq!(
            fs::read_to_string(dist.join("index.html")).unwrap(),
            "<head>\n<link rel=\"modulepreload\" href=\"/a.js\"><style>\na > b {\ntop: 0;\n}\nb {}\n</style>\
             \n<script>\ninit({ module_or_path: window.riserModule ?? '/a.wasm' });\n</script>\n</head>ü\n"
        );
        fs::remove_dir_all(&dist).unwrap();
    }

    #[test]
    fn comments_go_and_nothing_else() {
        for (text, expected) in
            [("a", "a"), ("a/*b*/c", "ac"), ("/*a*//*b*/", ""), ("a*/b", "a*/b"), ("a/*", "a")]
        {
            assert_eq!(without_comments(text, "/*", "*/"), expected, "{text}");
        }
    }
}
