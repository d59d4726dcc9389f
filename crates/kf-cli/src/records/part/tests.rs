//! A file that is broken off anywhere, any number of times, becomes the file that nobody disturbed.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process;

use kf_client::RecordCursor;
use proptest::prelude::*;

use super::super::form::Format;
use super::super::journal::Question;
use super::{BUFFER, Found, How, Part};
use crate::exit::Exit;
use crate::failure::Failure;

/// A folder of a test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kf-part-{}-{name}", process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn out(&self) -> PathBuf {
        self.0.join("out.csv")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn question() -> Question {
    Question {
        app: Some("wx1".to_owned()),
        host: "https://a".to_owned(),
        is_simulated: false,
        from: 0,
        to: 99,
        format: Format::Csv,
    }
}

fn open(out: &Path, how: How) -> Result<Found, Failure> {
    Part::open(out, question(), RecordCursor::new(0, 99), how)
}

fn part(out: &Path) -> Box<Part> {
    match open(out, How::default()).unwrap() {
        Found::Part(part) => part,
        Found::Whole(journal) => panic!("{journal:?}"),
    }
}

fn refused(outcome: Result<Found, Failure>) -> (Exit, String) {
    let failure = outcome.map(drop).unwrap_err();
    (failure.exit, failure.message.unwrap())
}

/// A row of a length of its own: some are longer than what is collected before it is written.
fn row(number: usize) -> String {
    format!("{number}{}\n", "x".repeat(if number % 17 == 3 { BUFFER } else { number * 37 % 900 }))
}

/// Where a life ends.
#[derive(Clone, Debug)]
enum End {
    /// After so many rows more, with bytes behind what is certain.
    Rows(usize, Vec<u8>),
    /// When all is certain, before it has its name.
    Unnamed,
    /// When it has its name, before that is known.
    Named,
}

/// Writes on, to an end or to the end; whether it is whole.
fn live(out: &Path, rows: usize, page: usize, end: Option<&End>) -> bool {
    let mut part = match open(out, How::default()).unwrap() {
        Found::Part(part) => part,
        Found::Whole(_) => return true,
    };
    let first = usize::try_from(part.journal().cursor.msgid).unwrap() - 1;
    assert_eq!(part.journal().rows, first as u64);
    for number in first..rows {
        if let Some(End::Rows(more, rest)) = end
            && number >= first + more
        {
            part.flush().unwrap();
            drop(part);
            let mut torn = OpenOptions::new().append(true).open(out.with_file_name("out.csv.part")).unwrap();
            torn.write_all(rest).unwrap();
            fs::write(out.with_file_name("out.csv.part.json.tmp"), rest).unwrap();
            return false;
        }
        part.add(&row(number), 1).unwrap();
        if (number + 1) % page == 0 {
            part.mark(&cursor(number + 1), 0);
            part.keep().unwrap();
        }
    }
    match end {
        Some(End::Unnamed) => {
            part.record(part.whole(0)).unwrap();
            false
        }
        Some(End::Named) => {
            let journal = part.finish(0, false).unwrap();
            journal.write(&out.with_file_name("out.csv.part.json")).unwrap();
            false
        }
        _ => {
            part.finish(0, false).unwrap();
            true
        }
    }
}

fn cursor(rows: usize) -> RecordCursor {
    let mut cursor = RecordCursor::new(0, 99);
    cursor.msgid = rows as u64 + 1;
    cursor
}

fn end() -> impl Strategy<Value = End> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..40);
    prop_oneof![6 => (0_usize..40, bytes).prop_map(|(rows, rest)| End::Rows(rows, rest)), 1 => Just(End::Unnamed),
        1 => Just(End::Named)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_often_it_breaks_off_the_file_is_the_same(
        rows in 0_usize..60, page in 1_usize..20, ends in proptest::collection::vec(end(), 0..8)
    ) {
        let folder = Folder::new("ends");
        let out = folder.out();
        let is_whole = ends.iter().any(|end| live(&out, rows, page, Some(end)));
        prop_assert!(is_whole || live(&out, rows, page, None));
        let undisturbed: String = (0..rows).map(row).collect();
        prop_assert!(fs::read_to_string(&out).unwrap() == undisturbed);
        prop_assert_eq!(folder.names(), ["out.csv"]);
    }
}

#[test]
fn what_is_collected_is_written_before_it_grows() {
    let folder = Folder::new("buffer");
    let mut part = part(&folder.out());
    let line = "x".repeat(1_000);
    for _ in 0..10_000 {
        part.add(&line, 1).unwrap();
        assert!(part.buffer.len() < BUFFER && part.buffer.capacity() < 4 * BUFFER);
    }
}

#[test]
fn rows_of_a_page_that_leads_nowhere_are_certain_when_it_is_left_behind() {
    let folder = Folder::new("nowhere");
    let mut nowhere = part(&folder.out());
    // The run has gone on to this page, and nobody has kept that yet.
    nowhere.mark(&cursor(5), 0);
    nowhere.add("row\n", 1).unwrap();
    nowhere.mark(&cursor(5), 0);
    nowhere.keep().unwrap();
    assert_eq!((nowhere.journal().rows, nowhere.journal().bytes, nowhere.journal().cursor.msgid), (0, 0, 6));
    nowhere.mark(&cursor(9), 2);
    nowhere.keep().unwrap();
    assert_eq!((nowhere.journal().rows, nowhere.journal().bytes, nowhere.journal().skipped), (1, 4, 2));
    drop(nowhere);
    assert_eq!(part(&folder.out()).journal().cursor.msgid, 10);
}

#[test]
fn two_do_not_write_the_same_file() {
    let folder = Folder::new("two");
    let _first = part(&folder.out());
    let (exit, message) = refused(open(&folder.out(), How { restart: true, force: true }));
    assert_eq!(exit, Exit::Failed);
    assert!(message.ends_with("out.csv.part just now; let it end"), "{message}");
}

#[test]
fn what_nobody_asked_for_is_not_thrown_away() {
    let folder = Folder::new("refused");
    let (out, kept, journal) = (folder.out(), folder.0.join("out.csv.part"), folder.0.join("out.csv.part.json"));
    let mut begun = part(&out);
    begun.add("row\n", 1).unwrap();
    begun.mark(&cursor(1), 0);
    begun.keep().unwrap();
    drop(begun);
    let others = [
        Question { to: 100, ..question() },
        Question { from: 1, ..question() },
        Question { app: None, ..question() },
        Question { is_simulated: true, ..question() },
        Question { host: "https://b".to_owned(), ..question() },
        Question { format: Format::Jsonl, ..question() },
    ];
    for other in others {
        let (exit, message) = refused(Part::open(&out, other, RecordCursor::new(0, 99), How::default()));
        assert_eq!(exit, Exit::Input);
        assert!(
            message.contains(
                "--from 1970-01-01T08:00:00 --to 1970-01-01T08:01:40 --format csv --app-id wx1 at https://a;"
            ),
            "{message}"
        );
        assert!(message.ends_with("or add --restart to begin anew"), "{message}");
    }
    assert_eq!(fs::read_to_string(&kept).unwrap(), "row\n");

    let text = fs::read(&journal).unwrap();
    fs::write(&journal, "{").unwrap();
    let (_, message) = refused(open(&out, How::default()));
    assert!(message.contains("cannot be read: EOF") && message.contains("--restart"), "{message}");
    fs::write(&journal, text).unwrap();
    fs::write(&kept, "ro").unwrap();
    let (_, message) = refused(open(&out, How::default()));
    assert!(message.contains("has 2 bytes, and 4 were written"), "{message}");
    fs::remove_file(&journal).unwrap();
    let (_, message) = refused(open(&out, How::default()));
    assert!(message.contains("is in the way"), "{message}");
    let anew = open(&out, How { restart: true, force: false }).unwrap();
    assert!(matches!(&anew, Found::Part(part) if part.journal().rows == 0));
    drop(anew);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "");
}

#[test]
fn a_file_that_is_there_is_replaced_by_force_alone_and_a_folder_never() {
    let folder = Folder::new("there");
    let out = folder.out();
    fs::write(&out, "old").unwrap();
    let (exit, message) = refused(open(&out, How::default()));
    assert!(exit == Exit::Input && message.contains("is there already"), "{message}");
    assert_eq!(folder.names(), ["out.csv"]);
    let Found::Part(part) = open(&out, How { force: true, restart: false }).unwrap() else { panic!("it is whole") };
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    part.finish(0, true).unwrap();
    assert_eq!((fs::read_to_string(&out).unwrap().as_str(), folder.names().len()), ("", 1));
    let (_, message) = refused(open(&folder.0, How { force: true, restart: false }));
    assert!(message.contains("is no file"), "{message}");
}

#[test]
fn one_that_came_meanwhile_stays() {
    let folder = Folder::new("meanwhile");
    let out = folder.out();
    let part = part(&out);
    fs::write(&out, "theirs").unwrap();
    let failure = part.finish(0, false).unwrap_err();
    assert!(failure.message.unwrap().contains("is there already"));
    assert_eq!(fs::read_to_string(&out).unwrap(), "theirs");
    fs::remove_file(&out).unwrap();
    assert!(live(&out, 0, 1, None));
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = Folder::new("owner");
    let _part = part(&folder.out());
    assert_eq!(folder.names().len(), 2);
    for name in folder.names() {
        assert_eq!(fs::metadata(folder.0.join(&name)).unwrap().mode() & 0o077, 0, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_others_put_there_lead_nowhere() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let folder = Folder::new("links");
    let (victim, kept) = (folder.0.join("victim"), folder.0.join("out.csv.part"));
    fs::write(&victim, "theirs").unwrap();
    symlink("victim", &kept).unwrap();
    for how in [How::default(), How { restart: true, force: true }] {
        let (exit, message) = refused(open(&folder.out(), how));
        assert!(exit == Exit::Input && message.contains("out.csv.part is no regular file; remove it"), "{message}");
    }
    fs::remove_file(&kept).unwrap();
    symlink("victim", folder.0.join("out.csv.part.json")).unwrap();
    let (_, message) = refused(open(&folder.out(), How::default()));
    assert!(message.contains("it is no regular file; add --restart"), "{message}");
    symlink("victim", folder.0.join("out.csv.part.json.tmp")).unwrap();
    fs::write(&kept, "").unwrap();
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o666)).unwrap();
    drop(open(&folder.out(), How { restart: true, force: false }).unwrap());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
    assert_eq!(fs::metadata(&kept).unwrap().mode() & 0o777, 0o600);
    assert_eq!(folder.names(), ["out.csv.part", "out.csv.part.json", "victim"]);
}
