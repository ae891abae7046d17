//! The client as it is among programs that nobody here wrote (`tests/interop`).

mod apis;
mod clock;
mod providers;
