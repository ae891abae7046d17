//! The layer around a server that writes down every request, and applies the rules.

use super::{
    exchange::{Exchange, ExchangeStatus},
    intervention::{Intervention, Matches},
    line::Line,
};
use crate::{TestError, eventually::WAIT_TIMEOUT};
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

const MAX_BODY_LENGTH: usize = 64 * 1024;

/// Everything one server was asked. Clones are the same recorder.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    name: &'static str,
    log: Mutex<AccessLog>,
    /// Counts changes of the book, to be awaited.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct AccessLog {
    exchanges: Vec<Exchange>,
    rules: Vec<(usize, Matches, Intervention)>,
    rules_made: usize,
}

impl Recorder {
    pub(super) fn new(name: &'static str) -> Self {
        Self(Arc::new(Inner { name, log: Mutex::default(), changes: watch::Sender::new(0) }))
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn all(&self) -> Vec<Exchange> {
        self.log().exchanges.clone()
    }

    /// The requests for a path, in the order of arrival; preflights are left out.
    #[must_use]
    pub fn requests(&self, path: &str) -> Vec<Exchange> {
        self.matching(|exchange| exchange.path == path && exchange.method != "OPTIONS")
    }

    /// The requests that fit, in the order of arrival.
    #[must_use]
    pub fn matching(&self, fits: impl Fn(&Exchange) -> bool) -> Vec<Exchange> {
        self.log().exchanges.iter().filter(|exchange| fits(exchange)).cloned().collect()
    }

    /// Waits until a request that fits was answered (or lost), and gives the first such.
    pub async fn wait_for(
        &self,
        what: &str,
        fits: impl Fn(&Exchange) -> bool,
    ) -> Result<Exchange, TestError> {
        self.wait_for_many(what, 1, fits)
            .await?
            .pop()
            .ok_or_else(|| TestError::permanent("nothing was awaited"))
    }

    /// Waits until that many requests that fit were answered (or lost).
    pub async fn wait_for_many(
        &self,
        what: &str,
        count: usize,
        fits: impl Fn(&Exchange) -> bool,
    ) -> Result<Vec<Exchange>, TestError> {
        let mut changes = self.0.changes.subscribe();
        let seen = async {
            loop {
                changes.mark_unchanged();
                let mut found =
                    self.matching(|exchange| exchange.status != ExchangeStatus::Open && fits(exchange));
                if found.len() >= count {
                    found.truncate(count);
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        match timeout(WAIT_TIMEOUT, seen).await {
            Ok(Some(found)) => Ok(found),
            _ => Err(TestError::permanent(format!("{} was not asked for {what}; {self:?}", self.0.name))),
        }
    }

    pub(super) fn add(&self, matches: Matches, intervention: Intervention) -> usize {
        let mut log = self.log();
        log.rules_made += 1;
        let id = log.rules_made;
        log.rules.push((id, matches, intervention));
        id
    }

    pub(super) fn remove(&self, id: usize) {
        self.log().rules.retain(|(rule, _, _)| *rule != id);
    }

    fn arrives(&self, exchange: Exchange) -> (usize, Option<Intervention>) {
        let mut log = self.log();
        let intervention = log
            .rules
            .iter()
            .rev()
            .find(|(_, fits, _)| fits(&exchange))
            .map(|(_, _, intervention)| intervention.clone());
        log.exchanges.push(exchange);
        let number = log.exchanges.len() - 1;
        drop(log);
        self.changed();
        (number, intervention)
    }

    fn ends(&self, number: usize, status: ExchangeStatus) {
        if let Some(exchange) = self.log().exchanges.get_mut(number) {
            exchange.status = status;
        }
        self.changed();
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    fn log(&self) -> MutexGuard<'_, AccessLog> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    /// The access log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.0.name)?;
        for exchange in &self.log().exchanges {
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
        match to_bytes(body, MAX_BODY_LENGTH).await {
            Ok(bytes) => (bytes.to_vec(), Body::from(bytes)),
            Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    } else {
        (Vec::new(), body)
    };
    let (number, intervention) =
        recorder.arrives(Exchange::new(&parts.method, &parts.uri, &parts.headers, &seen));
    let request = Request::from_parts(parts, body);
    match intervention {
        Some(Intervention::Cut) => {
            line.cut();
            recorder.ends(number, ExchangeStatus::Cut);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Some(Intervention::Lose) => {
            let response = next.run(request).await;
            line.cut();
            recorder.ends(number, ExchangeStatus::Lost(response.status().as_u16()));
            return response;
        }
        Some(Intervention::Replace(response)) => {
            let response = response();
            recorder.ends(number, ExchangeStatus::Answered(response.status().as_u16()));
            return response;
        }
        Some(Intervention::Hold(gate)) => gate.pass().await,
        None => {}
    }
    let response = next.run(request).await;
    recorder.ends(number, ExchangeStatus::Answered(response.status().as_u16()));
    response
}
