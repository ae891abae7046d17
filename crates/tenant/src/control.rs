//! What a test sets from outside while the tenant runs (`/control`): the time, faults, and what requests came. There is none
//! unless the configuration has a token for it.

mod fault;
mod faults;
mod requests;

use std::sync::Arc;

use crate::clock::AdjustableClock;
use crate::credentials::totp::Secret;
use crate::domain::Customer;
use crate::random;

pub(crate) use fault::{ANOTHER_CUSTOMER, ANOTHER_ISSUER, Fault};
pub(crate) use faults::{ActiveFault, Faults, Target};
pub(crate) use requests::{ReceivedRequest, ReceivedRequests};

pub(crate) struct Control {
    token: String,
    pub(crate) clock: Arc<AdjustableClock>,
    pub(crate) faults: Faults,
    pub(crate) requests: ReceivedRequests,
    /// The second factors that the configuration gives: by `sub`, the app's secret and recovery codes.
    factors: Vec<(String, Option<Secret>, Vec<String>)>,
}

impl Control {
    pub(crate) fn new(token: String, clock: Arc<AdjustableClock>, customers: &[Customer]) -> Self {
        let factors = customers.iter().map(|customer| {
            let factors = &customer.factors;
            let secret = factors.totp_secret.as_deref().and_then(Secret::parse);
            (customer.sub.clone(), secret, factors.recovery_codes.clone())
        });
        Self {
            token,
            clock,
            faults: Faults::default(),
            requests: ReceivedRequests::default(),
            factors: factors.collect(),
        }
    }

    pub(crate) fn accepts(&self, token: &str) -> bool {
        random::same(&self.token, token)
    }

    pub(crate) fn configured_factors(&self) -> &[(String, Option<Secret>, Vec<String>)] {
        &self.factors
    }
}
