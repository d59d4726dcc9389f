//! What shows only where rows are held against each other.

use std::collections::HashMap;

use kf_model::KfAccount;
use kf_model::limits::KF_ACCOUNTS_MAX;

use super::{ACCOUNT, Checked, WORKER};
use crate::problem::{Place, Problem, Problems};

pub(super) fn check(rows: &[Checked], problems: &mut Problems) {
    twins(rows.iter().filter_map(|row| row.account.as_ref()), problems, |account, first| {
        let what = format!("{account} stands in line {first} already");
        Problem::new(Place::default(), what, "keep one of the two").of(ACCOUNT)
    });
    twins(rows.iter().filter_map(|row| row.worker.as_ref()), problems, |worker, first| {
        let what = format!("{worker} is the worker of line {first} already");
        Problem::new(Place::default(), what, "a person works as one account of an app; name another").of(WORKER)
    });
    suffixes(rows, problems);
    too_many(rows, problems);
}

/// Tells of each value that stands in an earlier row.
fn twins<'a, T: Eq + std::hash::Hash + 'a>(
    values: impl Iterator<Item = &'a (T, Place)>,
    problems: &mut Problems,
    problem: impl Fn(&T, usize) -> Problem,
) {
    let mut first = HashMap::new();
    for (value, place) in values {
        let line = place.line.unwrap_or_default();
        if let Some(first) = first.get(value) {
            let Place { line, column } = *place;
            problems.push(Problem { line, column, ..problem(value, *first) });
        } else {
            first.insert(value, line);
        }
    }
}

/// Tells of each account whose suffix is not that of most.
fn suffixes(rows: &[Checked], problems: &mut Problems) {
    let accounts =
        || rows.iter().filter_map(|row| row.account.as_ref()).filter(|(account, _)| !is_of_platform(account));
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (account, _) in accounts() {
        match counts.iter_mut().find(|(suffix, _)| *suffix == account.suffix()) {
            Some((_, count)) => *count += 1,
            None => counts.push((account.suffix(), 1)),
        }
    }
    // Of several that are as frequent the first one counts.
    let Some((usual, _)) = counts.into_iter().rev().max_by_key(|(_, count)| *count) else { return };
    for (account, place) in accounts().filter(|(account, _)| account.suffix() != usual) {
        let what = format!("the suffix of {account} is not {usual}, as in other rows");
        let remedy =
            "all accounts of an app have its WeChat ID as their suffix; correct it, or keep a file for each app";
        problems.push(Problem::new(*place, what, remedy).of(ACCOUNT));
    }
}

fn too_many(rows: &[Checked], problems: &mut Problems) {
    let Some(row) = rows.get(KF_ACCOUNTS_MAX) else { return };
    let place = row.account.as_ref().map(|(_, place)| *place);
    let place = place.or(row.row.as_ref().map(|row| Place::line(row.line))).unwrap_or_default();
    let what = format!("the roster has {} accounts", rows.len());
    let remedy = format!("an app may have {KF_ACCOUNTS_MAX}; take out {}", rows.len() - KF_ACCOUNTS_MAX);
    problems.push(Problem::new(place, what, remedy));
}

/// Whether the platform made the account itself: its suffix is the original id of the app, such as `gh_0123456789ab`.
pub(crate) fn is_of_platform(account: &KfAccount) -> bool {
    let id = account.suffix().strip_prefix("gh_");
    id.is_some_and(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
