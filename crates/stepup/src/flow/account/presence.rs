//! Is the customer still there, and is the session still theirs? That comes before everything else that an event may mean.

use super::Account;
use crate::{effect::Timer, event::Event, flow::context::Context, view::Notice};

pub(super) enum Presence {
    /// The event, if it may mean something else.
    There(Option<Event>),
    /// For too long: the customer is logged out.
    LeftAlone,
    /// The session is over at the provider.
    Ended(Notice),
}

impl Account {
    pub(super) fn watch_presence(&mut self, event: Event, cx: &mut Context) -> Presence {
        if !self.customer.is_logged_in() {
            return Presence::There(Some(event));
        }
        if self.is_sending() || self.is_unanswered() || self.validation.is_some() {
            // What is under way is not interrupted.
            cx.effects.extend(cx.idle.stay(cx.now));
        } else if cx.idle.is_over(cx.now) {
            return Presence::LeftAlone;
        }
        match event {
            Event::Answered { request, outcome } if self.session_check.awaits(request) => {
                return match self.session_check.handle_response(outcome, &self.customer, cx) {
                    None => Presence::There(None),
                    Some(_) if self.is_unanswered() => Presence::Ended(Notice::LoggedOutWhileSending),
                    Some(notice) => Presence::Ended(notice),
                };
            }
            // That the page was touched is found out when the timer fires.
            Event::Touched => {
                cx.effects.extend(cx.idle.touch(cx.now));
                self.session_check.while_touched(&self.customer, cx);
            }
            Event::StayLoggedIn => {
                cx.effects.extend(cx.idle.stay(cx.now));
                cx.effects.extend(cx.idle.watch(cx.now));
            }
            Event::Looked => {
                self.session_check.after_look(&self.customer, cx);
                cx.effects.extend(cx.idle.watch(cx.now));
            }
            Event::TimerFired(Timer::Idle) => cx.effects.extend(cx.idle.watch(cx.now)),
            _ => {}
        }
        Presence::There(Some(event))
    }
}
