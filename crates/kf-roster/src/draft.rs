//! Rows as they were read, and the one place that makes a roster of them.

mod across;

pub(crate) use self::across::is_of_platform;

use std::fmt::Display;

use kf_model::{KfAccount, Nickname, WechatId};

use crate::problem::{Place, Problem, Problems};
use crate::roster::{Roster, Row};

/// The fields of a row.
pub(crate) const FIELDS: [&str; 4] = [ACCOUNT, NICKNAME, PICTURE, WORKER];
pub(crate) const ACCOUNT: &str = "account";
pub(crate) const NICKNAME: &str = "nickname";
pub(crate) const PICTURE: &str = "picture";
pub(crate) const WORKER: &str = "worker";

/// A row as it was read: its fields in the order of [`FIELDS`].
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) place: Place,
    pub(crate) slots: [Slot; 4],
}

/// What was read for a field.
#[derive(Debug, Default)]
pub(crate) enum Slot {
    #[default]
    Missing,
    /// Something whose problem is told already.
    Told,
    Text(String, Place),
}

/// A row as far as it obeys the rules, for what only shows across rows.
#[derive(Debug, Default)]
struct Checked {
    account: Option<(KfAccount, Place)>,
    worker: Option<(WechatId, Place)>,
    row: Option<Row>,
}

/// Says why a picture that a row names cannot be used, and what to do, with `; ` between the two.
pub(crate) type JudgePicture<'a> = dyn Fn(&str) -> Result<(), String> + 'a;

/// Makes a roster of what was read.
pub(crate) fn check(
    drafts: Vec<Draft>,
    mut problems: Problems,
    picture: &JudgePicture<'_>,
) -> Result<Roster, Problems> {
    if drafts.is_empty() && problems.is_empty() {
        let what = "the roster has no account";
        let remedy = "write at least one; to remove every account, delete them by hand";
        return Err(Problem::new(Place::default(), what, remedy).into());
    }
    let checked: Vec<Checked> = drafts.into_iter().map(|draft| draft.check(&mut problems, picture)).collect();
    across::check(&checked, &mut problems);
    if problems.is_empty() {
        Ok(Roster::of(checked.into_iter().filter_map(|checked| checked.row).collect()))
    } else {
        Err(problems.sorted())
    }
}

impl Draft {
    fn check(self, problems: &mut Problems, judge: &JudgePicture<'_>) -> Checked {
        let Self { place, slots: [account, nickname, picture, worker] } = self;
        let account = account.needed(ACCOUNT, place, problems, str::parse::<KfAccount>);
        let nickname = nickname.needed(NICKNAME, place, problems, str::parse::<Nickname>);
        let picture = picture.parse(PICTURE, problems, |text| {
            let name = picture_name(text).map_err(str::to_owned)?;
            judge(&name).map(|()| name)
        });
        let worker = worker.parse(WORKER, problems, str::parse::<WechatId>);
        let row = account.as_ref().zip(nickname).map(|((account, _), (nickname, _))| Row {
            line: place.line.unwrap_or_default(),
            account: account.clone(),
            nickname,
            picture: picture.map(|(picture, _)| picture),
            worker: worker.as_ref().map(|(worker, _)| worker.clone()),
        });
        Checked { account, worker, row }
    }
}

impl From<Row> for Draft {
    fn from(row: Row) -> Self {
        let place = Place::line(row.line);
        let text = |text: String| Slot::Text(text, place);
        let optional = |value: Option<String>| value.map_or(Slot::Missing, text);
        let slots = [
            text(row.account.into_string()),
            text(row.nickname.into_string()),
            optional(row.picture),
            optional(row.worker.map(WechatId::into_string)),
        ];
        Self { place, slots }
    }
}

impl Slot {
    fn needed<T, E: Display>(
        self,
        field: &'static str,
        row: Place,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<(T, Place)> {
        if matches!(self, Self::Missing) {
            problems.push(Problem::new(row, format!("the row has no {field}"), "every account needs one").of(field));
        }
        self.parse(field, problems, parse)
    }

    fn parse<T, E: Display>(
        self,
        field: &'static str,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<(T, Place)> {
        let Self::Text(text, place) = self else { return None };
        match parse(&text) {
            Ok(value) => Some((value, place)),
            Err(error) => {
                let error = error.to_string();
                let (what, remedy) = error.split_once("; ").unwrap_or((&error, "correct it"));
                problems.push(Problem::new(place, what, remedy).of(field));
                None
            }
        }
    }
}

/// The name of a picture is the caller's: it is only fit to be shown and to be written into a file.
fn picture_name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("the name of the picture is empty; name a file, or leave the field out");
    }
    match text.chars().any(char::is_control) {
        true => Err("the name of the picture has a control character; name a file without one"),
        false => Ok(text.to_owned()),
    }
}
