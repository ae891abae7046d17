//! What is measured of a client, in milliseconds.

use serde::Deserialize;
use std::fmt;

/// One visit from the first page to the transfer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measures {
    /// From the first page's request to that at the provider.
    pub(crate) first_visit: f64,
    pub(crate) first_paint: f64,
    /// The callback, with the files in the cache, until the balance is drawn.
    pub(crate) callback_cached: PageTimes,
    /// The same with an empty cache.
    pub(crate) callback_uncached: PageTimes,
    /// From the step-up's callback to the transfer at the API.
    pub(crate) step_up: f64,
    pub(crate) reload: PageTimes,
}

/// The parts of one page load, since its navigation began; `None` where a client has no such part.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct PageTimes {
    /// When the document began, since 1970: tells two documents apart.
    pub(crate) time_origin: f64,
    pub(crate) first_paint: Option<f64>,
    pub(crate) page: Option<f64>,
    pub(crate) code: Option<f64>,
    pub(crate) compiled: Option<f64>,
    pub(crate) keys: Option<f64>,
    pub(crate) verified: Option<f64>,
    pub(crate) balance_requested: Option<f64>,
    pub(crate) balance: Option<f64>,
    pub(crate) drawn: Option<f64>,
}

/// A name, and how a value is found.
pub(crate) type Row<T> = (&'static str, fn(&T) -> Option<f64>);

pub(crate) const ROWS: [Row<Measures>; 6] = [
    ("first visit: address → provider is asked", |it| Some(it.first_visit)),
    ("callback → balance, cached", |it| it.callback_cached.drawn),
    ("callback → balance, nothing cached", |it| it.callback_uncached.drawn),
    ("step-up's callback → transfer at the API, cached", |it| Some(it.step_up)),
    ("reload with a session → balance", |it| it.reload.drawn),
    ("first paint", |it| Some(it.first_paint)),
];

/// A kind of load, by its name.
type Load = (&'static str, fn(&Measures) -> &PageTimes);

pub(crate) const LOADS: [Load; 3] = [
    ("callback, cached", |it| &it.callback_cached),
    ("callback, nothing cached", |it| &it.callback_uncached),
    ("reload with a session", |it| &it.reload),
];

pub(crate) const PARTS: [Row<PageTimes>; 8] = [
    ("page there", |it| it.page),
    ("script and wasm there", |it| it.code),
    ("wasm compiled", |it| it.compiled),
    ("keys there", |it| it.keys),
    ("signature verified", |it| it.verified),
    ("balance asked for", |it| it.balance_requested),
    ("balance there", |it| it.balance),
    ("balance drawn", |it| it.drawn),
];

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (name, value)) in ROWS.iter().enumerate() {
            write!(f, "{}{name} {:.0}", if n == 0 { "" } else { " · " }, value(self).unwrap_or(f64::NAN))?;
        }
        f.write_str(" ms")
    }
}
