//! How far something is that takes long: a line in the terminal that is written over.

use std::sync::Arc;
use std::time::Duration;

use kf_transport::Clock;
use unicode_width::UnicodeWidthStr as _;

use crate::context::Context;
use crate::streams::Streams;

/// The line is not written more often: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(100);
/// What is left is not told before: it would jump.
const SURE: Duration = Duration::from_secs(2);
/// Columns of the bar, in a wide terminal and in a narrow one.
const BARS: [usize; 2] = [20, 10];

/// How far something is, told on a terminal that shows the errors, and nowhere else.
#[derive(Debug)]
pub(crate) struct Progress {
    clock: Arc<dyn Clock>,
    /// What is counted, such as `rows`.
    unit: &'static str,
    is_wanted: bool,
    begun: Duration,
    first: Stand,
    written: Option<Duration>,
}

/// How far it is: so much of so much, which may be something else than what is counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stand {
    pub(crate) done: u64,
    pub(crate) of: u64,
    pub(crate) count: u64,
    /// Where it is, in a word, fit for a terminal.
    pub(crate) place: String,
}

impl Progress {
    /// Begins where something stands already.
    pub(crate) fn new(unit: &'static str, first: Stand, context: &Context<'_, '_>) -> Self {
        Self::at(Arc::clone(context.env.clock()), unit, first, !context.global.quiet)
    }

    fn at(clock: Arc<dyn Clock>, unit: &'static str, first: Stand, is_wanted: bool) -> Self {
        let begun = clock.now();
        Self { clock, unit, is_wanted, begun, first, written: None }
    }

    /// Tells how far it is, if that was not told just before.
    pub(crate) fn show(&mut self, stand: impl FnOnce() -> Stand, streams: &mut Streams<'_>) {
        let now = self.clock.now();
        if !self.is_wanted || self.written.is_some_and(|at| now < at.saturating_add(PAUSE)) {
            return;
        }
        let Some(width) = streams.err_width() else { return };
        self.written = Some(now);
        // The last column stays free: some terminals begin a new line behind it.
        let line = self.line(&stand(), now.saturating_sub(self.begun), width.saturating_sub(1));
        streams.pass(&line);
    }

    /// The first of the lines that fits, from the one that says most.
    fn line(&self, stand: &Stand, took: Duration, width: usize) -> String {
        let share = share(stand.done, stand.of);
        // What is not all is never told as all.
        let percent = format!("{:>3}%", if stand.done < stand.of { (share * 100.0) as u64 } else { 100 });
        let count = format!("{} {}", grouped(stand.count), self.unit);
        let (rate, left) = (self.rate(stand, took), self.left(stand, took));
        let [wide, narrow] = BARS.map(|columns| bar(share, columns));
        let place = stand.place.as_str();
        let lines: [&[&str]; 7] = [
            &[place, &wide, &percent, &count, &rate, &left],
            &[place, &narrow, &percent, &count, &rate, &left],
            &[&narrow, &percent, &count, &rate, &left],
            &[&percent, &count, &rate, &left],
            &[&percent, &count, &left],
            &[&percent, &left],
            &[&percent],
        ];
        let lines = lines.iter().map(|parts| joined(parts));
        lines.into_iter().find(|line| line.width() <= width).unwrap_or_default()
    }

    /// How many were counted in a second; nothing at the beginning.
    fn rate(&self, stand: &Stand, took: Duration) -> String {
        if took < SURE {
            return String::new();
        }
        let counted = stand.count.saturating_sub(self.first.count) as f64;
        let rate = counted / took.as_secs_f64();
        // A slow one is told by the minute, so that it is not told as none.
        match rate {
            rate if rate >= 10.0 => format!("{}/s", grouped(rate as u64)),
            rate if rate >= 1.0 => format!("{rate:.1}/s"),
            rate => format!("{:.0}/min", rate * 60.0),
        }
    }

    /// How long it will take, if it goes on like that; nothing where that is not known.
    fn left(&self, stand: &Stand, took: Duration) -> String {
        let done = stand.done.saturating_sub(self.first.done) as f64;
        if took < SURE || done <= 0.0 || stand.done >= stand.of {
            return String::new();
        }
        let left = took.as_secs_f64() * (stand.of - stand.done) as f64 / done;
        format!("{} left", span(left as u64))
    }
}

fn share(done: u64, of: u64) -> f64 {
    if of == 0 { 1.0 } else { (done as f64 / of as f64).min(1.0) }
}

fn bar(share: f64, columns: usize) -> String {
    let full = (share * columns as f64) as usize;
    format!("[{}{}]", "#".repeat(full), "-".repeat(columns - full))
}

fn joined(parts: &[&str]) -> String {
    let parts = parts.iter().copied().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("  ").trim_start().to_owned()
}

/// A number with a comma before every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Seconds as a person says them, in two units at the most.
fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests;
