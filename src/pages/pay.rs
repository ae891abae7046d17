//! Pay: the form, what will be sent, and what has become of it.

use leptos::prelude::*;

use crate::{
    components::{balance, transfer},
    view_signal::ViewSignal,
};

pub(crate) fn pay(signal: ViewSignal) -> Vec<AnyView> {
    vec![balance::line(signal), transfer::transfer(signal)]
}
