//! Is the customer still there, and is the session still theirs? That comes before everything else that an event may mean.

use alloc::vec::Vec;

use super::Account;
use crate::{
    effect::{Effect, Timer},
    event::Event,
    flow::context::Context,
    view::Notice,
};

pub(super) enum Presence {
    /// What is to be done, and the event if it may mean something else.
    There(Vec<Effect>, Option<Event>),
    /// For too long: the customer is logged out.
    LeftAlone,
    /// The session is over at the provider.
    Ended(Notice),
}

impl Account {
    pub(super) fn watch_presence(&mut self, event: Event, cx: &mut Context) -> Presence {
        if !self.customer.is_logged_in() {
            return Presence::There(Vec::new(), Some(event));
        }
        let mut effects = Vec::new();
        if self.is_sending() || self.is_unanswered() || self.validation.is_some() {
            // What is under way is not interrupted.
            effects.extend(cx.idle.stay(cx.now));
        } else if cx.idle.is_over(cx.now) {
            return Presence::LeftAlone;
        }
        match event {
            Event::Answered { request, outcome } if self.session_check.awaits(request) => {
                match self.session_check.handle_response(outcome, &self.customer, cx) {
                    Ok(effect) => effects.extend(effect),
                    Err(_) if self.is_unanswered() => return Presence::Ended(Notice::LoggedOutWhileSending),
                    Err(notice) => return Presence::Ended(notice),
                }
                return Presence::There(effects, None);
            }
            // That the page was touched is found out when the timer fires.
            Event::Touched => {
                effects.extend(cx.idle.touch(cx.now));
                effects.extend(self.session_check.while_touched(&self.customer, cx));
            }
            Event::StayLoggedIn => {
                effects.extend(cx.idle.stay(cx.now));
                effects.extend(cx.idle.watch(cx.now));
            }
            Event::Looked => {
                effects.extend(self.session_check.after_look(&self.customer, cx));
                effects.extend(cx.idle.watch(cx.now));
            }
            Event::TimerFired(Timer::Idle) => effects.extend(cx.idle.watch(cx.now)),
            _ => {}
        }
        Presence::There(effects, Some(event))
    }
}
