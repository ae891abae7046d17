//! The network as scripts have it: requests that somebody else sends. Whether a host may be reached is decided there.

use std::fmt;
use std::time::Instant;

/// What a script wants to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// Whether to go where the answer says that the thing is.
    pub follows_redirects: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// Where it came from, after redirects.
    pub url: String,
    pub status: u16,
    pub status_text: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Takes the response, or a sentence that says why there is none.
pub type Reply = Box<dyn FnOnce(Result<Response, String>) + Send>;

pub trait Network: Send + Sync + fmt::Debug {
    /// Sends the request and returns at once. `reply` is called on any thread; what comes after `deadline` is not waited for.
    fn send(&self, request: Request, deadline: Instant, reply: Reply);
}

/// A request that a script made, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    pub request: Request,
    /// Its address without secrets, for those who look on.
    pub shown_address: String,
    /// `None`: the script did not wait for it.
    pub response: Option<Result<Response, String>>,
}
