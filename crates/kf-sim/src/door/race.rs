//! Two futures at once, the first of which wins.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// What a future gives, unless another one ends before.
pub(crate) async fn unless<T>(future: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    let (mut future, mut end) = (pin!(future), pin!(end));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
