//! The list of languages in the page, by which its first script chooses one: code, own name, direction, file.

use super::catalogue::Catalogue;
use crate::failure::{Failure, Result};
use serde_json::json;

const BEGIN: &str = "<script type=\"application/json\" id=\"riser-languages\">";
const END: &str = "</script>";

/// The page with a list of these languages.
pub(crate) fn with_list(page: &str, catalogues: &[Catalogue]) -> Result<String> {
    let place = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.find(END)?, rest)));
    let Some((before, end, rest)) = place else {
        return Err(Failure::new(format!("the page has no {BEGIN}"), "restore it in index.html"));
    };
    // As far in as the tag, so that the source stays as it is formatted.
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let row = |catalogue: &Catalogue| {
        let Catalogue { language, .. } = catalogue;
        let values = [catalogue.name(), catalogue.direction(), &format!("/messages/{language}.json")]
            .map(|value| json!(value).to_string());
        format!("{indent}    {}: [{}]", json!(language), values.join(", "))
    };
    let rows: Vec<String> = catalogues.iter().map(row).collect();
    let list = format!("\n{indent}  {{\n{}\n{indent}  }}\n{indent}", rows.join(",\n"));
    Ok([before, BEGIN, &list, &rest[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_written_from_the_catalogues() {
        let catalogue = |language: &str, name: &str, direction: &str| {
            let text = json!({ "language.name": name, "language.direction": direction }).to_string();
            Catalogue::parse(language.to_owned(), &text).unwrap()
        };
        let all = [catalogue("ar", "العربية", "rtl"), catalogue("en", "English", "ltr")];
        let page = format!("a\n    {BEGIN}{{}}{END}\nb");
        let expected = format!(
            "a\n    {BEGIN}\n      {{\n        \"ar\": [\"العربية\", \"rtl\", \"/messages/ar.json\"],\n        \
             \"en\": [\"English\", \"ltr\", \"/messages/en.json\"]\n      }}\n    {END}\nb"
        );
        assert_eq!(with_list(&page, &all).unwrap(), expected);
        assert_eq!(with_list(&expected, &all).unwrap(), expected, "it is the same the next time");
        assert!(with_list("<p>", &all).is_err());
    }
}
