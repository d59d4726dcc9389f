//! Futures that run at once, or are given up.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Something that is done.
pub(super) type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Does all at once, in this task, so that it needs no runtime of a certain kind.
pub(super) async fn together<T>(doings: impl IntoIterator<Item = Doing<'_, T>>) -> Vec<T> {
    let mut doings: Vec<_> = doings.into_iter().collect();
    let mut done: Vec<Option<T>> = doings.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (doing, done) in doings.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(outcome) = doing.as_mut().poll(context) {
                *done = Some(outcome);
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Begins something, and gives it up after it was polled so often.
pub(super) async fn give_up<T>(mut doing: Doing<'_, T>, polls: u32) {
    for _ in 0..polls {
        if doing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
