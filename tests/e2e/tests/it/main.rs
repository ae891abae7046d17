//! The end-to-end tests: each file is a subject, each name a rule.

mod callbacks;
mod code_flow;
mod crash;
mod express;
mod factors;
mod harness;
mod interop;
mod limits;
mod linking;
mod looks;
mod navigation;
mod oidf;
mod refusals;
mod reload;
mod sessions;
mod statements;
mod states;
mod static_host;
mod steps;
mod storage;
mod strangers;
mod tabs;
mod workflow;
