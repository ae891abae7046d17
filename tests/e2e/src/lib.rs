//! The harness of Riser's end-to-end tests: a real browser, real servers on ports of their own, and an access log
//! of everything between them.
//!
//! - [`scenario`] runs one test: its [`Servers`], a [`Browser`], and evidence when it fails
//! - [`Page`] and [`Locator`]: what a person sees and does, by role and accessible name
//! - [`accessibility`]: the barriers of a page, as axe-core finds them
//! - [`server`]: servers that write down what they were asked, and can be made to hold, lose or replace answers
//! - [`express`]: an API that answers exactly like the Express sample of Auth0's documentation
//! - [`program`]: programs on Node.js and Python, with a clock that can be put forward
//! - [`conformance`]: clients on trial, at a tenant that misbehaves
//! - [`download`]: what people download, in an empty folder
//! - [`sdks`]: clients from npm, at a tenant of their own
//! - [`faulty_provider`]: an OpenID provider with a switch for each fault
//!
//! Nothing waits for a time to pass: the servers' side is awaited as an event, the browser's side by looking again
//! ([`eventually()`]).

pub mod accessibility;
pub mod authenticator;
pub mod browser;
pub mod chromedriver;
mod clock;
pub mod conformance;
pub mod download;
pub mod error;
pub mod eventually;
mod evidence;
pub mod express;
pub mod faulty_provider;
pub mod locator;
mod packages;
pub mod page;
pub mod people;
pub mod phone;
pub mod program;
pub mod provider_pages;
pub mod scenario;
pub mod sdks;
pub mod server;
pub mod servers;
pub mod token;

pub use browser::Browser;
pub use chromedriver::ChromeDriver;
pub use error::{TestError, TestFailure};
pub use eventually::{eventually, stays, within};
pub use faulty_provider::{Fault, FaultyProvider};
pub use locator::Locator;
pub use page::Page;
pub use program::Program;
pub use scenario::{TestContext, scenario};
pub use servers::Servers;
pub use thirtyfour::Key;
pub use token::Token;
