//! The audit log, which teaches: what happened to each request, for the developer who looks for the reason. It is kept in
//! memory and bounded. Whoever records says what happened and nothing else ([`Event`]); what may be read of it
//! ([`redaction`]), what it means and what would have been right ([`advice`]) is decided here, for all events alike.

mod advice;
mod audit_log;
mod counters;
pub(crate) mod event;
pub(crate) mod events;
mod export;
pub(crate) mod filter;
pub(crate) mod parameters;
pub(crate) mod record;
mod redaction;
mod registered;
mod script;
pub(crate) mod time;

pub(crate) use advice::value::Advice;
pub(crate) use audit_log::{Log, Trace, clean, clean_address, redacted};
pub(crate) use event::{Event, FactorStep, RefreshTokenStep, Refusal, ScriptDecision, ScriptRequest, Token};
pub(crate) use export::export;
pub(crate) use filter::Filter;
pub(crate) use parameters::{Parameter, kept, secrets};
pub(crate) use record::{Kind, Record};
pub(crate) use registered::Registered;
pub(crate) use script::{script, script_decision};

#[cfg(test)]
mod tests;
