//! The session as a value: whole visits, attacks and arbitrary interleavings, in microseconds.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

mod attacks;
mod authorization_details;
mod callback_addresses;
mod catalogue;
mod checked_names;
mod code_flow;
mod english;
mod exploration;
mod forged_id_tokens;
mod form_input;
mod id_token_signer;
mod idle;
mod interleavings;
mod logout;
mod messages;
mod oidf;
mod payees;
mod payments;
mod places;
mod preflight;
mod providers;
mod rate_limits;
mod repeated_orders;
mod scenarios;
mod servers;
mod sessions;
mod statements;
mod tab;
mod transfer_orders;
mod unsolicited_input;
