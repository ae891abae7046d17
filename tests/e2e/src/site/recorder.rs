//! The layer around a server that writes down every request, and applies the rules.

use super::{
    exchange::{Exchange, Fate},
    line::Line,
    rule::{Deed, Matches, Rule, When},
};
use crate::{Miss, eventually::PATIENCE};
use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::watch, time::timeout};

const LARGEST_BODY: usize = 64 * 1024;

/// Everything one server was asked. Clones are the same recorder.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    name: &'static str,
    book: Mutex<Book>,
    /// Counts changes of the book, to be awaited.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Book {
    exchanges: Vec<Exchange>,
    rules: Vec<(usize, Matches, Deed)>,
    rules_made: usize,
}

impl Recorder {
    pub(super) fn new(name: &'static str) -> Self {
        Self(Arc::new(Inner { name, book: Mutex::default(), changes: watch::Sender::new(0) }))
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn all(&self) -> Vec<Exchange> {
        self.book().exchanges.clone()
    }

    /// The requests for a path, in the order of arrival; preflights are left out.
    #[must_use]
    pub fn requests(&self, path: &str) -> Vec<Exchange> {
        self.those(|exchange| exchange.path == path && exchange.method != "OPTIONS")
    }

    /// The requests that fit, in the order of arrival.
    #[must_use]
    pub fn those(&self, fits: impl Fn(&Exchange) -> bool) -> Vec<Exchange> {
        self.book().exchanges.iter().filter(|exchange| fits(exchange)).cloned().collect()
    }

    /// Waits until a request that fits was answered (or lost), and gives the first such.
    pub async fn awaits(&self, what: &str, fits: impl Fn(&Exchange) -> bool) -> Result<Exchange, Miss> {
        self.awaits_many(what, 1, fits).await?.pop().ok_or_else(|| Miss::last("nothing was awaited"))
    }

    /// Waits until that many requests that fit were answered (or lost).
    pub async fn awaits_many(
        &self,
        what: &str,
        count: usize,
        fits: impl Fn(&Exchange) -> bool,
    ) -> Result<Vec<Exchange>, Miss> {
        let mut changes = self.0.changes.subscribe();
        let seen = async {
            loop {
                changes.mark_unchanged();
                let mut found = self.those(|exchange| exchange.fate != Fate::Open && fits(exchange));
                if found.len() >= count {
                    found.truncate(count);
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        match timeout(PATIENCE, seen).await {
            Ok(Some(found)) => Ok(found),
            _ => Err(Miss::last(format!("{} was not asked for {what}; {self:?}", self.0.name))),
        }
    }

    /// Begins a rule about the requests that fit. Of several, the newest counts.
    pub fn when(&self, fits: impl Fn(&Exchange) -> bool + Send + Sync + 'static) -> When<'_> {
        When { recorder: self, matches: Arc::new(fits) }
    }

    pub(super) fn add(&self, matches: Matches, deed: Deed) -> Rule {
        let mut book = self.book();
        book.rules_made += 1;
        let id = book.rules_made;
        book.rules.push((id, matches, deed));
        Rule { recorder: self.clone(), id }
    }

    pub(super) fn remove(&self, id: usize) {
        self.book().rules.retain(|(rule, _, _)| *rule != id);
    }

    fn arrives(&self, exchange: Exchange) -> (usize, Option<Deed>) {
        let mut book = self.book();
        let deed =
            book.rules.iter().rev().find(|(_, fits, _)| fits(&exchange)).map(|(_, _, deed)| deed.clone());
        book.exchanges.push(exchange);
        let number = book.exchanges.len() - 1;
        drop(book);
        self.changed();
        (number, deed)
    }

    fn ends(&self, number: usize, fate: Fate) {
        if let Some(exchange) = self.book().exchanges.get_mut(number) {
            exchange.fate = fate;
        }
        self.changed();
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    /// The access log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.0.name)?;
        for exchange in &self.book().exchanges {
            writeln!(f, "  {exchange:?}")?;
        }
        Ok(())
    }
}

/// The middleware itself.
pub(super) async fn record(
    State(recorder): State<Recorder>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let is_json = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    // Forms hold passwords: they pass unread.
    let (seen, body) = if is_json {
        match to_bytes(body, LARGEST_BODY).await {
            Ok(bytes) => (bytes.to_vec(), Body::from(bytes)),
            Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    } else {
        (Vec::new(), body)
    };
    let (number, deed) = recorder.arrives(Exchange::new(&parts.method, &parts.uri, &parts.headers, &seen));
    let request = Request::from_parts(parts, body);
    match deed {
        Some(Deed::Cut) => {
            line.cut();
            recorder.ends(number, Fate::Cut);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Some(Deed::Lose) => {
            let response = next.run(request).await;
            line.cut();
            recorder.ends(number, Fate::Lost(response.status().as_u16()));
            return response;
        }
        Some(Deed::Replace(response)) => {
            let response = response();
            recorder.ends(number, Fate::Answered(response.status().as_u16()));
            return response;
        }
        Some(Deed::Hold(gate)) => gate.pass().await,
        None => {}
    }
    let response = next.run(request).await;
    recorder.ends(number, Fate::Answered(response.status().as_u16()));
    response
}
