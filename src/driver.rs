//! Everything that touches the browser: one `match` over the core's effects, one short file per capability.
//!
//! Data goes one way: an event goes into the core, its effects are carried out here, its view is shown by the pages.

mod catalogue;
mod clock;
mod crypto;
mod entropy;
mod head_start;
mod http;
pub mod locale;
mod navigation;
mod presence;
mod receipt;
mod storage;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use stepup::{
    Effect as Task, Event, Session, domain::Place, effect::Timer, event::Boot, storage::StorageKey,
    view::View,
};

use crate::{app::app, intent::Intent, messages};

/// Mounts the page and begins the visit.
pub fn start() {
    let Some(root) = navigation::mount_point() else { return };
    let pages = leptos::mount::mount_to(root, || {
        let (view, set_view) = signal(Arc::new(Session::new(navigation::parse_url).view()));
        let driver = StoredValue::new_local(Driver::new(set_view));
        spawn_local(async move {
            match catalogue::load().await {
                Ok(catalogue) => {
                    messages::install(catalogue);
                    listen(driver);
                    follow_language(driver);
                    driver.with_value(Driver::begin);
                }
                Err(_) => navigation::show_broken_shell(),
            }
        });
        app(view, Callback::new(move |intent| driver.with_value(|driver| driver.handle_intent(intent))))
    });
    pages.forget();
}

/// What the browser tells by itself.
fn listen(driver: StoredValue<Driver, LocalStorage>) {
    let dispatch = move |event| driver.with_value(|driver| driver.dispatch(event));
    let _ = window_event_listener(ev::online, move |_| dispatch(Event::Online(true)));
    let _ = window_event_listener(ev::offline, move |_| dispatch(Event::Online(false)));
    let _ = window_event_listener(ev::storage, move |event| {
        storage::from_other_tab(&event).into_iter().for_each(dispatch);
    });
    let _ = window_event_listener(ev::popstate, move |_| {
        if let Some(path) = navigation::travelled_to() {
            dispatch(
                entropy::draw()
                    .map_or_else(Event::FeatureMissing, |entropy| Event::AddressChanged(path, entropy)),
            );
        }
    });
    presence::listen(driver);
    let set_left = move |is_left| driver.with_value(|driver| driver.is_left.set(is_left));
    let _ = window_event_listener_untyped("pagehide", move |_| set_left(true));
    let _ = window_event_listener(ev::pageshow, move |event| {
        set_left(false);
        if event.persisted() {
            dispatch(Event::Restored);
        }
    });
}

/// Goes on in the language that the customer chooses: `index.html` has set it and loaded its catalogue.
fn follow_language(driver: StoredValue<Driver, LocalStorage>) {
    let _ = window_event_listener(ev::Custom::<web_sys::Event>::new(catalogue::CHANGED), move |_| {
        spawn_local(async move {
            if let Ok(catalogue) = catalogue::load().await {
                messages::install(catalogue);
                driver.with_value(|driver| driver.dispatch(Event::LanguageChanged));
            }
        });
    });
}

/// Carries events in and effects out.
#[derive(Clone)]
struct Driver {
    session: Rc<RefCell<Session>>,
    view: WriteSignal<Arc<View>>,
    timers: Rc<RefCell<Vec<(Timer, TimeoutHandle)>>>,
    /// The page has been left: what it waited for is broken off, which says nothing about bank and provider.
    is_left: Rc<Cell<bool>>,
}

impl Driver {
    fn new(view: WriteSignal<Arc<View>>) -> Self {
        Self {
            session: Rc::new(RefCell::new(Session::new(navigation::parse_url))),
            view,
            timers: Rc::default(),
            is_left: Rc::default(),
        }
    }

    fn read_boot_state() -> Boot {
        Boot {
            config: navigation::config(),
            origin: navigation::origin(),
            url: navigation::take_url(),
            session: storage::read(&StorageKey::Session),
            pending: storage::read(&StorageKey::Pending),
            draft: storage::read(&StorageKey::Draft),
            place: storage::read(&StorageKey::Place),
            entropy: entropy::draw().ok(),
            logout_notice: storage::read(&StorageKey::LogoutNotice),
            last_touch: storage::read(&StorageKey::LastTouch),
            logged_out_while_sending: storage::read(&StorageKey::LoggedOutWhileSending).is_some(),
            log_outs: storage::read(&StorageKey::LogoutCount),
            locale: locale::locale(),
            online: navigation::is_online(),
            missing_feature: [storage::missing_feature(), crypto::missing_feature()]
                .into_iter()
                .flatten()
                .next(),
        }
    }

    /// Events that need randomness get it here.
    fn handle_intent(&self, intent: Intent) {
        let event = match intent {
            Intent::LogIn => entropy::draw().map_or_else(Event::FeatureMissing, Event::LogIn),
            Intent::Confirm => entropy::draw().map_or_else(Event::FeatureMissing, Event::Confirm),
            Intent::Visit(Place::Statements) => {
                entropy::draw().map_or_else(Event::FeatureMissing, Event::Statements)
            }
            Intent::Visit(place) => Event::Visit(place),
            Intent::Copy(text) => return receipt::copy(&text),
            Intent::LookFor(filter) => Event::LookFor(filter),
            Intent::LoadMore => Event::LoadMore,
            Intent::Export => Event::Export,
            Intent::PayAgain => Event::PayAgain,
            Intent::Print => return receipt::print(),
            Intent::Share(text) => return receipt::share(&text),
            Intent::OlderStatements => Event::OlderStatements,
            Intent::SavePayee(payee) => {
                entropy::draw().map_or_else(Event::FeatureMissing, |entropy| Event::SavePayee(payee, entropy))
            }
            Intent::DeletePayee(payee) => Event::DeletePayee(payee),
            Intent::LogOut => Event::LogOut,
            Intent::StayLoggedIn => Event::StayLoggedIn,
            Intent::Edited(field, text) => Event::Edited(field, text),
            Intent::Left(field) => Event::Left(field),
            Intent::Review => Event::Review,
            Intent::Cancel => Event::Cancel,
            Intent::Proceed => Event::Proceed,
            Intent::AskAgain => Event::AskAgain,
            Intent::TryAgain => Event::TryAgain,
            Intent::Dismiss => Event::Dismiss,
        };
        self.dispatch(event);
    }

    /// Begins the visit, once the catalogue is there: nothing is done that could not be told.
    fn begin(&self) {
        let state = Self::read_boot_state();
        let has_notice = state.logged_out_while_sending;
        self.dispatch(Event::Booted(Box::new(state)));
        // A notice is read first: it goes with the log-in.
        if navigation::is_log_in_awaited() && !has_notice {
            self.handle_intent(Intent::LogIn);
        }
    }

    /// One step: the core decides, the effects are carried out in order, the page shows what has come of it.
    ///
    /// Drawing comes last: requests are on their way meanwhile. An effect may have led to another step, so the view is the
    /// one of now.
    fn dispatch(&self, event: Event) {
        if self.is_left.get() {
            return;
        }
        let tasks = self.session.borrow_mut().update(event, clock::now());
        for task in tasks {
            self.run_effect(task);
        }
        let view = self.session.borrow().view();
        self.view.set(Arc::new(view));
    }

    /// Every way in which Riser touches the world.
    fn run_effect(&self, task: Task) {
        let driver = self.clone();
        match task {
            Task::Fetch(request, content) => spawn_local(async move {
                let outcome = http::send(*content).await;
                driver.dispatch(Event::Answered { request, outcome });
            }),
            Task::Verify { check, token, key } => spawn_local(async move {
                let outcome = crypto::verify(&token, *key).await;
                driver.dispatch(Event::Verified { check, outcome });
            }),
            Task::Store(key, value) => storage::write(&key, &value),
            Task::Remove(key) => storage::remove(&key),
            Task::ForgetRequests => storage::remove_requests(),
            Task::Take(key) => {
                let value = storage::take(&key);
                driver.dispatch(Event::Taken { key, value });
            }
            Task::Navigate(url) => navigation::leave_for(&url),
            Task::Submit(url, form) => navigation::submit(&url, &form),
            Task::ShowAddress { path, is_new_entry } => navigation::show_address(&path, is_new_entry),
            Task::Export(list) => receipt::export(&list),
            Task::Reload => navigation::reload(),
            Task::SetTimer(timer, milliseconds) => self.set_timer(timer, milliseconds),
        }
    }

    fn set_timer(&self, timer: Timer, milliseconds: u32) {
        let driver = self.clone();
        let woken = move || {
            if timer == Timer::Idle {
                driver.dispatch(storage::last_touch());
            }
            driver.dispatch(Event::TimerFired(timer));
        };
        let mut timers = self.timers.borrow_mut();
        timers.retain(|(set, handle)| {
            if *set == timer {
                handle.clear();
            }
            *set != timer
        });
        if let Ok(handle) = set_timeout_with_handle(woken, Duration::from_millis(milliseconds.into())) {
            timers.push((timer, handle));
        }
    }
}
