//! The tab's storage: `sessionStorage`, which ends with the tab. Cookies are never used; `localStorage` holds two numbers,
//! by which the tabs of a browser learn that somebody has logged out, and when somebody was last there (and the code of the
//! chosen language, which is `index.html`'s).

use leptos::prelude::window;
use stepup::{Event, storage::StorageKey};
use web_sys::{Storage, StorageEvent};

/// The names under which things are kept. The state of a request comes from the address when it is looked up: the
/// prefix keeps it from naming anything but a request.
fn name(key: &StorageKey) -> String {
    match key {
        StorageKey::Session => "riser.session".into(),
        StorageKey::Pending => "riser.pending".into(),
        StorageKey::Draft => "riser.draft".into(),
        StorageKey::Place => "riser.place".into(),
        StorageKey::Request(state) => [REQUEST, state.as_str()].concat(),
        StorageKey::LoggedOutWhileSending => "riser.logged_out_while_sending".into(),
        StorageKey::LogoutNotice => "riser.logout_notice".into(),
        StorageKey::LogoutCount => LOG_OUTS.into(),
        StorageKey::LastTouch => LAST_TOUCH.into(),
    }
}

const REQUEST: &str = "riser.request.";
const LOG_OUTS: &str = "riser.log_outs";
const LAST_TOUCH: &str = "riser.last_touch";

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Where a thing is kept: with the tab, or for all tabs of this origin.
fn storage_for(key: &StorageKey) -> Option<Storage> {
    match key {
        StorageKey::LogoutCount | StorageKey::LastTouch => window().local_storage().ok().flatten(),
        _ => storage(),
    }
}

/// What the core has to know of what another tab has written, when it has to know it.
pub(super) fn from_other_tab(event: &StorageEvent) -> Option<Event> {
    match event.key().as_deref() {
        // Without a key, everything was cleared.
        None | Some(LOG_OUTS) => Some(Event::LogoutCountChanged(event.new_value())),
        Some(LAST_TOUCH) => Some(Event::TouchedElsewhere(event.new_value())),
        Some(_) => None,
    }
}

/// When somebody was last there, in any tab.
pub(super) fn last_touch() -> Event {
    Event::TouchedElsewhere(read(&StorageKey::LastTouch))
}

/// What the browser lacks, when it does not let this page keep anything.
pub(super) fn missing_feature() -> Option<&'static str> {
    let probe = "riser.probe";
    let works = |s: Storage| s.set_item(probe, "").is_ok() && s.remove_item(probe).is_ok();
    if !storage().is_some_and(works) {
        return Some("sessionStorage");
    }
    // Without it, a log-out here would be none in the other tabs.
    (!storage_for(&StorageKey::LogoutCount).is_some_and(works)).then_some("localStorage")
}

pub(super) fn read(key: &StorageKey) -> Option<String> {
    storage_for(key)?.get_item(&name(key)).ok().flatten()
}

pub(super) fn write(key: &StorageKey, value: &str) {
    if let Some(storage) = storage_for(key) {
        // A full storage shows when the record is missed: the core then says that the log-in was not started here.
        let _ = storage.set_item(&name(key), value);
    }
}

pub(super) fn remove(key: &StorageKey) {
    if let Some(storage) = storage_for(key) {
        let _ = storage.remove_item(&name(key));
    }
}

/// Removes every [`StorageKey::Request`].
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
pub(super) fn take(key: &StorageKey) -> Option<String> {
    let value = read(key);
    remove(key);
    value
}
