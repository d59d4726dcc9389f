//! Files and screens as they are when nothing goes wrong, and what is said before anything is asked.

use std::cell::RefCell;
use std::fs::{self, File};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kf_cli::{Env, Exit, Streams};
use kf_transport::ManualClock;

use super::{DAY, FIRST, TEXTS, export, many, record, start, world};
use crate::running::Folder;
use crate::within::{Captured, args, run};

/// A folder with a simulator that has some records at the edges of 2026-03-01 and 02.
pub(super) fn edges(name: &str) -> (Folder, crate::running::Running) {
    let folder = Folder::new(name);
    let times = [FIRST - 1, FIRST, FIRST + DAY - 1, FIRST + DAY, FIRST + 2 * DAY - 1, FIRST + 2 * DAY];
    let records: String = (1..).zip(times).map(|(id, time)| record(id, time, TEXTS[id as usize - 1])).collect();
    let sim = start(&folder, &world("", "", &records));
    (folder, sim)
}

#[test]
fn a_day_is_written_as_csv_from_midnight_to_midnight_in_beijing() {
    let (folder, _sim) = edges("records-csv");
    let said = folder.kf(&export("2026-03-01", "out.csv", "10000")).ok();
    assert_eq!(said, "2 records from 2026-03-01 to 2026-03-01, Beijing time, written to out.csv\n");
    assert_eq!(
        fs::read_to_string(folder.path("out.csv")).unwrap(),
        "\u{feff}openid,opercode,text,time,worker,time_beijing\r\n\
         \"oC2\",2002,\"a, \"\"b\"\"; c\",1772294400,\"test1@test\",2026-03-01 00:00:00\r\n\
         \"oC3\",2003,\"two\r\nlines\",1772380799,\"test1@test\",2026-03-01 23:59:59\r\n"
    );
    folder.kf(&export("2026-03-02", "two.csv", "10000")).ok();
    let two = fs::read_to_string(folder.path("two.csv")).unwrap();
    assert!(
        two.contains("\"'=HYPERLINK(\"\"http://x\"\")\"") && two.contains("\"''quoted\"") && !two.contains("\u{1b}")
    );
}

#[test]
fn a_span_of_times_is_written_as_json_and_leaves_its_end_out() {
    let (folder, _sim) = edges("records-jsonl");
    let list = [
        "records",
        "export",
        "--sim",
        "--from",
        "2026-03-01T23:59:59",
        "--to",
        "2026-03-02T23:59:59",
        "--out",
        "out.jsonl",
    ];
    let said = folder.kf(&list).ok();
    assert_eq!(
        said,
        "2 records from 2026-03-01T23:59:59 until 2026-03-02T23:59:59, Beijing time, written to out.jsonl\n"
    );
    let lines = "{\"openid\":\"oC3\",\"opercode\":2003,\"text\":\"two\\r\\nlines\",\"time\":1772380799,\
         \"worker\":\"test1@test\",\"time_beijing\":\"2026-03-01T23:59:59+08:00\"}\n\
         {\"openid\":\"oC4\",\"opercode\":2002,\"text\":\"=HYPERLINK(\\\"http://x\\\")\",\"time\":1772380800,\
         \"worker\":\"test1@test\",\"time_beijing\":\"2026-03-02T00:00:00+08:00\"}\n";
    assert_eq!(fs::read_to_string(folder.path("out.jsonl")).unwrap(), lines);
    // To the output, and what is said beside it.
    let mut list = list.to_vec();
    list[8] = "-";
    let done = folder.kf(&list);
    assert_eq!((done.code, done.out.as_str()), (Some(0), lines));
    assert!(
        done.err.starts_with("kf: 2 records from ") && done.err.ends_with("Beijing time, written\n"),
        "{}",
        done.err
    );
    assert_eq!(folder.kf(&[&list[..], &["-q"]].concat()).ok(), lines);
}

#[test]
fn the_zone_of_the_machine_changes_nothing() {
    let (folder, _sim) = edges("records-zone");
    for (zone, out) in [("Asia/Shanghai", "a.csv"), ("America/New_York", "b.csv"), ("Pacific/Kiritimati", "c.csv")] {
        let done = folder.command(&export("2026-03-02", out, "10000")).env("TZ", zone).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{done:?}");
    }
    let read = |name: &str| fs::read(folder.path(name)).unwrap();
    assert!(read("a.csv") == read("b.csv") && read("b.csv") == read("c.csv"));
}

#[test]
fn programs_are_told_in_json() {
    let (folder, _sim) = edges("records-json");
    let said = folder.kf(&[&export("2026-03-01", "out.csv", "10000")[..], &["--json"]].concat()).ok();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        said,
        serde_json::json!({
            "what": "2 records from 2026-03-01 to 2026-03-01, Beijing time, written to out.csv",
            "out": "out.csv", "rows": 2, "skipped": 0, "starttime": FIRST, "endtime": FIRST + DAY - 1,
        })
    );
}

#[test]
fn what_cannot_be_meant_is_said_before_anything_is_asked() {
    let base = ["records", "export", "--from", "2026-03-02", "--to", "2026-03-03", "--out", "out.csv"];
    let with = |at: usize, value: &'static str| {
        let mut list = base.to_vec();
        list[at] = value;
        list
    };
    let cases = [
        (with(3, "1.3."), Exit::Input, "--from 1.3. is no moment: write a day such as 2026-11-01"),
        (with(5, "2026-03-03T08:00Z"), Exit::Input, "both are of Beijing"),
        (with(5, "2026-03-01"), Exit::Input, "--to 2026-03-01 ends before --from 2026-03-02 begins"),
        (with(5, "2026-03-02T00:00"), Exit::Input, "ends before"),
        (with(3, "1970-01-01"), Exit::Input, "the platform counts time from 1970-01-01T08:00:01 on"),
        (with(7, "out.txt"), Exit::Usage, "out.txt ends neither with .jsonl nor with .csv; add --format jsonl"),
        (base[..6].to_vec(), Exit::Usage, "--out <FILE>"),
        ([&base[..], &["--page", "10001"]].concat(), Exit::Usage, "10001 is not in 1..=10000"),
        (base.to_vec(), Exit::Credentials, "there are no credentials"),
    ];
    for (list, exit, message) in cases {
        let (ended, out, err) = run(&list);
        assert_eq!((ended, out.as_str()), (exit, ""), "{list:?}: {err}");
        assert!(err.contains(message), "{list:?}: {err}");
    }
}

/// Runs the command at a time of day, in a terminal of a width.
fn run_at(folder: &Folder, clock: &ManualClock, list: &[&str], width: usize) -> (Exit, String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let user = rustix::process::geteuid().as_raw();
    let run = folder.path("run").into_os_string();
    let env = Env::new([("XDG_RUNTIME_DIR".into(), run)], folder.path(""), folder.path(""), Some(user), 1);
    let mut streams = Streams::new(out.clone(), err.clone(), true).screen(true, move || Some(width));
    let exit = kf_cli::run(args(list), &env.with_clock(Arc::new(clock.clone())), &mut streams);
    drop(streams);
    (exit, out.text(), err.text())
}

#[test]
fn a_day_that_is_not_over_is_exported_until_now() {
    let (folder, _sim) = edges("records-today");
    let clock = ManualClock::new(Duration::from_secs((FIRST + DAY + 3_600).try_into().unwrap()));
    let list = ["records", "export", "--sim", "--from", "yesterday", "--to", "today", "--out", "out.csv"];
    let (exit, out, err) = run_at(&folder, &clock, &list, 60);
    assert_eq!(
        (exit, out.as_str()),
        (Exit::Ok, "3 records from 2026-03-01 until 2026-03-02T01:00:00, Beijing time, written to out.csv\n")
    );
    let note = "kf: --to is still to come; the records until 2026-03-02 01:00:00 Beijing are exported\n";
    assert!(err.starts_with(note), "{err}");
    assert_eq!(fs::read_to_string(folder.path("out.csv")).unwrap().matches("test1@test").count(), 3);

    // Gone on with later it has the end that it began with.
    folder.kf(&["sim", "fault", "errcode", "45009", "--endpoint", "list_records", "--times", "1"]).ok();
    let list = ["records", "export", "--sim", "--from", "2026-03-01", "--to", "2026-03-02", "--out", "later.csv"];
    assert_eq!(run_at(&folder, &clock, &list, 60).0, Exit::Refused);
    clock.advance(Duration::from_secs(30 * 3_600));
    let (exit, _, err) = run_at(&folder, &clock, &list, 60);
    let note = "kf: --to was still to come when this export began; the records until 2026-03-02 01:00:00 Beijing are";
    assert!(exit == Exit::Ok && err.starts_with(note), "{err}");
    let read = |name: &str| fs::read(folder.path(name)).unwrap();
    assert!(read("later.csv") == read("out.csv"));
    clock.set_wall(Duration::from_secs((FIRST + DAY + 3_600).try_into().unwrap()));

    // Tomorrow, today is another day.
    folder.kf(&["sim", "fault", "errcode", "45009", "--endpoint", "list_records", "--times", "1"]).ok();
    let list = ["records", "export", "--sim", "--from", "yesterday", "--to", "today", "--out", "b.csv", "-q"];
    let (_, _, err) = run_at(&folder, &clock, &list, 60);
    let again = ", the same command with --from 2026-03-01 --to 2026-03-02 goes on behind the 0 rows that are kept in b.csv.part\n";
    assert!(err.ends_with(again), "{err}");
    let list = ["records", "export", "--sim", "--from", "2026-03-01", "--to", "2026-03-02", "--out", "b.csv"];
    assert_eq!(run_at(&folder, &clock, &list, 60).0, Exit::Ok);
    let list = ["records", "export", "--sim", "--from", "2026-03-03", "--to", "2026-03-03", "--out", "none.csv"];
    let (exit, _, err) = run_at(&folder, &clock, &list, 60);
    assert_eq!(exit, Exit::Input);
    assert!(err.contains("--from 2026-03-03 is still to come: now it is 2026-03-02 01:00:00 Beijing"), "{err}");
}

#[test]
fn progress_is_in_the_terminal_alone_and_gone_at_the_end() {
    let folder = Folder::new("records-progress");
    let _sim = start(&folder, &world("", "", &many(3, 20)));
    let clock = ManualClock::new(Duration::from_secs((FIRST + 9 * DAY).try_into().unwrap()));
    let list = export("2026-03-03", "out.csv", "7");
    for width in [4, 20, 200] {
        let _ = fs::remove_file(folder.path("out.csv"));
        let (exit, out, err) = run_at(&folder, &clock, &list, width);
        assert_eq!((exit, out.lines().count()), (Exit::Ok, 1), "{err}");
        assert!(err.starts_with("\r") && err.contains("0%") && err.ends_with(" \r") && !err.contains('\n'), "{err:?}");
        assert!(err.split('\r').all(|line| line.len() < width), "{err:?}");
    }
    let (exit, out, err) = run_at(&folder, &clock, &[&list[..], &["--quiet", "--force"]].concat(), 80);
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Ok, "", ""));
    // The calls that -v shows stand on lines of their own.
    let (_, _, err) = run_at(&folder, &clock, &[&list[..], &["-v", "--force"]].concat(), 80);
    assert!(
        err.split('\n').all(|line| !line.contains("%") || line.ends_with('\r') || line.contains("\r-> ")),
        "{err:?}"
    );
}

#[test]
fn one_that_is_written_already_is_waited_for() {
    let (folder, _sim) = edges("records-locked");
    let held = File::create(folder.path("out.csv.part")).unwrap();
    held.lock().unwrap();
    let err = folder.kf(&export("2026-03-01", "out.csv", "10")).failed(1);
    assert!(err.contains("out.csv.part just now; let it end"), "{err}");
    drop(held);
    folder.kf(&export("2026-03-01", "out.csv", "10")).ok();
    let err = folder.kf(&export("2026-03-01", "none/out.csv", "10")).failed(1);
    assert!(err.contains("none/out.csv.part cannot be written: No such file") && err.contains("by --out"), "{err}");
    let err = folder.kf(&export("2026-03-01", "out.csv", "10")).failed(5);
    assert!(err.contains("out.csv is there already; name another file by --out, or add --force"), "{err}");
}

#[test]
fn whoever_stops_reading_ends_it() {
    /// An output that somebody reads for a while.
    struct Closing(Rc<RefCell<usize>>);

    impl std::io::Write for Closing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            *self.0.borrow_mut() += 1;
            if *self.0.borrow() > 10 { Err(std::io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let folder = Folder::new("records-unread");
    let _sim = start(&folder, &world("", "", &many(2, 20)));
    let (err, writes) = (Captured::default(), Rc::new(RefCell::new(0)));
    let user = rustix::process::geteuid().as_raw();
    let run = folder.path("run").into_os_string();
    let env = Env::new([("XDG_RUNTIME_DIR".into(), run)], folder.path(""), folder.path(""), Some(user), 1);
    let mut streams = Streams::new(Closing(Rc::clone(&writes)), err.clone(), false);
    let exit = kf_cli::run(args(&export("2026-03-02", "-", "5")), &env, &mut streams);
    assert_eq!((exit, err.text().as_str(), *writes.borrow()), (Exit::Ok, "", 11));
}
