//! The tab's storage: `sessionStorage`, which ends with the tab. `localStorage` and cookies are never used.

use leptos::prelude::window;
use stepup::effect::Slot;
use web_sys::Storage;

/// The names under which things are kept. The state of a request comes from the address when it is looked up: the
/// prefix keeps it from naming anything but a request.
fn key(slot: &Slot) -> String {
    match slot {
        Slot::Session => "riser.session".into(),
        Slot::Pending => "riser.pending".into(),
        Slot::Draft => "riser.draft".into(),
        Slot::Request(state) => [REQUEST, state.as_str()].concat(),
    }
}

const REQUEST: &str = "riser.request.";

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What the browser lacks, when it does not let this page keep anything.
pub(super) fn lacking() -> Option<&'static str> {
    let probe = "riser.probe";
    let works = storage().is_some_and(|s| s.set_item(probe, "").is_ok() && s.remove_item(probe).is_ok());
    (!works).then_some("sessionStorage")
}

pub(super) fn read(slot: &Slot) -> Option<String> {
    storage()?.get_item(&key(slot)).ok().flatten()
}

pub(super) fn write(slot: &Slot, value: &str) {
    if let Some(storage) = storage() {
        // A full storage shows when the record is missed: the core then says that the log-in was not started here.
        let _ = storage.set_item(&key(slot), value);
    }
}

pub(super) fn remove(slot: &Slot) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(slot));
    }
}

/// Removes every [`Slot::Request`].
pub(super) fn remove_requests() {
    let Some(storage) = storage() else { return };
    // From the last to the first: removing one moves those behind it.
    for index in (0..storage.length().unwrap_or_default()).rev() {
        if let Some(key) = storage.key(index).ok().flatten().filter(|key| key.starts_with(REQUEST)) {
            let _ = storage.remove_item(&key);
        }
    }
}

/// Reads and forgets in one step.
pub(super) fn take(slot: &Slot) -> Option<String> {
    let value = read(slot);
    remove(slot);
    value
}
