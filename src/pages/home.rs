//! Home: what there is, and the latest payments.

use leptos::prelude::*;

use crate::{
    components::{balance, history},
    view_signal::ViewSignal,
};

pub(crate) fn home(signal: ViewSignal) -> Vec<AnyView> {
    vec![balance::balance(signal), history::latest(signal)]
}
