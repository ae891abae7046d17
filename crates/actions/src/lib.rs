//! Runs scripts that were written for Auth0, unchanged: post-login Actions
//! (`exports.onExecutePostLogin = async (event, api) => { … }`) and Rules (`function (user, context, callback) { … }`).
//! It knows nothing of HTTP or of a store: an [`Event`] goes in, an [`Outcome`] comes out.
//!
//! ```
//! # use actions::{Engine, Event, Kind, Limits, Script, Verdict};
//! let script = Script {
//!     name: "Step up".into(),
//!     kind: Kind::PostLogin,
//!     code: "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };".into(),
//!     ..Script::default()
//! };
//! let outcome = Engine::new(Limits::default()).run(&[script], Event::default());
//! assert_eq!(outcome.verdict, Verdict::Go);
//! assert!(outcome.decisions.multifactor.is_some());
//! ```
//!
//! The layout:
//! - `event`: what scripts are told; `outcome`: what they decide, and what is kept of their runs; `script`: what runs
//! - `engine`: one run of several scripts, in time; `sandbox`: one script in a runtime of its own
//! - `host`: the calls that scripts make; `claims`: which claims they may set; `rules`: what a Rule leaves in `context`;
//!   `cache`: what an Action keeps; `console`: what scripts print
//! - `environment`: what scripts have around them: `packages`, what `require` finds in a folder; `network`, who sends requests
//! - `modules`: what `require` finds here, each a text in `modules/`; `bytes`: what these have computed
//! - `secrets`: what nobody may read in what scripts write
//! - `globals`: what Node has and scripts here do not, and what does instead
//! - `trace`: errors, with the place in the developer's own file; `prelude.js`: the objects that scripts see

mod bytes;
mod cache;
mod claims;
mod console;
mod engine;
mod environment;
mod event;
mod globals;
mod host;
mod modules;
mod network;
mod outcome;
mod packages;
mod rules;
mod sandbox;
mod script;
mod secrets;
mod trace;

pub use claims::may_be_set;
pub use engine::Engine;
pub use environment::Environment;
pub use event::Event;
pub use network::{Exchange, Network, Reply, Request, Response};
pub use outcome::{
    ConsoleLine, Decisions, End, Level, Multifactor, Outcome, Refusal, RefusalCode, ScriptRun, Verdict, patch,
};
pub use script::{Kind, Limits, Script};
pub use secrets::Secrets;
pub use trace::{Cause, Frame, ScriptError};
