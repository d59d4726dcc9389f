#![doc = include_str!("../README.md")]

mod attempt;
mod budget;
mod call;
mod client;
mod error;
mod generated;
mod records;
mod retry;
mod verify;
mod waiting;

pub use client::Client;
pub use error::{AnswerError, ApiError, Error, ErrorKind, StuckPage, TokenFailure, TransportFailure};
pub use records::{RecordCursor, Records};
pub use retry::RetryPolicy;
pub use waiting::WaitingQueue;

// What a client is made of, so that one dependency is enough.
pub use kf_model as model;
pub use kf_token as token;
pub use kf_transport as transport;
