//! What a push says, typed.

use crate::members::Members;
use crate::{Event, FieldError, Fields, Message, Notice};

/// What a push says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Somebody wrote.
    Message(Message),
    /// Something happened between somebody and the account.
    Event(Event),
    /// Something happened between a merchant and the third-party platform.
    Notice(Notice),
    /// None of these, or without what every one of its kind has; then the error says what.
    ///
    /// [`Push::fields`](crate::Push::fields) has all of it.
    Unknown(Option<FieldError>),
}

impl Content {
    pub(crate) fn read(fields: &Fields) -> Self {
        let members = Members(fields);
        let read = match (members.text("MsgType"), members.text("InfoType")) {
            (Err(error), _) | (_, Err(error)) => Err(error),
            (Ok(Some("event")), _) => Event::read(members).map(Self::Event),
            (Ok(Some(kind)), _) => Message::read(members, kind).map(Self::Message),
            (_, Ok(Some(kind))) => Notice::read(members, kind).map(Self::Notice),
            _ => return Self::Unknown(None),
        };
        read.unwrap_or_else(|error| Self::Unknown(Some(error)))
    }
}
