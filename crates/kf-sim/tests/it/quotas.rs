//! Calls a day and a minute: API.md 2.1, 2.2 and 2.3.

use kf_sim::MinuteQuotaCode;

use super::caller::{APP, Caller, LIST, ONLINE, SECRET, default_with};

/// The default clock shows 16:00 in Beijing.
const SECONDS_TO_MIDNIGHT: u64 = 8 * 3_600;

fn classic(caller: &Caller) -> i64 {
    caller.classic(APP, SECRET).errcode
}

fn stable(caller: &Caller, forced: bool) -> i64 {
    caller.stable(APP, SECRET, forced).errcode
}

/// How many calls go through before the code comes.
fn until(code: i64, mut call: impl FnMut() -> i64) -> usize {
    for count in 0..20_000 {
        let errcode = call();
        if errcode != 0 {
            assert_eq!(errcode, code);
            return count;
        }
    }
    panic!("{code} never came");
}

#[test]
fn the_classic_call_has_2000_a_day() {
    let caller = Caller::new();
    assert_eq!(until(45009, || classic(&caller)), 2_000);
    caller.advance(SECONDS_TO_MIDNIGHT - 1);
    assert_eq!(classic(&caller), 45009);
    caller.advance(1);
    assert_eq!(classic(&caller), 0, "a new day begins at midnight in Beijing");
}

#[test]
fn the_classic_call_of_a_test_account_has_200_a_day() {
    let caller = Caller::new();
    caller.app(|app| app.test_account = true);
    assert_eq!(until(45009, || classic(&caller)), 200);
}

#[test]
fn the_stable_call_has_10000_a_minute() {
    let caller = Caller::new();
    let first = 1;
    assert_eq!(first + until(45011, || stable(&caller, false)), 10_000);
    caller.advance(59);
    assert_eq!(stable(&caller, false), 45011);
    caller.advance(1);
    assert_eq!(stable(&caller, false), 0);
}

#[test]
fn the_stable_call_has_a_limit_a_day() {
    let caller = Caller::with(|settings| settings.stable_per_day = 50);
    assert_eq!(1 + until(45009, || stable(&caller, false)), 50);
    assert_eq!(Caller::new().world(|world| world.settings.stable_per_day), 500_000);
}

#[test]
fn a_forced_refresh_has_20_a_day() {
    let caller = Caller::new();
    let force = || {
        caller.advance(30);
        stable(&caller, true)
    };
    assert_eq!(until(45009, force), 20);
    assert_eq!(stable(&caller, false), 0, "normal mode goes on");
    caller.advance(SECONDS_TO_MIDNIGHT);
    assert_eq!(stable(&caller, true), 0);
}

#[test]
fn zero_is_no_limit() {
    let caller = Caller::with(|settings| {
        (settings.classic_per_day, settings.forced_per_day, settings.stable_per_minute) = (0, 0, 0);
        (settings.stable_per_day, settings.forced_gap_seconds) = (0, 0);
    });
    for _ in 0..2_001 {
        assert_eq!(classic(&caller), 0);
    }
    for _ in 0..50 {
        assert_eq!(stable(&caller, true), 0);
    }
    for _ in 0..10_001 {
        assert_eq!(stable(&caller, false), 0);
    }
}

#[test]
fn other_calls_are_counted_each_for_itself_when_a_setting_says_so() {
    let caller = Caller::with(|settings| settings.calls_per_day = 3);
    let list = || caller.get(LIST, &[]).errcode;
    assert_eq!(until(45009, list), 3);
    assert_eq!(caller.get(ONLINE, &[]).errcode, 0, "another call has a count of its own");
    caller.advance(60);
    assert_eq!(list(), 45009);
    caller.world(|world| (world.settings.calls_per_day, world.settings.calls_per_minute) = (0, 2));
    caller.advance(60);
    assert_eq!(until(45011, list), 2);
    caller.advance(60);
    assert_eq!(list(), 0);
}

#[test]
fn a_call_that_is_refused_later_counts() {
    let caller = Caller::with(|settings| settings.calls_per_minute = 2);
    assert_eq!([0; 3].map(|_| caller.delete("nobody@test")), [65401, 65401, 45011]);
}

#[test]
fn the_code_of_the_minute_is_a_setting() {
    let caller = Caller::with(|settings| {
        settings.calls_per_minute = 1;
        settings.minute_quota_code = MinuteQuotaCode::Day;
    });
    assert_eq!(until(45009, || caller.get(LIST, &[]).errcode), 1);
    caller.advance(60);
    assert_eq!(caller.get(LIST, &[]).errcode, 0, "it is the minute's limit all the same");
}

#[test]
fn a_scenario_can_limit_one_call_of_one_app() {
    let quota = "[app.quota.add_worker]\nper_day = 9\n[app.quota.list_accounts]\nper_minute = 1\n";
    let mini = Caller::in_world(default_with(quota), super::caller::MINI, super::caller::MINI_SECRET);
    assert_eq!(until(45011, || mini.get(LIST, &[]).errcode), 1);
    let other = mini.other(APP, SECRET);
    assert_eq!([0; 3].map(|_| other.get(LIST, &[]).errcode), [0, 0, 0]);
}
