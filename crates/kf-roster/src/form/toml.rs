//! A roster as TOML.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::without_mark;
use crate::draft::{self, Draft, FIELDS, JudgePicture, Slot};
use crate::problem::{Place, Problem, Problems};
use crate::roster::{Roster, Row};
use crate::suggest;

const EXAMPLE: &str = "write [[account]] before each account, and its fields below it";

pub(crate) fn read(text: &str, picture: &JudgePicture<'_>) -> Result<Roster, Problems> {
    let text = without_mark(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut problems = Problems::default();
    if !errors.is_empty() {
        // What follows a broken line may be read wrongly, so only what is broken is told.
        for error in errors {
            let place = error.span().map(|span| Place::of(text, span.start)).unwrap_or_default();
            let what = format!("this is no TOML: {}", error.message().trim().replace('\n', ", "));
            problems.push(Problem::new(place, what, "texts stand in quotes, as in nickname = \"Sales\""));
        }
        return Err(problems.sorted());
    }
    let mut reader = Reader { text, problems, drafts: Vec::new() };
    for (key, value) in document.get_ref() {
        match key.get_ref().as_ref() {
            "account" => reader.accounts(value),
            other => {
                let remedy = if FIELDS.contains(&other) { EXAMPLE } else { "a roster has [[account]] alone" };
                reader.tell(key.span().start, format!("there is no {other} outside of an account"), remedy);
            }
        }
    }
    draft::check(reader.drafts, reader.problems, picture)
}

struct Reader<'a> {
    text: &'a str,
    problems: Problems,
    drafts: Vec<Draft>,
}

impl Reader<'_> {
    fn tell(&mut self, byte: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::new(Place::of(self.text, byte), what, remedy));
    }

    fn accounts(&mut self, value: &Spanned<DeValue<'_>>) {
        let DeValue::Array(items) = value.get_ref() else {
            return self.tell(value.span().start, "account is no list of accounts", EXAMPLE);
        };
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => self.account(item.span().start, table),
                _ => self.tell(item.span().start, "this is no account", EXAMPLE),
            }
        }
    }

    fn account(&mut self, start: usize, table: &DeTable<'_>) {
        let line = Place::of(self.text, start).line;
        let mut draft = Draft { place: Place { line, column: None }, ..Draft::default() };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match FIELDS.iter().position(|field| *field == name) {
                Some(index) => draft.slots[index] = self.slot(FIELDS[index], value),
                None => {
                    self.tell(key.span().start, format!("there is no field {name}"), suggest::remedy(name));
                    // The field that is meant is there, if under another name.
                    let meant = FIELDS.iter().position(|field| suggest::field(name) == Some(field));
                    if let Some(Slot::Missing) = meant.map(|index| &draft.slots[index]) {
                        draft.slots[meant.unwrap_or_default()] = Slot::Told;
                    }
                }
            }
        }
        self.drafts.push(draft);
    }

    fn slot(&mut self, field: &'static str, value: &Spanned<DeValue<'_>>) -> Slot {
        let place = Place::of(self.text, value.span().start);
        if let DeValue::String(text) = value.get_ref() {
            return Slot::Text(text.to_string(), place);
        }
        self.problems.push(Problem::new(place, "this is no text", "write it in quotes").of(field));
        Slot::Told
    }
}

pub(crate) fn write(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let texts = [
            Some(row.account.as_str()),
            Some(row.nickname.as_str()),
            row.picture.as_deref(),
            row.worker.as_ref().map(AsRef::as_ref),
        ];
        let joint = if text.is_empty() { "" } else { "\n" };
        text.extend([joint, "[[account]]\n"]);
        for (field, value) in FIELDS.iter().zip(texts).filter_map(|(field, value)| Some((field, value?))) {
            text.extend([field, " = ", &Value::from(value).to_string(), "\n"]);
        }
    }
    text
}
