//! Two pieces of code in turn, many times, and how their times compare.

#![forbid(unsafe_code)]

pub mod accounts;
pub mod calls;
pub mod measure;
pub mod sim;
pub mod wire;

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds in which both are measured once.
const ROUNDS: usize = 31;

/// Prints how long ours and theirs take for one of `units` units, and the median of the ratios of all rounds.
pub fn compare<A, B>(title: &str, units: usize, mut ours: impl FnMut() -> A, mut theirs: impl FnMut() -> B) {
    let repeats = repeats(&mut ours);
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| (nanoseconds(&mut ours, repeats, units), nanoseconds(&mut theirs, repeats, units)))
        .collect();
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (a, b) = rounds[ROUNDS / 2];
    println!("{title:<46} {a:>9.1} ns {b:>9.1} ns   ours/theirs {:.2}   theirs/ours {:.2}", a / b, b / a);
}

/// How often a piece must run to take about two milliseconds.
fn repeats<A>(run: &mut impl FnMut() -> A) -> usize {
    let mut repeats = 1;
    while elapsed(run, repeats) < Duration::from_millis(2) {
        repeats *= 2;
    }
    repeats
}

fn nanoseconds<A>(run: &mut impl FnMut() -> A, repeats: usize, units: usize) -> f64 {
    elapsed(run, repeats).as_secs_f64() * 1e9 / (repeats * units) as f64
}

#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
fn elapsed<A>(run: &mut impl FnMut() -> A, repeats: usize) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(run());
    }
    start.elapsed()
}
