//! One authorization request: what was asked for and what for, as it is kept until the answer comes.
//!
//! Whoever sits at the keyboard can edit what is kept, so it is not believed: it is looked up by its `state`, and the
//! provider signs its digest, the `nonce`.

use alloc::{format, string::String};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        AuthenticationRequirement, CheckedName, Entropy, LogoutCount, Order, Payee, Scopes, Timestamp,
        TransferId,
    },
    json::{self, FromJson, Json, Object},
    oidc::pkce::CodeVerifier,
};

/// The type of authorization details that a transfer is (RFC 9396 2.1).
pub(crate) const PAYMENT_INITIATION: &str = "payment_initiation";

/// The `state` of one request: 256 random bits, and the name under which the request's record is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct StateParameter(String);

impl StateParameter {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// One that came back. It may be anything that a stranger wrote; it is only ever looked up.
    pub(crate) fn returned(text: String) -> Self {
        Self(text)
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The random value that keeps a digest from being guessed: anyone who sees the nonce (in an address, in an ID token) does not
/// learn the order from it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct NonceSalt(String);

impl NonceSalt {
    pub(crate) fn read(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }
}

redacted!(NonceSalt);

/// What one authorization request needs of randomness. It is consumed by the request, so that it serves one redirect.
#[derive(Debug)]
pub(crate) struct RequestSecrets {
    /// Its `state`.
    pub state: StateParameter,
    pub salt: NonceSalt,
    pub verifier: CodeVerifier,
}

impl RequestSecrets {
    /// The secrets, and the rest of the randomness.
    pub(crate) fn draw(entropy: Entropy) -> (Self, [u8; 32]) {
        let [state, salt, verifier, rest] = entropy.split();
        let (state, salt) = (StateParameter::new(state), NonceSalt::new(salt));
        (Self { state, salt, verifier: CodeVerifier::new(verifier) }, rest)
    }
}

/// Why the browser was sent to the provider; kept under the request's `state`, taken out before it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AuthorizationRequest {
    pub created_at: Timestamp,
    pub scopes: Scopes,
    #[serde(rename = "demand")]
    pub requirement: AuthenticationRequirement,
    /// What proves that a code was asked for by this tab; sent in the code flow only.
    pub verifier: CodeVerifier,
    pub salt: NonceSalt,
    /// How often somebody had logged out in this browser by then.
    pub log_outs: LogoutCount,
    pub purpose: Purpose,
}

/// The reasons to go to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    LogIn,
    Statements { subject: String },
    SavePayee { subject: String, payee: Payee },
    StepUp(StepUp),
}

impl Purpose {
    /// Who asked for what comes after the log-in, if it is to be one customer's only.
    pub(crate) fn asked_by(&self) -> Option<&str> {
        match self {
            Self::LogIn => None,
            Self::Statements { subject } | Self::SavePayee { subject, .. } => Some(subject),
            Self::StepUp(step_up) => Some(&step_up.subject),
        }
    }
}

/// A transfer that waits for its second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StepUp {
    pub subject: String,
    pub id: TransferId,
    pub order: Order,
    /// Was it named in the request (`authorization_details`), so that the provider shows it and signs it?
    pub details: bool,
    /// The API's scopes that it needs: what has to be granted.
    pub needed: Scopes,
    /// Is it sent without `Idempotency-Key`, because the API does not let pages of another origin send one?
    pub unkeyed: bool,
}

impl StepUp {
    /// The transfer as RFC 9396 writes a payment (its section 2, figure 2), with the id in the common field
    /// `identifier` (2.2). One order has one text.
    ///
    /// The amount has the decimals that ISO 4217 gives its currency, as the page shows it.
    #[must_use]
    pub(crate) fn authorization_details(&self) -> String {
        let amount = &self.order.amount;
        // What people type may hold quotation marks, and the currency is what the bank says.
        let (currency, reference) = (json::write(&amount.currency), json::write(&self.order.reference));
        let creditor = match &self.order.name {
            None => String::new(),
            Some(CheckedName { name, check }) => {
                format!(r#","creditorName":{},"creditorNameCheck":"{}""#, json::write(name), check.as_str())
            }
        };
        format!(
            r#"[{{"type":"{PAYMENT_INITIATION}","identifier":"{}","instructedAmount":{{"currency":{currency},"amount":"{}"}},"creditorAccount":{{"iban":"{}"}},"remittanceInformationUnstructured":{reference}{creditor}}}]"#,
            self.id.as_str(),
            amount.decimal(),
            self.order.payee.as_str(),
        )
    }
}

impl AuthorizationRequest {
    /// What the request says of a transfer besides its scope, when it does.
    pub(crate) fn authorization_details(&self) -> Option<String> {
        match &self.purpose {
            Purpose::StepUp(step_up) if step_up.details => Some(step_up.authorization_details()),
            _ => None,
        }
    }

    /// The nonce of the request: base64url of SHA-256 over everything in this record.
    ///
    /// The provider signs it into the ID token, and it is computed anew from what is stored when the answer comes. Whoever
    /// edits anything meanwhile (the order, what the request was for, what it asked for, when) would need a second
    /// pre-image to get past the comparison. The verifier and the salt, 256 random bits each, keep it from being guessed.
    #[must_use]
    pub(crate) fn nonce(&self) -> String {
        let mut hash = Sha256::new_with_prefix("riser request v1\n");
        hash.update(json::write(self));
        Base64UrlUnpadded::encode_string(&hash.finalize())
    }
}

impl FromJson for AuthorizationRequest {
    fn read(object: &Object) -> Option<Self> {
        let purpose = object.get("purpose")?;
        let purpose = if purpose.as_text() == Some("log_in") {
            Purpose::LogIn
        } else if let Some(statements) = purpose.as_object()?.object("statements") {
            Purpose::Statements { subject: statements.text("subject")? }
        } else if let Some(save) = purpose.as_object()?.object("save_payee") {
            Purpose::SavePayee { subject: save.text("subject")?, payee: Payee::read(save.object("payee")?)? }
        } else {
            let step_up = purpose.as_object()?.object("step_up")?;
            Purpose::StepUp(StepUp {
                subject: step_up.text("subject")?,
                id: TransferId::read(step_up.text("id")?)?,
                order: Order::read(step_up.object("order")?)?,
                details: step_up.get("details") == Some(&Json::Bool(true)),
                needed: Scopes::parse(&step_up.text("needed")?),
                unkeyed: step_up.get("unkeyed") == Some(&Json::Bool(true)),
            })
        };
        Some(Self {
            created_at: Timestamp(object.integer("created_at")?),
            scopes: Scopes::parse(&object.text("scopes")?),
            requirement: AuthenticationRequirement::read(object.object("demand")?),
            verifier: CodeVerifier::read(object.text("verifier")?),
            salt: NonceSalt::read(object.text("salt")?),
            log_outs: LogoutCount::of(object)?,
            purpose,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Iban;
    use crate::domain::{Money, NameCheck};

    fn record() -> AuthorizationRequest {
        let order = Order {
            payee: Iban::parse("GB82WEST12345698765432").unwrap(),
            name: None,
            amount: Money { amount: 1250, currency: "EUR".into() },
            reference: "Rent".into(),
        };
        let id = TransferId::new(Timestamp(1), [2; 16]);
        AuthorizationRequest {
            created_at: Timestamp(1),
            scopes: Scopes::parse("openid"),
            requirement: AuthenticationRequirement::second_factor(),
            verifier: CodeVerifier::new([3; 32]),
            salt: NonceSalt::new([1; 32]),
            log_outs: LogoutCount::default(),
            purpose: Purpose::StepUp(StepUp {
                subject: "a".into(),
                id,
                order,
                details: false,
                needed: Scopes::parse("transfer:funds"),
                unkeyed: false,
            }),
        }
    }

    fn changed(change: impl FnOnce(&mut AuthorizationRequest)) -> AuthorizationRequest {
        let mut record = record();
        change(&mut record);
        record
    }

    fn step_up(change: impl FnOnce(&mut StepUp)) -> AuthorizationRequest {
        changed(|record| match &mut record.purpose {
            Purpose::StepUp(step_up) => change(step_up),
            other => panic!("{other:?}"),
        })
    }

    fn named(name: &str, check: NameCheck) -> AuthorizationRequest {
        step_up(|it| it.order.name = Some(CheckedName { name: name.into(), check }))
    }

    fn save_payee(subject: &str, name: &str) -> AuthorizationRequest {
        let payee = Payee { iban: Iban::parse("GB82WEST12345698765432").unwrap(), name: name.into() };
        changed(|it| it.purpose = Purpose::SavePayee { subject: subject.into(), payee })
    }

    fn each_part_changed() -> Vec<AuthorizationRequest> {
        vec![
            record(),
            changed(|it| it.created_at = Timestamp(2)),
            changed(|it| it.scopes = Scopes::parse("openid transfer:funds")),
            changed(|it| it.requirement = AuthenticationRequirement::default()),
            changed(|it| it.requirement.max_age = Some(300)),
            changed(|it| it.verifier = CodeVerifier::new([4; 32])),
            changed(|it| it.salt = NonceSalt::new([3; 32])),
            changed(|it| it.log_outs = LogoutCount::default().next()),
            changed(|it| it.purpose = Purpose::LogIn),
            changed(|it| it.purpose = Purpose::Statements { subject: "a".into() }),
            changed(|it| it.purpose = Purpose::Statements { subject: "b".into() }),
            save_payee("a", "Ben"),
            save_payee("b", "Ben"),
            save_payee("a", "ben"),
            step_up(|it| it.details = true),
            step_up(|it| it.needed = Scopes::parse("view:balance")),
            step_up(|it| it.unkeyed = true),
            step_up(|it| it.subject = "b".into()),
            step_up(|it| it.id = TransferId::new(Timestamp(1), [4; 16])),
            step_up(|it| it.order.amount.amount += 1),
            step_up(|it| it.order.amount.currency = "USD".into()),
            step_up(|it| it.order.reference.push('x')),
            step_up(|it| it.order.payee = Iban::parse("DE89370400440532013000").unwrap()),
            named("Ben", NameCheck::Match),
            named("ben", NameCheck::Match),
            named("Ben", NameCheck::CloseMatch),
            named("Ben", NameCheck::NoMatch),
            named("Ben", NameCheck::NotPossible),
        ]
    }

    fn details(change: impl FnOnce(&mut StepUp)) -> String {
        step_up(|it| {
            it.details = true;
            change(it);
        })
        .authorization_details()
        .unwrap()
    }

    /// Proves: minor-units
    #[test]
    fn authorization_details_identify_the_order() {
        assert_eq!(
            details(|_| {}),
            r#"[{"type":"payment_initiation","identifier":"00000000-03e8-7202-8202-020202020202","instructedAmount":{"currency":"EUR","amount":"12.50"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"remittanceInformationUnstructured":"Rent"}]"#
        );
        for (minor, text) in [(1, "0.01"), (99, "0.99"), (100, "1.00"), (123_456_705, "1234567.05")] {
            assert!(details(|it| it.order.amount.amount = minor).contains(&format!(r#""amount":"{text}""#)));
        }
        for (currency, text) in [("HUF", "12.50"), ("JPY", "1250"), ("KWD", "1.250"), ("CLF", "0.1250")] {
            let written = details(|it| it.order.amount.currency = currency.into());
            let expected = format!(r#""instructedAmount":{{"currency":"{currency}","amount":"{text}"}}"#);
            assert!(written.contains(&expected), "{written}");
        }
        let quoted = details(|it| it.order.reference = r#"a"},{"b\é"#.into());
        let parsed: serde_json::Value = serde_json::from_str(&quoted).unwrap();
        assert_eq!(parsed[0]["remittanceInformationUnstructured"], r#"a"},{"b\é"#);
        assert_eq!(parsed.as_array().unwrap().len(), 1);
        let name = CheckedName { name: r#"Ben "B" Example"#.into(), check: NameCheck::CloseMatch };
        let parsed: serde_json::Value =
            serde_json::from_str(&details(|it| it.order.name = Some(name))).unwrap();
        assert_eq!(
            (&parsed[0]["creditorName"], &parsed[0]["creditorNameCheck"]),
            (&r#"Ben "B" Example"#.into(), &"close-match".into())
        );
        assert_eq!(record().authorization_details(), None, "not asked for");
        assert_eq!(changed(|it| it.purpose = Purpose::LogIn).authorization_details(), None);
    }

    /// Proves: transfer-as-confirmed, nonce-binds-record
    #[test]
    fn nonce_depends_on_every_part() {
        let all: Vec<_> = each_part_changed().iter().map(AuthorizationRequest::nonce).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(all[0], record().nonce(), "the same request has the same nonce");
    }

    /// Proves: nonce-binds-record
    #[test]
    fn stored_request_is_read_back() {
        for record in each_part_changed() {
            assert_eq!(json::read::<AuthorizationRequest>(Some(&json::write(&record))), Some(record));
        }
    }

    /// A request that was stored before orders had names still has the nonce with which it was sent.
    #[test]
    fn order_without_name_is_written_as_before() {
        let stored = json::write(&record());
        assert!(!stored.contains("name") && !stored.contains("check"), "{stored}");
    }

    #[test]
    fn salt_is_redacted_in_debug() {
        assert_eq!(format!("{:?}", NonceSalt::new([7; 32])), "NonceSalt(…)");
    }
}
