//! A roster as CSV.

use super::cells::{self, Cell};
use super::without_mark;
use crate::draft::{self, ACCOUNT, Draft, FIELDS, JudgePicture, NICKNAME, Slot};
use crate::problem::{Place, Problem, Problems};
use crate::roster::{Roster, Row};
use crate::suggest;

const HEADING: &str = "account,nickname,picture,worker";

pub(crate) fn read(text: &str, picture: &JudgePicture<'_>) -> Result<Roster, Problems> {
    let mut problems = Problems::default();
    let mut lines = cells::read(without_mark(text), &mut problems).into_iter();
    let Some(heading) = lines.next() else {
        let remedy = format!("begin with the line {HEADING}, and write a line for each account");
        return Err(Problem::new(Place::default(), "the file is empty", remedy).into());
    };
    let columns = columns(&heading, &mut problems)?;
    let mut drafts = Vec::new();
    for line in lines.filter(|line| line.iter().any(|cell| !cell.text.is_empty() || cell.is_told)) {
        drafts.push(draft(line, &columns, &mut problems));
    }
    draft::check(drafts, problems, picture)
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    /// A field.
    Field(usize),
    /// What a wrong name may have meant, or nobody knows.
    Unknown(Option<usize>),
    /// Nothing, since it has no name.
    Nameless,
}

/// What the columns hold.
fn columns(heading: &[Cell], problems: &mut Problems) -> Result<Vec<Column>, Problems> {
    let names: Vec<&str> = heading.iter().map(|cell| cell.text.trim()).collect();
    let place = Place::line(heading.first().map_or(1, |cell| cell.line));
    if let Some(separator) = other_separator(&names) {
        let what = format!("the columns are separated by {separator}");
        return Err(Problem::new(place, what, "save the file with commas between the columns").into());
    }
    if !names.iter().any(|name| suggest::field(name).is_some()) {
        let remedy = format!("let the first line be {HEADING}");
        return Err(Problem::new(place, "the first line does not name the columns", remedy).into());
    }
    let mut columns: Vec<Column> = Vec::new();
    for (name, cell) in names.iter().zip(heading) {
        let place = Place::at(cell.line, cell.column);
        let column = column(name);
        match column {
            Column::Field(_) if columns.contains(&column) => {
                problems.push(Problem::new(place, format!("there are two columns {name}"), "keep one of the two"));
            }
            Column::Unknown(_) if !cell.is_told => {
                problems.push(Problem::new(place, format!("there is no field {name}"), suggest::remedy(name)));
            }
            _ => {}
        }
        columns.push(column);
    }
    for (index, field) in [(0, ACCOUNT), (1, NICKNAME)] {
        let is_meant = |column: &Column| [Column::Field(index), Column::Unknown(Some(index))].contains(column);
        if !columns.iter().any(is_meant) {
            let what = format!("there is no column {field}");
            problems.push(Problem::new(place, what, "every account needs one").of(field));
        }
    }
    Ok(columns)
}

fn column(name: &str) -> Column {
    let place_of = |wanted: &str| FIELDS.iter().position(|field| *field == wanted);
    match place_of(name) {
        Some(index) => Column::Field(index),
        None if name.is_empty() => Column::Nameless,
        None => Column::Unknown(suggest::field(name).and_then(place_of)),
    }
}

/// What separates the columns where it is no comma: a heading that has fields with it and none without.
fn other_separator(names: &[&str]) -> Option<&'static str> {
    let [name] = names else { return None };
    let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars"), ('，', "full-width commas")];
    let separates =
        |separator: char| name.contains(separator) && name.split(separator).any(|name| suggest::field(name).is_some());
    separators.into_iter().find(|(separator, _)| separates(*separator)).map(|(_, name)| name)
}

fn draft(line: Vec<Cell>, columns: &[Column], problems: &mut Problems) -> Draft {
    let place = Place::line(line.first().map_or(1, |cell| cell.line));
    let (found, named) = (line.len(), columns.len());
    let is_broken = line.iter().any(|cell| cell.is_told);
    let is_too_long = line.iter().skip(named).any(|cell| !cell.text.is_empty());
    if is_too_long && !is_broken {
        let what = format!("the line has {found} cells, but {named} columns are named");
        problems.push(Problem::new(place, what, "a cell with a comma in it stands in quotes"));
    }
    if is_broken || is_too_long {
        // Its cells may stand in the wrong columns.
        return Draft { place, slots: FIELDS.map(|_| Slot::Told) };
    }
    let mut draft = Draft { place, ..Draft::default() };
    // What has no column is told once, for all lines.
    for (index, slot) in draft.slots.iter_mut().enumerate() {
        if columns.contains(&Column::Field(index)) {
            continue;
        }
        *slot = Slot::Told;
    }
    for (cell, column) in line.into_iter().zip(columns) {
        let place = Place::at(cell.line, cell.column);
        match column {
            Column::Field(_) if cell.text.is_empty() => {}
            Column::Field(index) => draft.slots[*index] = Slot::Text(unguarded(cell.text), place),
            Column::Nameless if !cell.text.is_empty() => {
                problems.push(Problem::new(place, "this column has no name", "name it in the first line, or empty it"));
            }
            Column::Unknown(_) | Column::Nameless => {}
        }
    }
    draft
}

pub(crate) fn write(rows: &[Row]) -> String {
    let mut text = format!("\u{FEFF}{HEADING}\r\n");
    for row in rows {
        let worker = row.worker.as_ref().map(AsRef::as_ref);
        let texts =
            [row.account.as_str(), row.nickname.as_str(), row.picture.as_deref().unwrap_or(""), worker.unwrap_or("")];
        text.push_str(&texts.map(|text| quoted(&guarded(text))).join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A cell that no spreadsheet takes for a formula: one that might be begins with an apostrophe.
fn guarded(text: &str) -> String {
    if is_guarded(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell: the apostrophe of what might be a formula does not belong to it.
fn unguarded(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if is_guarded(rest) => rest.to_owned(),
        _ => text,
    }
}

/// Whether a text may be taken for a formula, or for one that is guarded already.
fn is_guarded(text: &str) -> bool {
    // Chinese and Japanese spreadsheets take the full-width signs as well.
    let signs = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
    text.trim_start_matches('\'').trim_start().starts_with(signs)
}
