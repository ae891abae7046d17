//! Is a single-page application safe? It is driven in a browser through log-in and step-up, against a tenant that misbehaves
//! in one way at a time, and what it does then is reported.
//!
//! - `cases`: the misbehaviours, with what the specifications say
//! - `script`: what a customer does in the client
//! - `webdriver`: the browser; `provider`: the tenant; `recording_api`: an API that the client may call
//! - `player`: does what a script says
//! - `trial`: runs without and with faults, and how they are judged
//! - `report`: as text, JSON and JUnit
//! - `args`: the command

pub mod args;
pub mod cases;
mod player;
mod provider;
mod recording_api;
pub mod report;
mod script;
mod trial;
mod webdriver;

pub use args::{Args, run};
pub use provider::{Registration, ReservedProvider};
pub use report::Report;
pub use script::{Script, ScriptError};
pub use trial::{Options, TrialError, try_client};
pub use webdriver::BrowserOptions;
