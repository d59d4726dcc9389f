//! A roster as text and back, and CSV against the reader that others use.

use kf_roster::{Form, Roster, Row};
use proptest::prelude::*;

/// Rows without their lines.
fn rows(roster: &Roster) -> Vec<Row> {
    let bare = |row: &Row| {
        let mut row = row.clone();
        row.line = 0;
        row
    };
    roster.rows().iter().map(bare).collect()
}

fn rosters() -> impl Strategy<Value = Roster> {
    let nicknames = prop_oneof!["[=+@'\" ,a客－＝-]{0,15}x", "\\PC{0,10}x"];
    let picture = proptest::option::of(prop_oneof!["[='\",; a/]{1,9}", "\\PC{1,9}"]);
    let row = (nicknames, picture, proptest::bool::ANY);
    proptest::collection::vec(row, 1..8).prop_map(|rows| {
        let row = |(index, (nickname, picture, has_worker)): (usize, (String, Option<String>, bool))| {
            let mut row = Row::new(format!("a{index}@shop").parse().unwrap(), nickname.parse().unwrap());
            row.picture = picture;
            row.worker = has_worker.then(|| format!("=wx{index}\"'").parse().unwrap());
            row
        };
        Roster::new(rows.into_iter().enumerate().map(row)).unwrap()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(roster in rosters()) {
        let (toml, csv) = (roster.to_toml(), roster.to_csv());
        prop_assert_eq!(rows(&Roster::from_toml(&toml).unwrap()), rows(&roster), "{}", toml);
        prop_assert_eq!(rows(&Roster::from_csv(&csv).unwrap()), rows(&roster), "{}", csv);
        prop_assert_eq!(rows(&Roster::from_bytes(csv.as_bytes(), Form::Csv).unwrap()), rows(&roster));
        prop_assert_eq!(rows(&Roster::from_bytes(toml.as_bytes(), Form::Toml).unwrap()), rows(&roster));
    }

    #[test]
    fn no_cell_that_is_written_is_a_formula(roster in rosters()) {
        let text = roster.to_csv();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
                prop_assert!(!is_formula, "{}", cell);
            }
        }
    }

    #[test]
    fn whatever_is_read_another_reader_reads_the_same(
        nicknames in proptest::collection::vec("[a客 \",;]{1,6}", 1..5),
        ending in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        is_quoted in proptest::bool::ANY,
    ) {
        let quote = |text: &String| if is_quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() };
        let line = |(index, nickname): (usize, &String)| format!("{},a{index}@shop{ending}", quote(nickname));
        let lines: String = nicknames.iter().enumerate().map(line).collect();
        let text = format!("nickname,account{ending}{ending}{lines}");
        if let Ok(roster) = Roster::from_csv(&text) {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
            let ours: Vec<&str> = roster.rows().iter().map(|row| row.nickname.as_str()).collect();
            prop_assert_eq!(ours, theirs);
        } else {
            // What can be read is: where all is in quotes nothing but a blank nickname is wrong.
            prop_assert!(!is_quoted || nicknames.iter().any(|nickname| nickname.trim().is_empty()), "{}", text);
        }
    }

    #[test]
    fn no_text_is_too_much(text in prop_oneof!["\\PC{0,200}", "[\\[\\]account=\"',\n\r\t@ {}#.]{0,120}", ".{0,80}"]) {
        for roster in [Roster::from_toml(&text), Roster::from_csv(&text), Roster::from_bytes(text.as_bytes(), Form::Csv)] {
            match roster {
                Ok(roster) => prop_assert!(!roster.rows().is_empty()),
                Err(problems) => {
                    prop_assert!(problems.iter().next().is_some());
                    let shown = problems.to_string();
                    prop_assert!(shown.chars().all(|character| character == '\n' || !character.is_control()));
                }
            }
        }
    }

    #[test]
    fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        for form in [Form::Toml, Form::Csv] {
            prop_assert!(Roster::from_bytes(&bytes, form).is_err() || bytes.contains(&b'@'));
        }
    }
}

#[test]
fn a_roster_is_written_as_people_write_it() {
    let csv = "worker,picture,account,nickname\nwang_li,a.jpg,sales@shop,\"Sales, \"\"fast\"\"\"\n,,help@shop,'=1+1\n";
    let roster = Roster::from_csv(csv).unwrap();
    assert_eq!(roster.rows().iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
    let toml = "\
[[account]]
account = \"sales@shop\"
nickname = 'Sales, \"fast\"'
picture = \"a.jpg\"
worker = \"wang_li\"

[[account]]
account = \"help@shop\"
nickname = \"=1+1\"
";
    assert_eq!(roster.to_toml(), toml);
    let lines = Roster::from_toml(toml).unwrap().rows().iter().map(|row| row.line).collect::<Vec<_>>();
    assert_eq!(lines, [1, 7]);
    assert_eq!(
        roster.to_csv(),
        "\u{FEFF}account,nickname,picture,worker\r\n\
         sales@shop,\"Sales, \"\"fast\"\"\",a.jpg,wang_li\r\n\
         help@shop,'=1+1,,\r\n",
    );
}
