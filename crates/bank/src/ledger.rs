//! The ledger: accounts, double-entry postings, decided orders, spent tokens. All SQL of the bank is here and in
//! `migrations`, whose triggers make postings and balances.
//!
//! From the bottom up; each file uses only those above it in this list:
//! - `store`: connections and transactions of both databases.
//! - `money`, `iban`, `reference`, `account`, `order`, `transfer`, `movement`, `search`, `name_match`, `checked_name`: the domain, without a database or with one query each.
//! - `decide`: orders in one transaction: replay, spend, decide, book, record. `locks`, `order_context`, `decision`, `record`:
//!   what is locked and read for it, the result, and what is written.
//! - `batcher`: requests that are handled together. `transfer_queue` and `account_loader` are built on it.
//! - `health`: whether the database can be written. `handle`: the open ledger.
//! - `audit`, `query`, `payees`, `status`, `history`, `open`: what else can be done with it.

mod account;
mod account_loader;
mod audit;
mod batcher;
mod checked_name;
mod decide;
mod decision;
mod error;
mod handle;
mod health;
mod history;
mod iban;
mod locks;
mod money;
mod movement;
mod name_match;
mod open;
mod order;
mod order_context;
mod payees;
mod query;
mod record;
mod reference;
mod search;
mod status;
mod store;
#[cfg(test)]
mod tests;
mod transfer;
mod transfer_queue;

pub(crate) use account::{Account, Customer, Party};
pub(crate) use checked_name::{CheckedName, NameCheckResult, RecordedName};
pub(crate) use decision::{TransferDecision, TransferOutcome};
pub use error::LedgerError;
pub use handle::Ledger;
pub use history::{History, HistoryError, PastPayment, SavedPayee};
pub use iban::{Iban, IbanError};
pub(crate) use money::minor_digits;
pub use money::{Currency, MAX_MINOR, Money};
pub(crate) use movement::{Counterparty, Direction, Movement};
pub use open::{LedgerOpenError, OpeningAccount};
pub(crate) use order::{Order, OrderRefusal, TokenId, TransferRequest};
pub(crate) use payees::{NameCheck, Payee, PayeeError};
pub(crate) use search::{SearchWords, TransferFilter};
pub(crate) use status::TransferStatus;
pub use store::StoreError;
pub(crate) use transfer::{Transfer, transfer_number};
