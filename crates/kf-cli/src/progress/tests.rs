//! The line at every width, how often it is written, and that it is gone before anything else is.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kf_transport::ManualClock;

use super::{Progress, Stand, grouped, span};
use crate::streams::Streams;

#[derive(Clone, Default)]
struct Screen(Rc<RefCell<Vec<u8>>>);

impl Screen {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.borrow_mut())).unwrap()
    }

    fn streams(&self, width: Option<usize>) -> Streams<'static> {
        Streams::new(self.clone(), self.clone(), true).screen(width.is_some(), move || width)
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn stand(done: u64, count: u64) -> Stand {
    Stand { done, of: 1_000, count, place: "2026-11-05".to_owned() }
}

fn progress(clock: &ManualClock, first: Stand) -> Progress {
    Progress::at(Arc::new(clock.clone()), "rows", first, true)
}

#[test]
fn a_line_fits_every_width_and_says_what_it_has_room_for() {
    let clock = ManualClock::new(Duration::ZERO);
    let progress = progress(&clock, stand(0, 0));
    let lines: Vec<String> =
        (0..=80).map(|width| progress.line(&stand(410, 1_234_567), Duration::from_secs(100), width)).collect();
    for (width, line) in lines.iter().enumerate() {
        assert!(line.len() <= width, "{width}: {line}");
    }
    assert_eq!(lines[79], "2026-11-05  [########------------]   41%  1,234,567 rows  12,345/s  2m23s left");
    assert_eq!(lines[70], "2026-11-05  [####------]   41%  1,234,567 rows  12,345/s  2m23s left");
    assert_eq!(lines[60], "[####------]   41%  1,234,567 rows  12,345/s  2m23s left");
    assert_eq!(lines[45], "41%  1,234,567 rows  12,345/s  2m23s left");
    assert_eq!(lines[35], "41%  1,234,567 rows  2m23s left");
    assert_eq!(lines[20], "41%  2m23s left");
    assert_eq!((lines[5].as_str(), lines[2].as_str()), ("41%", ""));
}

#[test]
fn rate_and_time_left_count_from_where_it_began() {
    let clock = ManualClock::new(Duration::ZERO);
    let progress = progress(&clock, stand(500, 9_000));
    let line = |done, count, seconds| progress.line(&stand(done, count), Duration::from_secs(seconds), 79);
    assert!(line(600, 10_000, 1).ends_with("60%  10,000 rows"), "{}", line(600, 10_000, 1));
    // A hundred in ten seconds, and four hundred to go.
    assert!(line(600, 10_000, 10).ends_with("100/s  40s left"), "{}", line(600, 10_000, 10));
    assert!(line(600, 9_015, 10).ends_with("1.5/s  40s left"), "{}", line(600, 9_015, 10));
    assert!(line(600, 9_001, 10).ends_with("6/min  40s left"), "{}", line(600, 9_001, 10));
    assert!(line(500, 9_000, 10).ends_with("50%  9,000 rows  0/min"), "{}", line(500, 9_000, 10));
    assert!(line(999, 9_000, 10).contains(" 99%") && line(1_000, 9_000, 10).contains("]  100%"));
}

#[test]
fn it_is_written_ten_times_a_second_at_the_most() {
    let (clock, screen) = (ManualClock::new(Duration::ZERO), Screen::default());
    let (mut progress, mut streams) = (progress(&clock, stand(0, 0)), screen.streams(Some(40)));
    let mut written = 0;
    for step in 0..1_000 {
        progress.show(|| stand(step, step), &mut streams);
        written += usize::from(!screen.take().is_empty());
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(written, 10);
}

#[test]
fn it_is_gone_before_anything_else_is_written() {
    let (clock, screen) = (ManualClock::new(Duration::ZERO), Screen::default());
    let (mut progress, mut streams) = (progress(&clock, stand(0, 0)), screen.streams(Some(8)));
    progress.show(|| stand(410, 3), &mut streams);
    assert_eq!(screen.take(), "\r41%");
    streams.note("no");
    assert_eq!(screen.take(), "\r   \rkf: no\n");
    streams.note("no");
    assert_eq!(screen.take(), "kf: no\n");
    clock.advance(Duration::from_secs(1));
    progress.show(|| stand(1_000, 3), &mut streams);
    clock.advance(Duration::from_secs(1));
    progress.show(|| stand(410, 3), &mut streams);
    // The longer line before is written over whole.
    assert_eq!(screen.take(), "\r100%\r41% ");
    streams.line("done").unwrap();
    assert!(screen.take().ends_with("\rdone\n"));
}

#[test]
fn where_no_terminal_shows_it_nothing_is_written() {
    let (clock, screen) = (ManualClock::new(Duration::ZERO), Screen::default());
    progress(&clock, stand(0, 0)).show(|| stand(410, 3), &mut screen.streams(None));
    let quiet = &mut Progress::at(Arc::new(clock), "rows", stand(0, 0), false);
    quiet.show(|| stand(410, 3), &mut screen.streams(Some(40)));
    assert_eq!(screen.take(), "");
}

#[test]
fn numbers_and_spans_read_well() {
    assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    assert_eq!([0, 59, 60, 3_599, 3_600, 90_061].map(span), ["0s", "59s", "1m00s", "59m59s", "1h00m", "1d01h"]);
}
