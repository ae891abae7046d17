//! Finds the `<script>` and `<style>` elements of a page, as far as a page of ours needs it: comments are skipped, attributes
//! may be quoted or not. (HTML, section 13.2.5, without the states that our own pages never reach.)

/// One element, with the text between its tags.
#[derive(Debug, Clone)]
pub(crate) struct RawText<'a> {
    tag: &'static str,
    attributes: Vec<(&'a str, &'a str)>,
    pub(crate) text: &'a str,
    /// Where the text begins in the page, in bytes.
    pub(crate) start: usize,
}

impl<'a> RawText<'a> {
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    pub(crate) fn is_style(&self) -> bool {
        self.tag == STYLE
    }

    /// Whether a browser would run the text: not when it is data, nor when the code is elsewhere.
    pub(crate) fn is_inline_code(&self) -> bool {
        let kind = self.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let code = matches!(
            kind.as_str(),
            "" | "module" | "text/javascript" | "application/javascript" | "importmap"
        );
        self.tag == SCRIPT && code && self.attribute("src").is_none()
    }
}

const SCRIPT: &str = "script";
const STYLE: &str = "style";

/// All of them, in the order of the page.
pub(crate) fn raw_texts(page: &str) -> impl Iterator<Item = RawText<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += page[at..].find('<')?;
            let rest = &page[at..];
            if rest.starts_with("<!--") {
                at += rest.find("-->")? + 3;
            } else if let Some(tag) = [SCRIPT, STYLE].into_iter().find(|tag| begins(&rest[1..], tag)) {
                let name_end = at + 1 + tag.len();
                let (attributes, length) = attributes(&page[name_end..])?;
                let start = name_end + length;
                let text = &page[start..start + end(&page[start..], tag)?];
                at = start + text.len();
                return Some(RawText { tag, attributes, text, start });
            } else {
                at += 1;
            }
        }
    })
}

/// Whether a tag of that name begins here.
fn begins(rest: &str, tag: &str) -> bool {
    let bytes = rest.as_bytes();
    bytes.get(..tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag.as_bytes()))
        && bytes
            .get(tag.len())
            .is_some_and(|&byte| byte.is_ascii_whitespace() || byte == b'>' || byte == b'/')
}

/// Where the end tag begins.
fn end(text: &str, tag: &str) -> Option<usize> {
    let is_end = |at: usize| text.as_bytes()[at..].starts_with(b"</") && begins(&text[at + 2..], tag);
    text.match_indices("</").map(|(at, _)| at).find(|&at| is_end(at))
}

/// The attributes of a tag and the bytes up to and including its `>`.
fn attributes(tag: &str) -> Option<(Vec<(&str, &str)>, usize)> {
    let mut found = Vec::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((found, tag.len() - after.len()));
        }
        let name_end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))?;
        let (name, after) = rest.split_at(name_end.max(1));
        rest = after.trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = self::value(after.trim_start())?;
        }
        found.push((name, value));
    }
}

fn value(rest: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            return quoted.split_once(quote);
        }
    }
    Some(rest.split_at(rest.find(|c: char| c.is_ascii_whitespace() || c == '>')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(page: &str) -> Vec<&str> {
        raw_texts(page).filter(RawText::is_inline_code).map(|script| script.text).collect()
    }

    #[test]
    fn code_is_told_from_data_comments_and_files() {
        let page = "<!doctype html><!-- <script>no</script> --><scripty>no</scripty>\
            <script>one</script><SCRIPT type='module' async>\ntwo < 3;\n</SCRIPT >\
            <script src=a.js></script><script type=application/json id=x>{}</script><script\n type=\"\">three</script>";
        assert_eq!(texts(page), ["one", "\ntwo < 3;\n", "three"]);
    }

    #[test]
    fn styles_are_told_from_scripts() {
        let page = "<style>a > b {}</style ><script>'<style>no</style>'</script><STYLE media=print>c {}</STYLE><styles>no</styles>";
        let styles: Vec<&str> = raw_texts(page).filter(RawText::is_style).map(|style| style.text).collect();
        assert_eq!(styles, ["a > b {}", "c {}"]);
        assert_eq!(texts(page), ["'<style>no</style>'"]);
    }

    #[test]
    fn attributes_come_quoted_unquoted_and_bare() {
        let page = "<script a=\"1 > 0\" b='x' c=y d/>t</script>";
        let script = raw_texts(page).next().unwrap();
        let read = |name| script.attribute(name);
        assert_eq!(
            (read("a"), read("B"), read("c"), read("d")),
            (Some("1 > 0"), Some("x"), Some("y"), Some(""))
        );
        assert_eq!(&page[script.start..=script.start], "t");
    }

    #[test]
    fn a_page_that_breaks_off_has_no_script() {
        for page in
            ["<script", "<script>", "<script a=\"", "<script>x", "<!-- ", "<", "<script =>", "<script = "]
        {
            assert_eq!(texts(page), Vec::<&str>::new(), "{page}");
        }
    }
}
