//! New recovery codes.

use crate::credentials::recovery_codes;
use crate::store::{Enrollment, Store};

/// Makes recovery codes, in the place of those that there may be; gives the page that shows them.
pub(super) fn make_codes(store: &mut Store, enrollment: &mut Enrollment) -> &'static str {
    enrollment.codes = (0..recovery_codes::CODES_PER_SET).map(|_| recovery_codes::generate()).collect();
    store.enrollments.set_recovery_codes(&enrollment.sub, &enrollment.codes);
    tracing::info!(sub = enrollment.sub, "recovery codes made");
    "/u/methods/codes"
}
