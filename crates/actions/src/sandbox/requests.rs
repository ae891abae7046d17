//! The requests of one script: sent by somebody else, waited for here, and written down.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use crate::bytes;
use crate::network::{Exchange, Network, Request, Response};
use crate::secrets::Secrets;

/// Of one script in one run.
const MAX_REQUESTS: usize = 20;
/// Of one request or response, in bytes.
const MAX_BODY: usize = 1 << 20;
const MAX_SHOWN_ADDRESS: usize = 1_000;

/// What the module `web.js` is given: the head as JSON, and the body.
pub(super) type Delivery = Result<(String, Vec<u8>), String>;

type Answer = (usize, Result<Response, String>);

pub(super) struct Requests {
    network: Option<Arc<dyn Network>>,
    deadline: Instant,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    secrets: Secrets,
    exchanges: Vec<Exchange>,
}

/// As the module `web.js` writes it.
#[derive(Deserialize)]
struct Sent {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
    redirect: String,
    body: Option<String>,
}

impl Requests {
    pub(super) fn new(network: Option<Arc<dyn Network>>, deadline: Instant, secrets: Secrets) -> Self {
        let (answer, answers) = mpsc::channel();
        Self { network, deadline, answers, answer, secrets, exchanges: Vec::new() }
    }

    /// Sends a request, and gives it a number.
    pub(super) fn send(&mut self, text: &str) -> Result<usize, String> {
        let sent: Sent = serde_json::from_str(text).map_err(|error| format!("fetch: {error}"))?;
        let body = sent.body.map(|body| bytes::from_latin1(&body));
        let id = self.exchanges.len();
        if id >= MAX_REQUESTS {
            return Err(format!("fetch: a script may send {MAX_REQUESTS} requests in one run"));
        }
        if body.as_ref().is_some_and(|body| body.len() > MAX_BODY) {
            return Err(format!("fetch: a request may have {MAX_BODY} bytes"));
        }
        let follows_redirects = sent.redirect != "manual" && sent.redirect != "error";
        let request =
            Request { method: sent.method, url: sent.url, headers: sent.headers, body, follows_redirects };
        let shown_address = self.secrets.hide_and_cut(&request.url, MAX_SHOWN_ADDRESS);
        self.exchanges.push(Exchange { request: request.clone(), shown_address, response: None });
        let answer = self.answer.clone();
        let Some(network) = &self.network else {
            let told = "scripts reach no host here: tenant.toml can name those that they may, with allowed_hosts under [scripts]";
            // It waits for this at the other end.
            drop(answer.send((id, Err(told.to_owned()))));
            return Ok(id);
        };
        // Nobody waits any more when the answer cannot be told.
        network.send(request, self.deadline, Box::new(move |response| drop(answer.send((id, response)))));
        Ok(id)
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.exchanges.iter().any(|exchange| exchange.response.is_none())
    }

    /// Waits for a response, no longer than that: its number, and its head as JSON with its body.
    pub(super) fn wait(&mut self, pause: Duration) -> Option<(usize, Delivery)> {
        if !self.is_under_way() {
            thread::sleep(pause);
            return None;
        }
        let (id, response) = self.answers.recv_timeout(pause).ok()?;
        let response = response.and_then(|response| {
            if response.body.len() > MAX_BODY {
                return Err(format!("the response has more than {MAX_BODY} bytes"));
            }
            Ok(response)
        });
        if let Some(exchange) = self.exchanges.get_mut(id) {
            exchange.response = Some(response.clone());
        }
        let answer = response.map(|Response { url, status, status_text, headers, body }| {
            let head = json!({ "url": url, "status": status, "statusText": status_text, "headers": headers });
            (head.to_string(), body)
        });
        Some((id, answer))
    }

    pub(super) fn take(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges)
    }
}
