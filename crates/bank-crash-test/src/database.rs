//! Reads the ledger from the database, without the bank.

use std::collections::HashMap;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;

#[derive(Debug, Clone, Default)]
pub struct LedgerRows {
    /// IBANs of the customers' accounts by the account's number in the database.
    pub accounts: HashMap<i64, String>,
    /// Every movement of money, in the order of their numbers.
    pub bookings: Vec<Booking>,
    /// Both sides of each.
    pub postings: Vec<Posting>,
    /// Transfers: the client's id, the number of the booking, the reference.
    pub transfers: Vec<(String, i64, String)>,
    /// Decided orders: the client's id, and whether it was refused.
    pub orders: Vec<(String, bool)>,
    /// Spent tokens: `jti`, and the id of the order.
    pub spent: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Booking {
    pub id: i64,
    /// `opening` or `transfer`.
    pub kind: String,
    pub from_account: i64,
    pub to_account: i64,
    /// Minor units.
    pub amount: i64,
    pub currency: String,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Posting {
    pub booking_id: i64,
    pub account_id: i64,
    /// Minor units, below zero for the paying side.
    pub amount: i64,
    /// What was on the account then.
    pub balance_after: i64,
}

impl LedgerRows {
    /// Reads them from a database as `--database` of the bank names it.
    pub async fn read(database: &str) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new().max_connections(1).connect(database).await?;
        let books = Self::read_all(&pool).await;
        pool.close().await;
        books
    }

    async fn read_all(pool: &AnyPool) -> Result<Self, sqlx::Error> {
        let accounts: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, iban FROM accounts WHERE kind = 'customer'").fetch_all(pool).await?;
        let bookings = sqlx::query_as(
            "SELECT id, kind, from_account, to_account, amount, currency FROM bookings ORDER BY id",
        );
        let postings = sqlx::query_as(
            "SELECT booking_id, account_id, amount, balance_after FROM postings ORDER BY booking_id",
        );
        let done = sqlx::query_scalar("SELECT id FROM orders WHERE refusal IS NULL");
        let refused = sqlx::query_scalar("SELECT id FROM orders WHERE refusal IS NOT NULL");
        let done = done.fetch_all(pool).await?.into_iter().map(|id| (id, false));
        let refused = refused.fetch_all(pool).await?.into_iter().map(|id| (id, true));
        let transfers = sqlx::query_as("SELECT id, booking_id, reference FROM transfers");
        let spent = sqlx::query_as("SELECT jti, order_id FROM spent_tokens");
        Ok(Self {
            accounts: accounts.into_iter().collect(),
            bookings: bookings.fetch_all(pool).await?,
            postings: postings.fetch_all(pool).await?,
            transfers: transfers.fetch_all(pool).await?,
            orders: done.chain(refused).collect(),
            spent: spent.fetch_all(pool).await?,
        })
    }
}
