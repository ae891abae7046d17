//! The log as pages: what stands where, in words. Nothing is decided here about what may be shown.

mod claims;
mod event;
mod labels;
mod list;
mod timeline;

pub(crate) use list::list;
pub(crate) use timeline::timeline;
