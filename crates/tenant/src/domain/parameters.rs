//! The parameters of a query or a form, in order and with duplicates, because a duplicate is something to refuse.

pub(crate) const MAX_LENGTH: usize = 8 * 1_024;

#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Nothing when the text is too long to be meant seriously.
    pub(crate) fn parse(encoded: &[u8]) -> Option<Self> {
        if encoded.len() > MAX_LENGTH {
            return None;
        }
        Some(Self(form_urlencoded::parse(encoded).into_owned().collect()))
    }

    /// What came in another form than a query's.
    pub(crate) const fn of_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    pub(crate) fn of_query(query: Option<&str>) -> Option<Self> {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    /// The first value. An empty one counts as absent (RFC 6749, 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        values.next().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(key, _)| key == name).count()
    }

    /// The first of these names that stands more than once.
    pub(crate) fn duplicate<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        names.into_iter().find(|name| self.count(name) > 1)
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}
