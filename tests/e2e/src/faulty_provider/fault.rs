//! What can go wrong at a provider.

/// One thing that the provider does wrong. Where the OpenID Foundation's relying-party tests have a name for it, it has
/// that name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `iss` of the ID token is another issuer.
    InvalidIss,
    /// `aud` of the ID token is another client.
    InvalidAud,
    /// The ID token has no `aud`.
    MissingAud,
    /// The ID token has no `sub`.
    MissingSub,
    /// The ID token has no `iat`.
    MissingIat,
    /// `at_hash` of the ID token is that of another access token.
    InvalidAtHash,
    /// The ID token has no `at_hash`.
    MissingAtHash,
    /// `nonce` of the ID token is not the one that was sent.
    NonceInvalid,
    /// Ben is logged in, and everything about that is right.
    OtherSub,

    /// The ID token names no key, and the only key that is published has no name.
    KidAbsentSingleJwks,
    /// The ID token names no key, and of the keys that are published, none with a name, the last signed it.
    KidAbsentMultipleJwks,
    /// Between the request and its answer the key is changed.
    SigningKeyRotationJustBeforeSigning,

    /// The RS256 signature has one bit changed.
    InvalidSigRs256,
    /// HS256, with a secret that the client does not have.
    InvalidSigHs256,
    /// ES256, with a key that is not published.
    InvalidSigEs256,
    /// `alg` is `none`, and there is no signature.
    IdTokenSigNone,
    /// HS256, with the published key as the secret: what a library falls for that takes `alg` from the token.
    Hs256WithThePublicKey,
    /// RS256, with a foreign key that goes by the name of the published one.
    ForeignKeyOfTheSameName,
    /// RS512, with the right key.
    Rs512,
    /// The header says RS256; the signature is RS512, with the right key.
    Rs512CalledRs256,
    /// The header says RS256; the signature is PS256, with the right key.
    Ps256CalledRs256,
    /// A foreign key signed, and the header brings it along.
    HeaderJwk,
    /// A foreign key signed, and the header says where it is published.
    HeaderJku,
    /// A foreign key signed, and the header says where its certificate is published.
    HeaderX5u,
    /// A foreign key signed, and the header brings its certificate along.
    HeaderX5c,
    /// Rightly signed, with an extension that has to be understood (`crit`).
    HeaderCrit,

    /// Of the scopes that were asked for, the last is not granted, and the answer says so.
    LessScope,
    /// The same, but the answer does not say what was granted.
    LessScopeUnsaid,
    /// The access token is for another transfer than the one that was asked for (RFC 9396), and the answer says that it is
    /// for that one.
    OtherDetails,
    /// The customer confirmed another payee's name, and answer and access token say so.
    OtherCreditorName,
    /// The access token has another result of the name check than the answer.
    OtherNameCheckInToken,
    /// `iss` of the answer (RFC 9207) is another issuer.
    ResponseIssOfAnother,
    /// The answer has no `iss`, although the metadata says that it does.
    ResponseIssMissing,

    /// The userinfo endpoint tells about Ben.
    UserinfoInvalidSub,
    /// `issuer` of the metadata is another issuer.
    DiscoveryIssuerMismatch,
    /// The browser comes back from the log-out without the `state` that was sent.
    RpInitLogoutNoState,
    /// The browser comes back from the log-out with a `state` that was not sent.
    RpInitLogoutOtherState,
}
