//! Which claims a script may set. What the protocol needs, a script cannot touch; as at Auth0 the claim is left out and
//! the log-in goes on.

/// Claims that belong to the protocols or to the tenant: the list of Auth0's documentation.
const RESTRICTED: &str = "acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty \
    dest entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid \
    may_act mky nbf nonce object_id org_id org_name orig origid permissions roles rph s_hash scope sid \
    sip_callid sip_cseq_num sip_date sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm \
    x5t#S256 alg crit x5c x5t x5u";

#[must_use]
pub fn may_be_set(name: &str) -> bool {
    !name.is_empty()
        && !RESTRICTED.split(' ').any(|restricted| restricted == name)
        && !name.starts_with("urn:auth0")
}

#[cfg(test)]
mod tests {
    use super::may_be_set;

    #[test]
    fn restricted_claims_cannot_be_set() {
        for name in [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nonce",
            "at_hash",
            "scope",
            "amr",
            "acr",
            "sid",
            "azp",
            "urn:auth0:x",
            "",
        ] {
            assert!(!may_be_set(name), "{name}");
        }
        for name in ["https://bank.example/roles", "favourite_colour", "email", "name", "SUB"] {
            assert!(may_be_set(name), "{name}");
        }
    }
}
