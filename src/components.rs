//! The pieces that pages are made of.

pub(crate) mod balance;
pub(crate) mod banner;
pub(crate) mod button;
pub(crate) mod copy;
mod field;
mod form;
pub(crate) mod history;
mod icon;
pub(crate) mod idle;
pub(crate) mod links;
pub(crate) mod masthead;
pub(crate) mod navigation;
mod payee_check;
pub(crate) mod payees;
pub(crate) mod problem;
pub(crate) mod receipt;
pub(crate) mod search;
pub(crate) mod skeleton;
mod step;
pub(crate) mod transfer;
