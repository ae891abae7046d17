//! The customers of the demo.

/// A customer of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// What they log in with.
    pub email: &'static str,
    /// Their full name.
    pub name: &'static str,
    /// Their subject identifier at the provider.
    pub sub: &'static str,
    /// Their account.
    pub iban: &'static str,
    /// What it starts with, in cents.
    pub opening: i64,
}

/// Has 2,500.00 EUR.
pub const ADA: Person = Person {
    email: "customer@example.com",
    name: "Ada Example",
    sub: "auth0|1001",
    iban: "DE89370400440532013000",
    opening: 250_000,
};

/// Has 310.75 EUR.
pub const BEN: Person = Person {
    email: "second@example.com",
    name: "Ben Example",
    sub: "auth0|1002",
    iban: "GB82WEST12345698765432",
    opening: 31_075,
};

/// The password of both.
pub const PASSWORD: &str = "correct horse battery";

/// What both have in their authenticator app, at providers that nobody here wrote: the key of RFC 6238, appendix B.
pub(crate) const TOTP_KEY: &[u8] = b"12345678901234567890";
