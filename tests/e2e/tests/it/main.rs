//! The end-to-end tests: each file is a subject, each name a rule.

mod harness;
mod steps;
mod workflow;
