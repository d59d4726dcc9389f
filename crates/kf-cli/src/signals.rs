//! What the system sends to a process that is to stop.

use std::io;

use crate::streams::Stop;

/// Ends at Ctrl-C, and where the system has them at SIGTERM and SIGHUP. From the call on they no longer end the process.
///
/// # Errors
///
/// The system does not tell of them.
#[cfg(unix)]
pub fn signals() -> io::Result<Stop> {
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut all = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
        .into_iter()
        .map(signal)
        .collect::<io::Result<Vec<_>>>()?;
    Ok(Box::pin(poll_fn(move |context| {
        // Each is polled, so that each wakes.
        let came = all.iter_mut().filter_map(|signal| Some(signal.poll_recv(context).is_ready()).filter(|it| *it));
        if came.count() > 0 { Poll::Ready(()) } else { Poll::Pending }
    })))
}

/// Ends at Ctrl-C.
///
/// # Errors
///
/// The system does not tell of it.
#[cfg(windows)]
pub fn signals() -> io::Result<Stop> {
    let mut signal = tokio::signal::windows::ctrl_c()?;
    Ok(Box::pin(async move { drop(signal.recv().await) }))
}
