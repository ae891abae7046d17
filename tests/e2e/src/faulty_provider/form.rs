//! Form encoding, by the parser that the access log reads queries with.

use crate::TestError;
use reqwest::Url;
use std::collections::BTreeMap;

fn empty() -> Result<Url, TestError> {
    Url::parse("http://localhost/").map_err(|error| TestError::permanent(error.to_string()))
}

/// The parameters by name. One that is there twice, or is empty, is an error.
pub(super) fn decoded(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut url = empty().map_err(|error| error.to_string())?;
    url.set_query(Some(text));
    let mut parameters = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        if value.is_empty() {
            return Err(format!("`{name}` is empty"));
        }
        if parameters.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(format!("`{name}` is there more than once"));
        }
    }
    Ok(parameters)
}

/// The parameters as a query or a fragment holds them.
pub(super) fn encoded(parameters: &[(&str, &str)]) -> Result<String, TestError> {
    let mut url = empty()?;
    url.query_pairs_mut().extend_pairs(parameters);
    Ok(url.query().unwrap_or_default().to_owned())
}
