//! What others sent, in the texts of errors. In ASCII, so that it shows every character that is there, and without the tables of
//! printable characters that `{:?}` brings into the download.

use alloc::{format, string::String, vec::Vec};

pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

pub(crate) fn quoted_list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    ["[", &texts.join(", "), "]"].concat()
}

pub(crate) fn quoted_or_missing(text: Option<&str>) -> String {
    text.map_or_else(|| "missing".into(), quoted)
}
