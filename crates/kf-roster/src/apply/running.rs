//! Calls in flight, none of which is cut off.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

/// What says that no more is to begin.
pub(super) struct Stop<'a> {
    future: Option<Pin<&'a mut (dyn Future<Output = ()> + Send)>>,
}

impl<'a> Stop<'a> {
    pub(super) fn of(future: Pin<&'a mut (dyn Future<Output = ()> + Send)>) -> Self {
        Self { future: Some(future) }
    }

    /// Whether it was said.
    pub(super) async fn is_told(&mut self) -> bool {
        poll_fn(|context| {
            self.poll(context);
            Poll::Ready(self.future.is_none())
        })
        .await
    }

    /// Whether it is said just now.
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        let is_over = self.future.as_mut().is_some_and(|future| future.as_mut().poll(context).is_ready());
        if is_over {
            self.future = None;
        }
        is_over
    }
}

/// What comes next.
pub(super) enum Next<T> {
    /// A call is over.
    Ended(T),
    /// It was said that no more is to begin.
    Stopped,
    /// Nothing is in flight.
    Idle,
}

/// Calls in flight.
pub(super) struct Running<'a, T> {
    calls: Vec<Pin<Box<dyn Future<Output = T> + Send + 'a>>>,
}

impl<T> Default for Running<'_, T> {
    fn default() -> Self {
        Self { calls: Vec::new() }
    }
}

impl<'a, T> Running<'a, T> {
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn push(&mut self, call: impl Future<Output = T> + Send + 'a) {
        self.calls.push(Box::pin(call));
    }

    pub(super) async fn next(&mut self, stop: &mut Stop<'_>) -> Next<T> {
        poll_fn(|context| {
            if self.calls.is_empty() {
                return Poll::Ready(Next::Idle);
            }
            if stop.poll(context) {
                return Poll::Ready(Next::Stopped);
            }
            for index in 0..self.calls.len() {
                if let Poll::Ready(outcome) = self.calls[index].as_mut().poll(context) {
                    drop(self.calls.swap_remove(index));
                    return Poll::Ready(Next::Ended(outcome));
                }
            }
            Poll::Pending
        })
        .await
    }
}
