//! Which page of a list is asked for.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use super::problem::{Code, Problem};

/// As handlers take it, because they look at it only after the token.
pub(super) type RawPageQuery = Result<Query<PageParameters>, QueryRejection>;

#[derive(Deserialize)]
pub(super) struct PageParameters {
    limit: Option<u32>,
    before: Option<String>,
}

pub(super) struct PageQuery {
    pub(super) limit: u32,
    /// The `next` of another page.
    pub(super) before: Option<String>,
}

impl PageQuery {
    pub(super) fn parse(query: RawPageQuery, default_limit: u32, max_limit: u32) -> Result<Self, Problem> {
        let malformed = |detail: String| Problem::new(Code::MALFORMED_REQUEST, detail);
        let Query(PageParameters { limit, before }) = query.map_err(|error| malformed(error.body_text()))?;
        let limit = limit.unwrap_or(default_limit);
        if !(1..=max_limit).contains(&limit) {
            return Err(malformed(format!("limit must be from 1 to {max_limit}")));
        }
        Ok(Self { limit, before })
    }
}
