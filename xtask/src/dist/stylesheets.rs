//! One stylesheet for the page instead of the handful of the sources: one request, and a fifth less to download.

use super::fingerprint::hex;
use crate::step::{Failure, Outcome};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Joins the stylesheets of `dist/index.html`, in their order.
pub(super) fn join(dist: &Path) -> Outcome {
    let path = dist.join("index.html");
    let page = fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let mut style = String::new();
    for name in names(&page) {
        let part = dist.join(name);
        let text = fs::read_to_string(&part).map_err(|error| Failure::io("read", &part, &error))?;
        style.push_str(&text);
        fs::remove_file(&part).map_err(|error| Failure::io("remove", &part, &error))?;
    }
    if style.is_empty() {
        return Ok(());
    }
    let name = format!("style-{}.css", &hex(&Sha256::digest(&style))[..16]);
    let file = dist.join(&name);
    fs::write(&file, style).map_err(|error| Failure::io("write", &file, &error))?;
    fs::write(&path, with_one(&page, &name)).map_err(|error| Failure::io("write", &path, &error))
}

/// The tag that ends a part of the page, when it is a stylesheet's.
fn tag(part: &str) -> Option<(&str, &str)> {
    let (before, tag) = part.split_at(part.rfind('<')?);
    (tag.starts_with("<link ") && tag.contains("rel=\"stylesheet\"")).then_some((before, tag))
}

/// The files that the page names, relative to its root.
fn names(page: &str) -> impl Iterator<Item = &str> {
    page.split_inclusive('>').filter_map(|part| {
        let (_, tag) = tag(part)?;
        let (_, rest) = tag.split_once("href=\"")?;
        Some(rest.split_once('"')?.0.trim_start_matches('/'))
    })
}

/// The page with one link where the first was, and none where the others were.
fn with_one(page: &str, name: &str) -> String {
    let mut link = format!("<link rel=\"stylesheet\" href=\"/{name}\">");
    let parts = page.split_inclusive('>').map(|part| match tag(part) {
        Some((before, _)) => before.trim_end_matches(['\n', ' ']).to_owned() + &std::mem::take(&mut link),
        None => part.to_owned(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head><!-- > -->\n<link rel=\"modulepreload\" href=\"/a.js\">\
        \n<link rel=\"stylesheet\" href=\"/one-1.css\">\n  <link rel=\"stylesheet\" href=\"/two-2.css\" />\n</head>ü";

    #[test]
    fn the_stylesheets_are_joined_in_their_order() {
        let dist = std::env::temp_dir().join(format!("riser-stylesheets-{}", std::process::id()));
        drop(fs::remove_dir_all(&dist));
        fs::create_dir_all(&dist).unwrap();
        for (name, text) in [("index.html", PAGE), ("one-1.css", "a{}"), ("two-2.css", "b{}")] {
            fs::write(dist.join(name), text).unwrap();
        }
        join(&dist).unwrap();
        let page = fs::read_to_string(dist.join("index.html")).unwrap();
        let [name] = names(&page).collect::<Vec<_>>()[..] else { panic!("{page}") };
        assert!(super::super::is_hashed(Path::new(name)), "{name}");
        assert_eq!(fs::read_to_string(dist.join(name)).unwrap(), "a{}b{}");
        assert_eq!(fs::read_dir(&dist).unwrap().count(), 2);
        assert_eq!(page, with_one(PAGE, name));
        fs::remove_dir_all(&dist).unwrap();
    }

    #[test]
    fn nothing_else_of_the_page_is_touched() {
        assert_eq!(
            with_one(PAGE, "s.css"),
            "<head><!-- > -->\n<link rel=\"modulepreload\" href=\"/a.js\"><link rel=\"stylesheet\" href=\"/s.css\">\n</head>ü"
        );
    }
}
