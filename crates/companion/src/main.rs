//! Starts bank and tenant together.

fn main() {}
