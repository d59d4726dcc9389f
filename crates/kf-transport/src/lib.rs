#![doc = include_str!("../README.md")]

mod clock;
mod error;
#[cfg(feature = "hyper")]
mod hyper;
mod manual_clock;
mod message;
mod target;

use async_trait::async_trait;

#[cfg(feature = "system-clock")]
pub use crate::clock::SystemClock;
pub use crate::clock::{Clock, Sleep, unless};
pub use crate::error::{TransportError, TransportErrorKind};
#[cfg(feature = "hyper")]
pub use crate::hyper::{
    BuildError, HyperTransport, HyperTransportBuilder, NameError, Proxy, Resolver, SystemResolver, Trust,
};
pub use crate::manual_clock::ManualClock;
pub use crate::message::{Body, Param, ParamValue, Request, Response};

/// A way to send one request and get one answer.
///
/// An answer with any HTTP status is an answer; an error means that there is none, and its kind says what a repeat
/// means. A transport sends a request once, or once more where it certainly did not go out; what may have acted is
/// never sent again.
///
/// A transport must end a call within its [`Request::timeout`], by [`Timeout`](TransportErrorKind::Timeout) if the request may
/// have gone out. Nobody else watches the time of an attempt: a call that does not end holds up whoever waits for it, past
/// any deadline. A transport may have a bound of its own that is sooner.
///
/// Dropping the future gives the call up: whether the request acted is then unknown.
#[async_trait]
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// Sends a request. It must end within [`Request::timeout`], with an answer or an error.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        (**self).send(request).await
    }
}
