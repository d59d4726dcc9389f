//! The accounts that somebody wants.

use kf_model::{KfAccount, Nickname, WechatId};

use crate::draft::{self, Draft};
use crate::form;
use crate::problem::Problems;

/// The accounts that an app is to have: at most 100, no two of one name, no person in two of them.
///
/// ```
/// use kf_roster::Roster;
///
/// let roster = Roster::from_csv("account,nickname,worker\nsales@shop,Sales,wang_li\n")?;
/// assert_eq!(roster.rows()[0].account.prefix(), "sales");
///
/// let problems = Roster::from_csv("account,nickame\nsales@shop,Sales\nsales@shop,\n").unwrap_err();
/// assert_eq!(problems.to_string(), "\
/// line 1, column 9: there is no field nickame; did you mean nickname?
/// line 3, column 1: account: sales@shop stands in line 2 already; keep one of the two");
/// # Ok::<(), kf_roster::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    rows: Vec<Row>,
}

/// An account that an app is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The line that it was read from; of rows that were not read, their number. Both count from 1.
    pub line: usize,
    /// The account.
    pub account: KfAccount,
    /// The name that customers see.
    pub nickname: Nickname,
    /// The name of its picture: what it names is up to whoever reads it, such as the path of a file.
    pub picture: Option<String>,
    /// Who is to work as the account.
    pub worker: Option<WechatId>,
}

/// How a roster is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// TOML, for people and for version control.
    Toml,
    /// CSV, for spreadsheets.
    Csv,
}

impl Row {
    /// An account and its nickname, without picture and worker.
    #[must_use]
    pub fn new(account: KfAccount, nickname: Nickname) -> Self {
        Self { line: 0, account, nickname, picture: None, worker: None }
    }
}

impl Roster {
    /// A roster of rows, which are numbered where they were not read from a file.
    ///
    /// # Errors
    ///
    /// All that is wrong with them.
    pub fn new(rows: impl IntoIterator<Item = Row>) -> Result<Self, Problems> {
        let numbered = rows
            .into_iter()
            .zip(1..)
            .map(|(row, number)| Row { line: if row.line == 0 { number } else { row.line }, ..row });
        draft::check(numbered.map(Draft::from).collect(), Problems::default(), &|_| Ok(()))
    }

    pub(crate) fn of(rows: Vec<Row>) -> Self {
        Self { rows }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn from_bytes(bytes: &[u8], form: Form) -> Result<Self, Problems> {
        Self::with_pictures(bytes, form, |_| Ok(()))
    }

    /// Reads a file, and has each picture that it names looked at, whatever else is wrong with its row. `judge` says what is wrong
    /// with one and what to do, with `; ` between the two.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file and with its pictures.
    pub fn with_pictures(
        bytes: &[u8],
        form: Form,
        judge: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Self, Problems> {
        let text = form::text(bytes)?;
        match form {
            Form::Toml => form::toml::read(text, &judge),
            Form::Csv => form::csv::read(text, &judge),
        }
    }

    /// Reads TOML: an `[[account]]` for each, with `account`, `nickname` and, as wanted, `picture` and `worker`.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        form::toml::read(text, &|_| Ok(()))
    }

    /// Reads CSV: a first line that names the columns, in any order, and a line for each account.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn from_csv(text: &str) -> Result<Self, Problems> {
        form::csv::read(text, &|_| Ok(()))
    }

    /// As TOML that can be read again.
    #[must_use]
    pub fn to_toml(&self) -> String {
        form::toml::write(&self.rows)
    }

    /// As CSV that can be read again, in the way that spreadsheets take for UTF-8: with a byte order mark.
    #[must_use]
    pub fn to_csv(&self) -> String {
        form::csv::write(&self.rows)
    }

    /// The rows, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}
