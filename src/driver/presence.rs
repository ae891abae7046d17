//! Whether somebody is there: touches of the page, a few of them, and looks at it.

use std::{cell::Cell, rc::Rc};

use leptos::prelude::*;
use stepup::Event;

use super::{Driver, storage};

/// One touch in so many milliseconds is told.
const TOUCH_INTERVAL: f64 = 1_000.0;

pub(super) fn listen(driver: StoredValue<Driver, LocalStorage>) {
    let told = Rc::new(Cell::new(0.0));
    for event in ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"] {
        let told = Rc::clone(&told);
        let _ = window_event_listener_untyped(event, move |_| {
            let now = js_sys::Date::now();
            if (now - told.get()).abs() >= TOUCH_INTERVAL {
                told.set(now);
                driver.with_value(|driver| driver.dispatch(Event::Touched));
            }
        });
    }
    let _ = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            driver.with_value(|driver| {
                // Another tab may have been used meanwhile.
                driver.dispatch(storage::last_touch());
                driver.dispatch(Event::Looked);
            });
        }
    });
}
