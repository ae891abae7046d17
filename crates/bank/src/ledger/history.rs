//! What happened before a bank was opened: payments and saved payees that new books begin with. They are decided like all
//! orders, so that an audit finds nothing that is special about them.

use uuid::Builder;

use super::account::Customer;
use super::checked_name::{CheckedName, NameCheckResult};
use super::decide::decide;
use super::decision::TransferDecision;
use super::error::LedgerError;
use super::handle::{Ledger, with_write_timeout};
use super::order::{Order, TokenId, TransferRequest};
use super::payees::{Payee, PayeeError};

/// What new books begin with, besides accounts. Books that have bookings already stay as they are.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// In the order in which they were made.
    pub payments: Vec<PastPayment>,
    pub payees: Vec<SavedPayee>,
}

/// A payment between two of the opening accounts.
#[derive(Debug, Clone)]
pub struct PastPayment {
    /// The `sub` of the payer.
    pub subject: String,
    pub payee_iban: String,
    /// As the holder of the account is called.
    pub payee_name: String,
    pub amount_minor: i64,
    pub currency: String,
    pub reference: String,
    /// Unix seconds.
    pub at: i64,
}

#[derive(Debug, Clone)]
pub struct SavedPayee {
    /// The `sub` of the customer who saved it.
    pub subject: String,
    pub iban: String,
    pub name: String,
}

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("payment {0} of the history was refused: {1}")]
    Payment(usize, String),
    #[error("payee {0} of the history: {1}")]
    Payee(usize, String),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<sqlx::Error> for HistoryError {
    fn from(error: sqlx::Error) -> Self {
        LedgerError::from(error).into()
    }
}

impl Ledger {
    pub(crate) async fn has_bookings(&self) -> Result<bool, LedgerError> {
        Ok(self.store.reader.fetch_number("SELECT id FROM bookings LIMIT 1", &[]).await?.is_some())
    }

    /// Books the payments, all or none, and saves the payees.
    pub(crate) async fn write_history(
        &self,
        history: &History,
        issuer: &str,
        now: i64,
    ) -> Result<(), HistoryError> {
        with_write_timeout(self.book_payments(&history.payments, issuer)).await?;
        for (index, saved) in history.payees.iter().enumerate() {
            let failed = |error: PayeeError| HistoryError::Payee(index, error.to_string());
            let payee = Payee::parse(&saved.iban, &saved.name).map_err(failed)?;
            let customer = customer(issuer, &saved.subject);
            self.save_payee(&customer, &payee, now).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn book_payments(&self, payments: &[PastPayment], issuer: &str) -> Result<(), HistoryError> {
        if payments.is_empty() {
            return Ok(());
        }
        let requests: Vec<_> =
            payments.iter().enumerate().map(|(index, payment)| request(payment, index, issuer)).collect();
        let mut tx = self.store.writer.begin().await?;
        let decisions = decide(&mut tx, &requests, &|_| true).await?;
        for (index, decision) in decisions.iter().enumerate() {
            if !matches!(decision, Some(TransferDecision::New(Ok(_)))) {
                return Err(HistoryError::Payment(index, format!("{decision:?}")));
            }
        }
        Ok(tx.commit().await?)
    }
}

fn request(payment: &PastPayment, index: usize, issuer: &str) -> TransferRequest {
    let milliseconds = u64::try_from(payment.at).unwrap_or_default().saturating_mul(1_000);
    let mut rest = [0; 10];
    rest[2..].copy_from_slice(&(index as u64).to_be_bytes());
    let order = Order {
        id: Builder::from_unix_timestamp_millis(milliseconds, &rest).into_uuid(),
        customer: customer(issuer, &payment.subject),
        payee: payment.payee_iban.clone(),
        amount: payment.amount_minor,
        currency: payment.currency.clone(),
        reference: payment.reference.clone(),
        payee_name: Some(CheckedName { name: payment.payee_name.clone(), check: NameCheckResult::Match }),
    };
    // No issuer has signed a token with this id: it names no one, and is spent all the same.
    let token = TokenId { issuer: issuer.to_owned(), jti: format!("history-{index}") };
    TransferRequest { order, token, now: payment.at }
}

fn customer(issuer: &str, subject: &str) -> Customer {
    Customer { issuer: issuer.to_owned(), subject: subject.to_owned() }
}
