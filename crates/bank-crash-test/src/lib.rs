//! Crash tests of the bank: customers pay through a faulty network, with retries, duplicates and replays, while the bank is
//! killed and restarted, its disk fills up and fails, or its database fails over. Afterwards all responses are compared with the
//! ledger: no transfer is lost, doubled or altered, and no token is spent twice.
//!
//! - [`run`]: one run. [`faults`]: what happens meanwhile to banks, disk and database.
//! - [`customer`]: what customers do, with what they share in [`context`]. [`faulty_proxy`]: the network.
//! - [`history`]: what was sent and received. [`database`]: what the ledger holds. [`check`]: whether the two fit.

pub mod check;
pub mod context;
pub mod customer;
pub mod database;
pub mod faults;
pub mod faulty_proxy;
pub mod history;
pub mod run;
