//! Who takes part: customers with an account each, the issuer of their tokens, and what they did.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

use crate::history::{Attempt, Found, History, Meaning, Order, Question, Span, Token};
use crate::issuer::{Issuer, TRANSFER, VIEW};
use crate::wire::{self, Answer};

/// What every account starts with, in minor units: little, so that it runs out.
pub const OPENING: i64 = 10_000;
/// A right IBAN that nobody has here.
pub const NOBODY: &str = "AT611904300234573201";
/// After this time a customer gives a request up.
pub const PATIENCE: Duration = Duration::from_millis(1500);

/// What all customers share.
#[derive(Debug)]
pub struct World {
    /// The issuer of the tokens.
    pub issuer: Issuer,
    /// How many customers there are.
    pub customers: usize,
    /// What they did.
    pub history: History,
}

/// A customer's `sub`.
#[must_use]
pub fn subject(customer: usize) -> String {
    format!("customer|{customer}")
}

/// A customer's IBAN: a German one with the number as the account's, and right check digits (ISO 7064, MOD 97-10).
#[must_use]
pub fn iban(customer: usize) -> String {
    // D and E are 13 and 14.
    let number = customer as u128 * 1_000_000 + 131_400;
    format!("DE{:02}{customer:018}", 98 - number % 97)
}

/// The accounts as the bank's `--account` takes them.
#[must_use]
pub fn accounts(customers: usize) -> Vec<String> {
    (0..customers).map(|n| format!("{};Customer {n};{OPENING};EUR;{}", iban(n), subject(n))).collect()
}

/// A UUID of the run's own randomness (RFC 9562, section 5.4).
pub fn uuid(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}

impl World {
    /// An order of a customer's that was never sent.
    pub fn order(&self, rng: &mut Rng, customer: usize) -> Arc<Order> {
        let id = uuid(rng);
        let to = match rng.u8(..100) {
            0..2 => NOBODY.to_owned(),
            2..4 => iban(customer),
            // Not oneself.
            _ => iban((customer + rng.usize(1..self.customers)) % self.customers),
        };
        let amount = match rng.u8(..100) {
            // More than all the money there is.
            0..6 => {
                OPENING * i64::try_from(self.customers).unwrap_or(i64::MAX / OPENING) + rng.i64(1..1_000_000)
            }
            6..20 => rng.i64(OPENING / 2..OPENING * 2),
            _ => rng.i64(1..OPENING / 4),
        };
        let reference = format!("order {id}");
        let (from, customer) = (iban(customer), subject(customer));
        Arc::new(Order { id, customer, payer: from, payee: to, amount, reference })
    }

    /// A token that was never used.
    pub fn token(&self, rng: &mut Rng, customer: &str) -> Arc<Token> {
        let jti = uuid(rng);
        let text = self.issuer.token(customer, TRANSFER, &jti);
        Arc::new(Token { jti, may_transfer: true, text })
    }

    /// A token that does not allow transfers.
    pub fn viewing_token(&self, rng: &mut Rng, customer: &str) -> Arc<Token> {
        let jti = uuid(rng);
        let text = self.issuer.token(customer, VIEW, &jti);
        Arc::new(Token { jti, may_transfer: false, text })
    }

    /// Sends an order once, and writes down what came of it.
    pub async fn transfer(&self, address: SocketAddr, order: &Arc<Order>, token: &Arc<Token>) -> Meaning {
        let request = wire::post_transfer(&token.text, &order.id, &order.body());
        let (answer, span) = self.ask(address, &request).await;
        let meaning = Meaning::of(answer.as_ref());
        let (order, token) = (Arc::clone(order), Arc::clone(token));
        self.history.attempted(Attempt { order, token, span, answer });
        meaning
    }

    /// Asks about a transfer with a token of the one who ordered it, and writes down what came of it.
    pub async fn look_up(&self, address: SocketAddr, order: &Order, viewing: &Token) -> Found {
        let path = format!("/transfers/{}", order.id);
        let (answer, span) = self.ask(address, &wire::get(&path, &viewing.text)).await;
        let found = Found::of(answer.as_ref());
        self.history.asked(Question { id: order.id.clone(), customer: order.customer.clone(), span, answer });
        found
    }

    async fn ask(&self, address: SocketAddr, request: &[u8]) -> (Option<Answer>, Span) {
        let began = self.history.now();
        let answer = wire::ask(address, request, PATIENCE).await;
        (answer, Span { began, ended: self.history.now() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_have_their_check_digits() {
        // The German example of the IBAN registry.
        assert_eq!(iban(370_400_440_532_013_000), "DE89370400440532013000");
        assert_eq!(iban(7).len(), 22);
        assert_ne!(iban(1), iban(2));
    }
}
