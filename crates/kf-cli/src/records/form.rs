//! A record as a line of a file.

use clap::ValueEnum;
use kf_model::records::Record;
use serde::{Deserialize, Serialize};

use super::day::written;

/// In which form records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// A JSON object a line, exactly as it came: for programs.
    Jsonl,
    /// A row a record, for a spreadsheet.
    Csv,
}

/// The mark by which a spreadsheet knows that text is UTF-8, and the names of the columns.
const CSV_HEAD: &str = "\u{feff}openid,opercode,text,time,worker,time_beijing\r\n";

#[derive(Serialize)]
struct Line<'r> {
    #[serde(flatten)]
    record: &'r Record,
    time_beijing: String,
}

impl Format {
    /// What a file begins with.
    pub(super) fn head(self) -> &'static str {
        match self {
            Self::Jsonl => "",
            Self::Csv => CSV_HEAD,
        }
    }

    /// The word that chooses it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// A record with the end of its line.
    pub(super) fn line(self, record: &Record) -> Result<String, String> {
        match self {
            Self::Jsonl => {
                let line = Line { record, time_beijing: format!("{}+08:00", written(record.time)) };
                let json = serde_json::to_string(&line);
                json.map(|json| json + "\n").map_err(|error| format!("a record is no JSON: {error}"))
            }
            Self::Csv => {
                let [openid, text, worker] = [&record.openid, &record.text, record.worker.as_str()].map(cell);
                // A spreadsheet reads this form as a time; one with a zone would stay text.
                let time_beijing = written(record.time).replace('T', " ");
                Ok(format!("{openid},{},{text},{},{worker},{time_beijing}\r\n", record.opercode, record.time))
            }
        }
    }
}

/// Text of others as a cell that a spreadsheet does not take for a formula: it would run what a customer wrote.
fn cell(text: &str) -> String {
    // One that begins with the mark gets another, so that taking one away always gives the text back.
    let is_risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠']);
    let mark = if is_risky { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use kf_model::records::Record;
    use kf_model::values::OperCode;

    use super::{Format, cell};

    fn record(text: &str) -> Record {
        let mut record = Record::new("oA", OperCode::WORKER_RECEIVED, 1_799_971_230);
        (record.text, record.worker) = (text.to_owned(), "test1@test".into());
        record
    }

    #[test]
    fn json_holds_the_record_as_it_came() {
        assert_eq!(
            Format::Jsonl.line(&record("=1+\"客服\"\n😀\u{0}")).unwrap(),
            "{\"openid\":\"oA\",\"opercode\":2003,\"text\":\"=1+\\\"客服\\\"\\n😀\\u0000\",\"time\":1799971230,\
             \"worker\":\"test1@test\",\"time_beijing\":\"2027-01-15T08:00:30+08:00\"}\n"
        );
    }

    #[test]
    fn a_row_is_one_row_whatever_was_written() {
        assert_eq!(
            Format::Csv.line(&record("a, \"b\";\r\n客服")).unwrap(),
            "\"oA\",2003,\"a, \"\"b\"\";\r\n客服\",1799971230,\"test1@test\",2027-01-15 08:00:30\r\n"
        );
        assert_eq!(Format::Csv.head().matches(',').count(), 5);
    }

    #[test]
    fn no_cell_is_a_formula_and_none_is_lost() {
        for text in ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "＝1", "", "a=1", " =1"] {
            let cell = cell(text);
            let shown = cell.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap();
            assert!(!shown.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']), "{shown}");
            assert_eq!(shown.strip_prefix('\'').unwrap_or(shown), text);
        }
    }
}
