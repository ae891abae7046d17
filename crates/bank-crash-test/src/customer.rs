//! What customers do, with the mistakes of clients and the attempts of thieves of tokens.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fastrand::Rng;
use tokio::task::JoinSet;

use crate::context::RunContext;
use crate::history::{CustomerToken, Order, StatusResult, TransferResult};
use bank_for_tests::customers::subject;
use bank_for_tests::issuer::{TRANSFER, VIEW};

/// How often a client sends an order again before it leaves it at "unknown".
const MAX_ATTEMPTS: u32 = 6;
/// The longest pause before the second attempt; each later one may be twice as long.
const MAX_RETRY_PAUSE: Duration = Duration::from_millis(40);
const MAX_THINK_TIME: Duration = Duration::from_millis(30);

#[derive(Debug)]
pub struct SimulatedCustomer {
    context: Arc<RunContext>,
    number: usize,
    rng: Rng,
    /// Where the bank is said to be.
    bank: SocketAddr,
    viewing: Arc<CustomerToken>,
}

impl SimulatedCustomer {
    pub fn new(context: Arc<RunContext>, number: usize, bank: SocketAddr, mut rng: Rng) -> Self {
        let viewing = context.token(&mut rng, &subject(number), VIEW);
        Self { context, number, rng, bank, viewing }
    }

    pub async fn run(mut self, over: Arc<AtomicBool>) {
        while !over.load(Ordering::Relaxed) {
            match self.rng.u8(..100) {
                0..34 => {
                    let (order, token) = self.new_order();
                    self.settle(&order, &token).await;
                }
                34..50 => self.send_copies().await,
                50..61 => self.send_many_with_one_token().await,
                61..72 => self.reuse_spent_token().await,
                72..80 => self.reuse_id().await,
                80..83 => self.use_id_of_other_customer().await,
                83..90 => self.query_while_sending().await,
                90..93 => self.query_before_sending().await,
                93..97 => self.send_and_leave().await,
                _ => self.send_without_scope().await,
            }
            tokio::time::sleep(MAX_THINK_TIME.mul_f32(self.rng.f32())).await;
        }
    }

    fn new_order(&mut self) -> (Arc<Order>, Arc<CustomerToken>) {
        let order = self.context.order(&mut self.rng, self.number);
        let token = self.context.token(&mut self.rng, &order.customer, TRANSFER);
        (order, token)
    }

    /// Like an honest client: queries an unknown status, and sends again with the same id.
    async fn settle(&mut self, order: &Arc<Order>, token: &Arc<CustomerToken>) -> TransferResult {
        let mut pause = MAX_RETRY_PAUSE;
        for _ in 0..MAX_ATTEMPTS {
            let result = self.context.transfer(self.bank, order, token).await;
            if result != TransferResult::Unknown {
                return result;
            }
            let is_own = order.customer == subject(self.number);
            // At once, or later, when the order may have been made.
            let (at_once, later) = (is_own && self.rng.bool(), is_own && self.rng.bool());
            if at_once && self.is_over(order, token).await {
                return result;
            }
            tokio::time::sleep(pause.mul_f32(self.rng.f32())).await;
            pause *= 2;
            if later && self.is_over(order, token).await {
                return result;
            }
        }
        TransferResult::Unknown
    }

    /// Queries an order that may have been made. When it was not, the customer may pay with another id, and sometimes sends
    /// the old one again.
    async fn is_over(&mut self, order: &Arc<Order>, token: &Arc<CustomerToken>) -> bool {
        let found = self.context.query_status(self.bank, order, &self.viewing).await;
        if found == StatusResult::Absent && self.rng.u8(..3) == 0 {
            self.context.transfer(self.bank, order, token).await;
        }
        matches!(found, StatusResult::Absent | StatusResult::Made(_)) && self.rng.bool()
    }

    /// As a second tab does that has the order of the first: the query and the order race, and whichever is first, the
    /// other one has to fit.
    async fn query_while_sending(&mut self) {
        let (order, token) = self.new_order();
        let head_start = MAX_RETRY_PAUSE.mul_f32(self.rng.f32());
        let queries = self.rng.usize(1..4);
        let asking = async {
            tokio::time::sleep(head_start).await;
            for _ in 0..queries {
                self.context.query_status(self.bank, &order, &self.viewing).await;
            }
        };
        tokio::join!(self.context.transfer(self.bank, &order, &token), asking);
        self.settle(&order, &token).await;
    }

    async fn query_before_sending(&mut self) {
        let (order, token) = self.new_order();
        self.context.query_status(self.bank, &order, &self.viewing).await;
        self.settle(&order, &token).await;
    }

    /// Like a customer who closes the page.
    async fn send_and_leave(&mut self) {
        let (order, token) = self.new_order();
        self.context.transfer(self.bank, &order, &token).await;
    }

    /// The same order several times at once, as a double click and a duplicated tab do.
    async fn send_copies(&mut self) {
        let (order, token) = self.new_order();
        let copies = vec![(order, token); self.rng.usize(2..6)];
        self.send_at_once(copies).await;
    }

    async fn send_at_once(&self, all: Vec<(Arc<Order>, Arc<CustomerToken>)>) {
        let mut sending = JoinSet::new();
        for (order, token) in all {
            let (context, bank) = (Arc::clone(&self.context), self.bank);
            sending.spawn(async move { context.transfer(bank, &order, &token).await });
        }
        sending.join_all().await;
    }

    /// Several orders at once, and one token for all.
    async fn send_many_with_one_token(&mut self) {
        let (first, token) = self.new_order();
        let mut all = vec![(first, Arc::clone(&token))];
        for _ in 0..self.rng.usize(1..5) {
            all.push((self.new_order().0, Arc::clone(&token)));
        }
        self.send_at_once(all.clone()).await;
        // And once more what may have gone through, in another order.
        self.rng.shuffle(&mut all);
        self.send_at_once(all).await;
    }

    /// A stolen token, after its order was sent; and the order itself, which has to be answered as before.
    async fn reuse_spent_token(&mut self) {
        let (order, token) = self.new_order();
        self.settle(&order, &token).await;
        let other = self.context.order(&mut self.rng, self.number);
        self.settle(&other, &token).await;
        self.settle(&order, &token).await;
    }

    /// Two contents under one id; then the first again.
    async fn reuse_id(&mut self) {
        let (order, token) = self.new_order();
        let mut altered = Order::clone(&order);
        altered.amount += 1;
        let altered = Arc::new(altered);
        let second = self.context.token(&mut self.rng, &order.customer, TRANSFER);
        if self.rng.bool() {
            self.send_at_once(vec![(Arc::clone(&order), Arc::clone(&token)), (altered, second)]).await;
        } else {
            self.settle(&order, &token).await;
            self.settle(&altered, &second).await;
        }
        self.settle(&order, &token).await;
    }

    /// Another customer's order under an id that is taken.
    async fn use_id_of_other_customer(&mut self) {
        let (order, token) = self.new_order();
        self.settle(&order, &token).await;
        let thief = (self.number + 1) % self.context.customers;
        let mut stolen = Order::clone(&self.context.order(&mut self.rng, thief));
        stolen.id.clone_from(&order.id);
        let stolen = Arc::new(stolen);
        let token = self.context.token(&mut self.rng, &stolen.customer, TRANSFER);
        self.settle(&stolen, &token).await;
    }

    /// A token that lets its customer look, and no more.
    async fn send_without_scope(&mut self) {
        let order = self.new_order().0;
        let viewing = self.context.token(&mut self.rng, &order.customer, VIEW);
        self.settle(&order, &viewing).await;
    }
}
