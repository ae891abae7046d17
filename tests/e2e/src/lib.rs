//! The harness of Riser's end-to-end tests: a real browser, real servers on ports of their own, and an access log
//! of everything between them.
//!
//! - [`scenario`] runs one test: a [`World`] of servers, a [`Browser`], and evidence when it fails
//! - [`Page`] and [`Locator`]: what a person sees and does, by role and accessible name
//! - [`accessibility`]: the barriers of a page, as axe-core finds them
//! - [`site`]: servers that write down what they were asked, and can be made to hold, lose or replace answers
//! - [`express`]: an API that answers exactly like the Express sample of Auth0's documentation
//! - [`program`]: programs on Node.js and Python, with a clock that can be put forward
//! - [`sdks`]: clients from npm, at a tenant of their own
//! - [`misbehaving`]: an OpenID provider with a switch for each fault
//!
//! Nothing waits for a time to pass: the servers' side is awaited as an event, the browser's side by looking again
//! ([`eventually()`]).

pub mod accessibility;
pub mod authenticator;
pub mod browser;
pub mod chromedriver;
mod clock;
pub mod eventually;
mod evidence;
pub mod express;
pub mod locator;
pub mod misbehaving;
pub mod outcome;
mod packages;
pub mod page;
pub mod people;
pub mod program;
pub mod scenario;
pub mod sdks;
pub mod site;
pub mod token;
pub mod world;

pub use browser::Browser;
pub use chromedriver::ChromeDriver;
pub use eventually::{eventually, stays, within};
pub use locator::Locator;
pub use misbehaving::{Fault, Misbehaving};
pub use outcome::{Failure, Miss};
pub use page::Page;
pub use program::Program;
pub use scenario::{Stage, scenario};
pub use thirtyfour::Key;
pub use token::Token;
pub use world::World;
