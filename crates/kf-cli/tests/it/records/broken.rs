//! An export that is killed, stopped or refused goes on: the file is the one of an undisturbed run.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::Signal;

use super::{export, many, start, world};
use crate::running::{Folder, send};

/// The end of the days that are exported, and the rows of them.
const TO: &str = "2026-03-06";
const DAYS: i64 = 6;
const OF_DAY: i64 = 40;

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// The rows that are certain, as the journal tells.
fn kept(folder: &Folder, out: &str) -> u64 {
    let journal = fs::read_to_string(folder.path(&format!("{out}.part.json"))).unwrap_or_default();
    let journal: serde_json::Value = serde_json::from_str(&journal).unwrap_or_default();
    journal["rows"].as_u64().unwrap_or(0)
}

/// Starts an export, and ends it by a signal when so many rows more are certain; none if it was over before.
fn end_after(folder: &Folder, list: &[&str], out: &str, rows: u64, signal: Signal) -> Option<(Option<i32>, String)> {
    let before = kept(folder, out);
    let mut child: Child = folder.command(list).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while kept(folder, out) < before + rows {
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return None;
        }
        thread::yield_now();
    }
    send(&child, signal);
    let output = child.wait_with_output().unwrap();
    Some((output.status.code(), String::from_utf8(output.stderr).unwrap()))
}

fn all(folder: &Folder, out: &str) -> Vec<u8> {
    let names = [out.to_owned() + ".part", out.to_owned() + ".part.json", out.to_owned() + ".part.json.tmp"];
    assert!(names.iter().all(|name| !folder.path(name).exists()), "{names:?}");
    fs::read(folder.path(out)).unwrap()
}

/// Lines of a JSONL file.
fn rows(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.split(|byte| *byte == b'\n').count()).unwrap() - 1
}

#[test]
fn however_often_it_is_killed_the_file_is_that_of_an_undisturbed_run() {
    for (cursor, ending) in [("after", "jsonl"), ("inclusive", "csv")] {
        let folder = Folder::new(&format!("records-killed-{ending}"));
        let _sim = start(&folder, &world(&format!("records_cursor = \"{cursor}\""), "", &many(DAYS, OF_DAY)));
        let (whole, out) = (format!("whole.{ending}"), format!("out.{ending}"));
        folder.kf(&export(TO, &whole, "10000")).ok();
        let (whole, mut kills, mut page) = (all(&folder, &whole), 0, String::new());
        if ending == "jsonl" {
            assert_eq!(rows(&whole), DAYS * OF_DAY);
        }
        while kills < 6 {
            let _ = fs::remove_file(folder.path(&out));
            page = (2 + random(5)).to_string();
            // Over before it was killed means that nobody disturbed it: begun anew.
            let rows = random(60);
            kills += u32::from(end_after(&folder, &export(TO, &out, &page), &out, rows, Signal::KILL).is_some());
        }
        if !folder.path(&out).exists() {
            folder.kf(&[&export(TO, &out, &page)[..], &["-q"]].concat()).ok();
        }
        assert!(all(&folder, &out) == whole, "{out}");
    }
}

#[test]
fn told_to_stop_it_says_how_it_goes_on_and_does() {
    let folder = Folder::new("records-stopped");
    let _sim = start(&folder, &world("", "", &many(DAYS, OF_DAY)));
    folder.kf(&export(TO, "whole.jsonl", "10000")).ok();
    let list = export(TO, "out.jsonl", "2");
    for (signal, rows) in [(Signal::INT, 1), (Signal::TERM, 30)] {
        let (code, err) = loop {
            match end_after(&folder, &list, "out.jsonl", rows, signal) {
                Some(end) => break end,
                None => fs::remove_file(folder.path("out.jsonl")).unwrap(),
            }
        };
        assert_eq!(code, Some(130), "{err}");
        let rows = kept(&folder, "out.jsonl");
        let message =
            format!("kf: stopped; the same command goes on behind the {rows} rows that are kept in out.jsonl.part\n");
        assert!(rows > 0 && err.ends_with(&message), "{err}");
    }
    let done = folder.kf(&list);
    assert_eq!(done.code, Some(0));
    assert!(done.err.contains("behind the ") && done.err.starts_with("kf: going on in 2026-03-0"), "{}", done.err);
    assert!(all(&folder, "out.jsonl") == all(&folder, "whole.jsonl"));
}

#[test]
fn a_stop_is_heard_while_an_answer_is_waited_for() {
    let folder = Folder::new("records-waiting");
    let _sim = start(&folder, &world("", "", &many(1, 4)));
    folder.kf(&["sim", "fault", "delay", "3600000", "--endpoint", "list_records"]).ok();
    let mut child = folder.command(&export(TO, "out.csv", "2")).stderr(Stdio::piped()).spawn().unwrap();
    while !folder.kf(&["sim", "log"]).ok().contains("list_records") {
        assert!(child.try_wait().unwrap().is_none());
    }
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8(output.stderr).unwrap().ends_with("behind the 0 rows that are kept in out.csv.part\n"));
}

#[test]
fn at_the_end_of_a_quota_it_stops_and_the_next_day_it_goes_on() {
    // With less than two calls a day nobody gets behind a row that is like the one before it.
    for calls in 2..=5 {
        let folder = Folder::new("records-quota");
        let quota = format!("[app.quota.list_records]\nper_day = {calls}\n");
        let _sim = start(&folder, &world("", &quota, &many(2, 10)));
        let list = export("2026-03-02", "out.jsonl", "4");
        let mut days = 0;
        let done = loop {
            let done = folder.kf(&list);
            if done.code != Some(4) {
                break done;
            }
            let kept = kept(&folder, "out.jsonl");
            assert!(done.err.contains("45009") && done.err.contains("rid "), "{}", done.err);
            let message = format!(
                "; from tomorrow on, or after a reset of the quota, the same command goes on behind the {kept} rows that are \
                 kept in out.jsonl.part\n"
            );
            assert!(done.err.ends_with(&message), "{}", done.err);
            assert!(!folder.path("out.jsonl").exists());
            days += 1;
            assert!(days < 20, "{}", done.err);
            folder.kf(&["sim", "advance", "1d"]).ok();
        };
        assert!(done.code == Some(0) && days > 0, "{done:?}");
        folder.kf(&["sim", "advance", "1d"]).ok();
        let bytes = all(&folder, "out.jsonl");
        assert_eq!(rows(&bytes), 20, "{calls}");
        let times = String::from_utf8(bytes).unwrap();
        let times = times.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["time"].as_i64());
        assert!(times.is_sorted());
    }
}

#[test]
fn a_minute_or_the_network_is_told_as_what_it_is() {
    let folder = Folder::new("records-minute");
    let _sim = start(&folder, &world("", "", &many(1, 10)));
    let list = export("2026-03-01", "out.csv", "4");
    folder.kf(&["sim", "fault", "errcode", "45011", "--endpoint", "list_records", "--times", "1"]).ok();
    let err = folder.kf(&list).failed(4);
    assert!(err.contains("45011") && err.contains("; in a minute the same command goes on behind the 0 rows"), "{err}");
    folder.kf(&["sim", "fault", "errcode", "45009", "--endpoint", "list_records", "--times", "1"]).ok();
    let err = folder.kf(&export("2026-03-01", "-", "4")).failed(4);
    assert!(err.ends_with("once more; 0 rows were written; to be able to go on, give --out a file\n"), "{err}");
    folder.kf(&["sim", "fault", "reset", "--endpoint", "list_records"]).ok();
    let err = folder.kf(&list).failed(3);
    assert!(err.contains("; the same command goes on behind the 0 rows"), "{err}");
    let err = folder.kf(&export("2026-03-01", "-", "4")).failed(3);
    assert!(err.contains("; 0 rows were written; to be able to go on, give --out a file"), "{err}");
    folder.kf(&["sim", "fault", "clear"]).ok();
    folder.kf(&list).ok();
}

#[test]
fn where_no_room_is_left_it_says_so_and_goes_on_when_there_is() {
    let folder = Folder::new("records-full");
    let _sim = start(&folder, &world("", "", &many(2, 40)));
    folder.kf(&export("2026-03-02", "whole.jsonl", "10000")).ok();
    // The system allows files of 4 blocks, which are fewer bytes than the whole one has.
    let list = export("2026-03-02", "out.jsonl", "5");
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_kf")]).args(&list);
    limited.current_dir(folder.path("")).env("XDG_RUNTIME_DIR", folder.path("run"));
    let output = limited.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    let kept = kept(&folder, "out.jsonl");
    assert!(kept > 0 && err.contains("out.jsonl.part cannot be written: File too large"), "{err}");
    assert!(err.contains(&format!("the same command then goes on behind the {kept} rows that are kept")), "{err}");
    folder.kf(&[&list[..], &["-q"]].concat()).ok();
    assert!(all(&folder, "out.jsonl") == all(&folder, "whole.jsonl"));
}

#[test]
fn a_part_of_something_else_is_neither_mixed_nor_lost() {
    let folder = Folder::new("records-other");
    let _sim = start(&folder, &world("", "[app.quota.list_records]\nper_day = 2\n", &many(2, 10)));
    assert_eq!(folder.kf(&export("2026-03-02", "out.csv", "4")).code, Some(4));
    let part = fs::read(folder.path("out.csv.part")).unwrap();
    folder.kf(&["sim", "advance", "1d"]).ok();
    let err = folder.kf(&export("2026-03-01", "out.csv", "4")).failed(5);
    let question =
        "--from 2026-03-01 --to 2026-03-02 --format csv --app-id wx5ca1ab1e00c0ffee --sim at http://127.0.0.1:";
    assert!(err.contains(question) && err.contains("--restart"), "{err}");
    assert_eq!(fs::read(folder.path("out.csv.part")).unwrap(), part);
    folder.kf(&[&export("2026-03-01", "out.csv", "10000")[..], &["--restart"]].concat()).ok();
    assert!(String::from_utf8(all(&folder, "out.csv")).unwrap().starts_with('\u{feff}'));
}

#[test]
fn a_page_that_leads_nowhere_is_asked_for_again_and_not_doubled() {
    let folder = Folder::new("records-stuck");
    let _sim = start(&folder, &world("", "", &many(1, 10)));
    folder.kf(&export("2026-03-01", "whole.jsonl", "10000")).ok();
    let row = r#"{"openid":"oX","opercode":2002,"text":"X","time":1772294400,"worker":"test1@test"}"#;
    let stuck = format!(r#"{{"recordlist":[{row},{row}],"number":2,"msgid":1}}"#);
    folder.kf(&["sim", "fault", "body", &stuck, "--endpoint", "list_records", "--times", "1"]).ok();
    let list = export("2026-03-01", "out.jsonl", "2");
    let done = folder.kf(&list);
    assert!(done.code == Some(3) && done.err.contains("the same command goes on behind the 0 rows"), "{done:?}");
    folder.kf(&list).ok();
    assert!(all(&folder, "out.jsonl") == all(&folder, "whole.jsonl"));
}

#[test]
fn records_that_cannot_be_read_are_counted_also_over_a_stop() {
    let folder = Folder::new("records-skipped");
    let _sim = start(&folder, &world("", "", &many(1, 10)));
    let strike = |what: &[&str]| {
        folder.kf(&[&["sim", "fault"][..], what, &["--endpoint", "list_records", "--times", "1"]].concat()).ok();
    };
    strike(&["body", r#"{"recordlist":[{"odd":1}],"number":1,"msgid":4}"#]);
    strike(&["errcode", "45009"]);
    let list = export("2026-03-01", "out.csv", "4");
    let err = folder.kf(&list).failed(4);
    assert!(err.contains("behind the 0 rows"), "{err}");
    let done = folder.kf(&list);
    assert_eq!(done.code, Some(7), "{done:?}");
    assert!(done.out.starts_with("7 records ") && folder.path("out.csv").exists(), "{done:?}");
    assert_eq!(done.err, "kf: 1 record could not be read and is not among them; -v shows what came\n");
}
