//! Two futures at once, the first of which wins.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// What a future gives, unless another one ends before. Both stay where the caller pinned them: a function that takes them
/// over would hold each twice.
pub(super) fn unless<T>(
    mut future: Pin<&mut impl Future<Output = T>>,
    mut end: Pin<&mut (impl Future<Output = ()> + ?Sized)>,
) -> impl Future<Output = Option<T>> {
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
}
