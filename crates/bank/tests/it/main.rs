//! The bank from outside: real HTTP routes, real signatures, real key fetches, a clock that the tests move.
//!
//! `test_bank` is the bank with everything around it, `database` its database (each test runs on SQLite and on PostgreSQL),
//! `issuer` a small identity provider. `openapi_check` compares every response with `openapi.json`. The other files are the
//! tests, by subject.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

mod accounts;
mod checked_names;
mod database;
mod dynamic_linking;
#[cfg(target_os = "linux")]
mod faults;
mod headers;
mod history;
mod idempotency;
mod issuer;
mod keys;
mod ledger;
mod limits;
mod openapi;
mod openapi_check;
mod payees;
mod postgres;
mod processes;
mod program;
mod refusals;
mod spending;
mod statements;
mod test_bank;
mod tokens;
mod torture;
mod transfers;
mod validation;
