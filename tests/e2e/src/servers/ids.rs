//! Who the client and the API are at every provider.

/// The client's id at the provider.
pub const CLIENT_ID: &str = "riser";
/// The identifier of the bank's API.
pub const AUDIENCE: &str = "https://my-banking-api";

/// What tests show that drive the companion tenant.
pub const CONTROL_TOKEN: &str = "a token for these tests alone";
