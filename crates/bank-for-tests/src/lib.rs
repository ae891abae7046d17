//! The bank as a program that tests start and kill. It shares no code with the bank.
//!
//! - [`bank_process`]: the program. [`deployment`]: its database, and how many banks share it.
//! - [`issuer`]: access tokens. [`customers`]: who has an account. [`http_client`]: requests.

pub mod bank_process;
pub mod customers;
pub mod deployment;
pub mod http_client;
pub mod issuer;
