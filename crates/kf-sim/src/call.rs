//! Who calls when, and what a refusal is.

use std::borrow::Cow;
use std::net::IpAddr;

/// A call that has come past the gate: what is the same for all of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The app that calls, by its place in the world.
    pub app: usize,
    /// The third-party platform that acts for that app, if one does.
    pub component: Option<usize>,
    /// The time of the world, in seconds since the Unix epoch.
    pub now: i64,
    /// Where the call comes from.
    pub ip: IpAddr,
}

/// A refusal: a code, and what the platform says beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The code.
    pub code: i64,
    /// What the platform says, without the ` rid:` that follows it.
    pub message: Cow<'static, str>,
}

impl Refused {
    /// A refusal in the words of the platform.
    pub fn new(code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}
