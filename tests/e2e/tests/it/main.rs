//! The end-to-end tests: each file is a subject, each name a rule.

mod callbacks;
mod express;
mod harness;
mod navigation;
mod refusals;
mod reload;
mod screenshots;
mod states;
mod static_host;
mod steps;
mod storage;
mod workflow;
