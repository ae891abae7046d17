//! The bank from outside: real HTTP routes, real signatures, real key fetches, a clock that the tests move.
//!
//! `world` is the bank with everything around it, `books` the database (each test runs on SQLite and on PostgreSQL), `issuer` a small identity provider, `description` holds every single
//! answer against `openapi.json`. The other files are the tests, by subject.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod accounts;
mod books;
mod description;
#[cfg(target_os = "linux")]
mod faults;
mod headers;
mod idempotency;
mod issuer;
mod keys;
mod ledger;
mod limits;
mod linking;
mod postgres;
mod processes;
mod program;
mod refusals;
mod shape;
mod spending;
mod statements;
mod tokens;
mod torture;
mod transfers;
mod typing;
mod world;
