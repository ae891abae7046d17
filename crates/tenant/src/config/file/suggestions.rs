//! What somebody may have meant who wrote a name that is not known.

/// Names by which Auth0 and the specifications call the same thing, and what it is called here.
const OTHERWISE: [(&str, &str); 19] = [
    ("allowed_callback_urls", "redirect_uris"),
    ("callbacks", "redirect_uris"),
    ("callback_urls", "redirect_uris"),
    ("redirect_uri", "redirect_uris"),
    ("allowed_logout_urls", "post_logout_redirect_uris"),
    ("allowed_web_origins", "web_origins"),
    ("client_id", "id"),
    ("client_name", "name"),
    ("audience", "identifier"),
    ("description", "asks_to"),
    ("value", "name"),
    ("user_id", "sub"),
    ("username", "email"),
    ("users", "customers"),
    ("script", "file"),
    ("port", "listen"),
    ("refresh_tokens", "refresh_token"),
    ("token_lifetime", "lifetime"),
    ("idle_token_lifetime", "idle_lifetime"),
];

/// The one of `known` that was most likely meant.
pub(super) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = written.to_lowercase().replace('-', "_");
    let otherwise = OTHERWISE.iter().find(|(name, _)| *name == plain).map(|(_, here)| *here);
    if let Some(name) = known.iter().find(|name| Some(**name) == otherwise || **name == plain) {
        return Some(name);
    }
    let distance = |name: &&str| strsim::osa_distance(&plain, name);
    let nearest = known.iter().copied().min_by_key(distance)?;
    // Two slips in a long name; one in a short one.
    (distance(&nearest) <= 1 + plain.chars().count() / 5).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_for_typos_and_foreign_names() {
        let client = ["id", "name", "redirect_uris", "post_logout_redirect_uris", "web_origins"];
        for (written, meant) in [
            ("redirect_urls", Some("redirect_uris")),
            ("redirectUris", Some("redirect_uris")),
            ("Redirect-URIs", Some("redirect_uris")),
            ("callbacks", Some("redirect_uris")),
            ("client_id", Some("id")),
            ("nmae", Some("name")),
            ("colour", None),
            ("audience", None),
        ] {
            assert_eq!(nearest(written, &client), meant, "{written}");
        }
        assert_eq!(nearest("audience", &["identifier", "name"]), Some("identifier"));
    }
}
