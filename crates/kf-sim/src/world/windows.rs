//! Windows in which an app may write to a customer: what opens one, and what it allows.

use super::{App, AppKind, Customer, Stamp, Window};
use crate::settings::Settings;

/// What a customer allows by doing something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// None is any number.
    pub(crate) messages: Option<u32>,
    pub(crate) seconds: i64,
}

impl Settings {
    /// What a message of the customer allows.
    pub(crate) fn message_grant(&self) -> Grant {
        Grant { messages: Some(self.message_window_messages), seconds: self.message_window_seconds }
    }

    /// What a tap on a menu, a follow or a scan allows.
    pub(crate) fn tap_grant(&self) -> Grant {
        Grant { messages: Some(self.tap_window_messages), seconds: self.tap_window_seconds }
    }

    /// What a payment allows.
    pub(crate) fn payment_grant(&self) -> Grant {
        let messages = Some(self.payment_window_messages).filter(|messages| *messages > 0);
        Grant { messages, seconds: self.payment_window_seconds }
    }

    /// What it allows when a customer enters the session of a Mini Program.
    pub(crate) fn enter_grant(&self) -> Grant {
        Grant { messages: Some(self.enter_window_messages), seconds: self.enter_window_seconds }
    }
}

impl Customer {
    /// Allows what is more, and for longer: what is left, or what is granted now. The two do not add up.
    pub(crate) fn open(&mut self, grant: Grant, now: i64) {
        let granted = Window { left: grant.messages, ends_at: Stamp::at(now.saturating_add(grant.seconds)) };
        self.window = Some(match self.window(now) {
            None => granted,
            Some(old) => Window {
                left: old.left.zip(granted.left).map(|(old, new)| old.max(new)),
                ends_at: old.ends_at.max(granted.ends_at),
            },
        });
    }

    /// The window that is open.
    #[must_use]
    pub fn window(&self, now: i64) -> Option<Window> {
        self.window.filter(|window| window.ends_at.seconds() > now)
    }

    /// Notes that they were written to: nobody types any longer.
    pub(crate) fn reach(&mut self, now: Stamp) {
        (self.reached_at, self.typing_until) = (Some(now), None);
    }
}

impl App {
    /// Whether it is a Mini Program or a Mini Game.
    pub(crate) fn is_program(&self) -> bool {
        matches!(self.kind, AppKind::MiniProgram | AppKind::MiniGame)
    }

    /// Where a scenario says when somebody wrote and nothing of a window, the window is the one that this opened.
    pub(crate) fn open_windows(&mut self, settings: &Settings) {
        for customer in self.customers.values_mut().filter(|customer| customer.window.is_none()) {
            if let Some(wrote_at) = customer.wrote_at {
                customer.open(settings.message_grant(), wrote_at.seconds());
            }
        }
    }
}
