//! What a tab keeps: the record of a request to the provider, a transfer under way, the session.
//!
//! All of it can be edited by whoever sits at the keyboard, so nothing here is believed: a record is only ever looked up
//! by its `state`, and what it says is compared with what the provider signed.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    demand::Demand,
    json::{self, Json, Object},
    oidc::pkce::Verifier,
    time::Timestamp,
    tokens::{CompactIdToken, Scopes, Vault},
    transfer::{Draft, Order, Salt, TransferId},
};

/// How long an answer of the provider is accepted, in seconds: as long as a push may wait for the customer.
pub const RECORD_LIFETIME: i64 = 10 * 60;

/// The type of authorization details that a transfer is (RFC 9396 2.1).
pub(crate) const PAYMENT_INITIATION: &str = "payment_initiation";

/// Why the browser was sent to the provider; kept under the request's `state`, taken out before it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// When the request was made.
    pub created_at: Timestamp,
    /// What was asked for.
    pub scopes: Scopes,
    /// Which authentication was asked for.
    pub demand: Demand,
    /// What proves that a code was asked for by this tab; sent in the code flow only.
    pub verifier: Verifier,
    /// What the nonce was salted with.
    pub salt: Salt,
    /// How often somebody had logged out in this browser by then.
    pub log_outs: LogOuts,
    /// What for.
    pub purpose: Purpose,
}

/// How often somebody has logged out in this browser: all its tabs share the count. What began under another count is
/// over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LogOuts(i64);

impl LogOuts {
    /// From the storage; what is no number was written by somebody else, and differs from every count that was kept.
    pub(crate) fn read(text: Option<&str>) -> Self {
        text.map_or(Self(0), |text| Self(text.parse().unwrap_or(-1)))
    }

    /// One more.
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// As it is stored.
    pub(crate) fn to_text(self) -> String {
        self.0.to_string()
    }
}

/// The reasons to go to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To log in.
    LogIn,
    /// To see the statements.
    Statements {
        /// Who asked for them.
        subject: String,
    },
    /// To confirm a transfer.
    StepUp(StepUp),
}

/// A transfer that waits for its second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepUp {
    /// Who confirmed it.
    pub subject: String,
    /// Its id at the bank.
    pub id: TransferId,
    /// What was confirmed.
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
    pub fn authorization_details(&self) -> String {
        let amount = &self.order.amount;
        // What people type may hold quotation marks, and the currency is what the bank says.
        let (currency, reference) = (json::write(&amount.currency), json::write(&self.order.reference));
        format!(
            r#"[{{"type":"{PAYMENT_INITIATION}","identifier":"{}","instructedAmount":{{"currency":{currency},"amount":"{}"}},"creditorAccount":{{"iban":"{}"}},"remittanceInformationUnstructured":{reference}}}]"#,
            self.id.as_str(),
            amount.decimal(),
            self.order.payee.as_str(),
        )
    }
}

impl Record {
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
    pub fn nonce(&self) -> String {
        let mut hash = Sha256::new_with_prefix("riser request v1\n");
        hash.update(json::write(self));
        Base64UrlUnpadded::encode_string(&hash.finalize())
    }
}

/// A transfer that is not over: what to do after a reload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Who confirmed it: nobody else is shown it.
    pub subject: String,
    /// Its id at the bank.
    pub id: TransferId,
    /// What it is.
    pub order: Order,
    /// How far it got.
    pub stage: PendingStage,
    /// Is it sent without its id, which is the `Idempotency-Key`? Then the bank cannot be asked about it.
    pub unkeyed: bool,
    /// How often somebody had logged out in this browser by then.
    pub log_outs: LogOuts,
}

/// How far a transfer got before the page went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingStage {
    /// The customer was sent to confirm it. Nothing can have been moved by this tab.
    Confirming,
    /// It was sent, and no answer was seen. The bank has to be asked.
    Sent,
}

/// A session as it is kept for the tab. Its tokens are those for reading; the single-use token cannot be serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredSession {
    /// Who is logged in.
    pub subject: String,
    /// With which tokens.
    pub vault: Vault,
    /// The ID token that told of a second factor. It is verified again before it counts.
    pub second_factor: Option<CompactIdToken>,
    /// What a log-out tells the provider.
    pub log_out_hints: Option<LogOutHints>,
    /// How often somebody had logged out in this browser when the session began.
    pub log_outs: LogOuts,
}

/// What names the session of the provider in a log-out request (OIDC RP-Initiated Logout 1.0, 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogOutHints {
    /// The ID token of the log-in. It was verified when it came, and only the provider reads it again.
    pub id_token_hint: CompactIdToken,
    /// Its `sid`, where it has one.
    pub logout_hint: Option<String>,
}

/// What stands in the form, with whose it is: nobody else is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredDraft {
    /// Who typed it.
    pub subject: String,
    /// What was typed.
    pub draft: Draft,
    /// What was sent, as long as the bank has not said what became of it: each order once.
    pub attempts: Vec<Attempt>,
    /// How often somebody had logged out in this browser by then.
    pub log_outs: LogOuts,
}

/// An order that was sent and that the bank has neither done nor refused. The same order again has to have the same id:
/// the first one may still be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Its id at the bank.
    pub id: TransferId,
    /// What was sent.
    pub order: Order,
    /// Has the bank refused the token with which it was sent (401)? After one new log-in that is final.
    pub unauthorized: bool,
}

/// Something that is read back from the tab's storage.
pub(crate) trait Stored: Sized {
    /// `None` when a member is missing or of another type.
    fn read(object: &Object) -> Option<Self>;
}

impl Stored for Record {
    fn read(object: &Object) -> Option<Self> {
        let purpose = object.get("purpose")?;
        let purpose = if purpose.as_text() == Some("log_in") {
            Purpose::LogIn
        } else if let Some(statements) = purpose.as_object()?.object("statements") {
            Purpose::Statements { subject: statements.text("subject")? }
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
            demand: Demand::read(object.object("demand")?),
            verifier: Verifier::read(object.text("verifier")?),
            salt: Salt::read(object.text("salt")?),
            log_outs: LogOuts(object.integer("log_outs")?),
            purpose,
        })
    }
}

impl Stored for Pending {
    fn read(object: &Object) -> Option<Self> {
        let stage = match object.text("stage").as_deref() {
            Some("confirming") => PendingStage::Confirming,
            // Whatever else stands there: the bank is asked before anything is said.
            _ => PendingStage::Sent,
        };
        Some(Self {
            subject: object.text("subject")?,
            id: TransferId::read(object.text("id")?)?,
            order: Order::read(object.object("order")?)?,
            stage,
            unkeyed: object.get("unkeyed") == Some(&Json::Bool(true)),
            log_outs: LogOuts(object.integer("log_outs")?),
        })
    }
}

impl Stored for StoredSession {
    fn read(object: &Object) -> Option<Self> {
        Some(Self {
            subject: object.text("subject")?,
            vault: Vault::read(object.list("vault")?)?,
            second_factor: object.text("second_factor").map(CompactIdToken::new),
            log_out_hints: object.object("log_out_hints").and_then(|hints| {
                Some(LogOutHints {
                    id_token_hint: CompactIdToken::new(hints.text("id_token_hint")?),
                    logout_hint: hints.text("logout_hint"),
                })
            }),
            log_outs: LogOuts(object.integer("log_outs")?),
        })
    }
}

impl Stored for StoredDraft {
    fn read(object: &Object) -> Option<Self> {
        let attempt = |attempt: &Json| {
            let attempt = attempt.as_object()?;
            Some(Attempt {
                id: TransferId::read(attempt.text("id")?)?,
                order: Order::read(attempt.object("order")?)?,
                unauthorized: attempt.get("unauthorized") == Some(&Json::Bool(true)),
            })
        };
        Some(Self {
            subject: object.text("subject")?,
            draft: Draft::read(object.object("draft")?)?,
            attempts: object.list("attempts")?.iter().map(attempt).collect::<Option<_>>()?,
            log_outs: LogOuts(object.integer("log_outs")?),
        })
    }
}

/// Reads stored JSON; what cannot be read counts as absent, for an older version may have written it.
pub(crate) fn read<T: Stored>(text: Option<&str>) -> Option<T> {
    T::read(&Object::parse(text?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iban::Iban;
    use crate::money::Money;

    fn record() -> Record {
        let order = Order {
            payee: Iban::parse("GB82WEST12345698765432").unwrap(),
            amount: Money { amount: 1250, currency: "EUR".into() },
            reference: "Rent".into(),
        };
        let id = TransferId::new(Timestamp(1), [2; 16]);
        Record {
            created_at: Timestamp(1),
            scopes: Scopes::parse("openid"),
            demand: Demand::second_factor(),
            verifier: Verifier::new([3; 32]),
            salt: Salt::new([1; 32]),
            log_outs: LogOuts(0),
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

    fn changed(change: impl FnOnce(&mut Record)) -> Record {
        let mut record = record();
        change(&mut record);
        record
    }

    fn step_up(change: impl FnOnce(&mut StepUp)) -> Record {
        changed(|record| match &mut record.purpose {
            Purpose::StepUp(step_up) => change(step_up),
            other => panic!("{other:?}"),
        })
    }

    fn each_part_changed() -> Vec<Record> {
        vec![
            record(),
            changed(|it| it.created_at = Timestamp(2)),
            changed(|it| it.scopes = Scopes::parse("openid transfer:funds")),
            changed(|it| it.demand = Demand::default()),
            changed(|it| it.demand.max_age = Some(300)),
            changed(|it| it.verifier = Verifier::new([4; 32])),
            changed(|it| it.salt = Salt::new([3; 32])),
            changed(|it| it.log_outs = LogOuts(1)),
            changed(|it| it.purpose = Purpose::LogIn),
            changed(|it| it.purpose = Purpose::Statements { subject: "a".into() }),
            changed(|it| it.purpose = Purpose::Statements { subject: "b".into() }),
            step_up(|it| it.details = true),
            step_up(|it| it.needed = Scopes::parse("view:balance")),
            step_up(|it| it.unkeyed = true),
            step_up(|it| it.subject = "b".into()),
            step_up(|it| it.id = TransferId::new(Timestamp(1), [4; 16])),
            step_up(|it| it.order.amount.amount += 1),
            step_up(|it| it.order.amount.currency = "USD".into()),
            step_up(|it| it.order.reference.push('x')),
            step_up(|it| it.order.payee = Iban::parse("DE89370400440532013000").unwrap()),
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
    fn one_order_has_one_text_and_another_order_another() {
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
        assert_eq!(record().authorization_details(), None, "not asked for");
        assert_eq!(changed(|it| it.purpose = Purpose::LogIn).authorization_details(), None);
    }

    /// Proves: transfer-as-confirmed, nonce-binds-record
    #[test]
    fn the_nonce_changes_with_every_part() {
        let all: Vec<_> = each_part_changed().iter().map(Record::nonce).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(all[0], record().nonce(), "the same request has the same nonce");
    }

    /// Proves: nonce-binds-record
    #[test]
    fn a_record_comes_back_as_it_was_kept() {
        for record in each_part_changed() {
            assert_eq!(read::<Record>(Some(&json::write(&record))), Some(record));
        }
    }
}
