//! What the built client asks of whoever serves it, be it the companion or a static host: the addresses in its
//! configuration block, the security headers that fit its page, and how long each file may be kept, in the words of several
//! hosts; and the addresses at which it is served.

pub mod address;
pub mod compress;
mod headers;
mod hosts;
mod origin;
mod raw_text;

pub use headers::security_headers;
pub use hosts::{HOST_FILES, cache_control, host_files, is_hashed};
pub use origin::origin;

use raw_text::{RawText, raw_texts};
use serde_json::Value;

/// The `id` of the configuration block in `index.html`.
pub const CONFIG_ID: &str = "riser-config";

#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("the page has no <script type=\"application/json\" id=\"{CONFIG_ID}\">…</script>")]
    NoConfig,
    #[error("the configuration block `{CONFIG_ID}` is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

pub fn config(page: &str) -> Result<Value, PageError> {
    Ok(serde_json::from_str(block(page)?.text)?)
}

/// The page with this configuration instead of its own.
pub fn with_config(page: &str, config: &Value) -> Result<String, PageError> {
    let RawText { text, start, .. } = block(page)?;
    // A `<` could end the element or begin a comment in it; in JSON it occurs inside strings only.
    let json = config.to_string().replace('<', "\\u003c");
    Ok(format!("{}{json}{}", &page[..start], &page[start + text.len()..]))
}

fn block(page: &str) -> Result<RawText<'_>, PageError> {
    raw_texts(page).find(|element| element.attribute("id") == Some(CONFIG_ID)).ok_or(PageError::NoConfig)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PAGE: &str = "<!-- <script id=\"riser-config\">{}</script> -->\
        <script type=\"application/json\" id=\"riser-config\">\n{ \"api\": \"\" }\n</script><p>";

    #[test]
    fn the_block_is_replaced_and_nothing_else() {
        assert_eq!(config(PAGE).unwrap(), json!({"api": ""}));
        let page = with_config(PAGE, &json!({"api": "http://localhost:1"})).unwrap();
        assert!(page.ends_with("id=\"riser-config\">{\"api\":\"http://localhost:1\"}</script><p>"), "{page}");
        assert!(page.starts_with("<!-- <script id=\"riser-config\">{}</script> -->"), "{page}");
    }

    #[test]
    fn a_value_cannot_end_the_block() {
        let hostile = json!({"api": "</script><script>alert(1)</script>"});
        let page = with_config(PAGE, &hostile).unwrap();
        assert_eq!(page.matches("alert").count(), 1);
        assert_eq!(raw_texts(&page).count(), 1);
        assert_eq!(config(&page).unwrap(), hostile);
    }

    #[test]
    fn a_page_without_a_block_or_without_json_is_refused() {
        assert!(matches!(config("<p>"), Err(PageError::NoConfig)));
        assert!(matches!(with_config("<p>", &json!({})), Err(PageError::NoConfig)));
        assert!(matches!(config("<script id=riser-config>{</script>"), Err(PageError::NotJson(_))));
    }
}
