//! Torture for the bank: customers pay through a faulty network, with retries, duplicates and replays, while the bank is
//! killed with SIGKILL and started again, its disk fills up and fails, or its database fails over. Afterwards all that was said is compared with the books: no transfer is lost,
//! doubled or altered, and no token is spent twice.
//!
//! It shares no code with the bank, which it knows as a program only.
//!
//! - [`run`]: one run, from the first start to the verdict. [`trouble`]: what happens meanwhile.
//! - [`world`], [`customer`]: who takes part, and what they do. [`proxy`]: what the network does to it.
//! - [`place`]: the database. [`program`]: the bank, to be killed. [`issuer`]: the tokens. [`wire`]: HTTP.
//! - [`bench`]: no torture, but the same bank under load, beside another API.
//! - [`history`]: what happened. [`books`]: what the database holds. [`check`]: whether the two fit.

pub mod bench;
pub mod books;
pub mod check;
pub mod customer;
pub mod history;
pub mod issuer;
pub mod place;
pub mod program;
pub mod proxy;
pub mod run;
pub mod trouble;
pub mod wire;
pub mod world;
