#![doc = include_str!("../README.md")]

mod content;
mod dedupe;
mod error;
mod event;
mod fields;
mod key;
mod members;
mod message;
mod notice;
mod push;
mod query;
mod receiver;
mod reply;
mod sealed;
mod seen;
mod sender;
mod stamp;
mod token;

pub use content::Content;
pub use dedupe::DedupeKey;
pub use error::{Malformed, Problem, PushError, QueryProblem};
pub use event::{Event, EventKind};
pub use fields::{FieldValue, Fields, PUSH_BYTES_MAX};
pub use key::{CipherError, EncodingAesKey, EncodingAesKeyError};
pub use members::{FieldError, FieldProblem};
pub use message::{Message, MessageBody};
pub use notice::{Authorization, Notice, NoticeKind};
pub use push::{Format, Push};
pub use query::PushQuery;
pub use receiver::Receiver;
pub use reply::{Answer, Reply, ReplyError};
pub use seen::{SEEN_KEPT, SEEN_MAX, Seen};
pub use sender::{Delivery, Sender};
pub use stamp::{NoRandomness, Stamp};
pub use token::{PushToken, PushTokenError};
