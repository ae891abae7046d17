//! The end-to-end tests: each file is a subject, each name a rule.

mod express;
mod harness;
mod navigation;
mod refusals;
mod screenshots;
mod states;
mod static_host;
mod steps;
mod storage;
mod workflow;
