//! CSV as cells that know where they stand.

use crate::problem::{Place, Problem, Problems};

/// A cell, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// Whether something about it is told already.
    pub(crate) is_told: bool,
}

/// Reads the cells of each line that is not blank: quotes as RFC 4180 has them, each line ended by LF, CRLF or CR.
pub(crate) fn read(text: &str, problems: &mut Problems) -> Vec<Vec<Cell>> {
    let mut reader = Reader { rest: text, line: 1, column: 1 };
    let mut lines = Vec::new();
    while !reader.rest.is_empty() {
        if reader.end_of_line() {
            continue;
        }
        let mut cells = vec![reader.cell(problems)];
        while reader.take(',') {
            cells.push(reader.cell(problems));
        }
        reader.end_of_line();
        lines.push(cells);
    }
    lines
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Reader<'a> {
    /// Takes so many bytes.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        (self.rest, self.column) = (rest, self.column + taken.chars().count());
        taken
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.rest.starts_with(wanted);
        self.skip(if is_there { wanted.len_utf8() } else { 0 });
        is_there
    }

    fn end_of_line(&mut self) -> bool {
        let bytes = match self.rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.skip(bytes);
        (self.line, self.column) = (self.line + 1, 1);
        true
    }

    fn cell(&mut self, problems: &mut Problems) -> Cell {
        let (line, column) = (self.line, self.column);
        let mut cell = Cell { text: String::new(), line, column, is_told: false };
        let problem = if self.take('"') {
            self.quoted(&mut cell)
        } else {
            cell.text.push_str(self.bare());
            cell.text.contains('"').then_some((
                "there is a quote in a cell that does not begin with one",
                "put the whole cell into quotes, and write each quote in it twice",
            ))
        };
        if let Some((what, remedy)) = problem {
            cell.is_told = true;
            problems.push(Problem::new(Place::at(line, column), what, remedy));
        }
        cell
    }

    fn bare(&mut self) -> &'a str {
        self.skip(self.rest.find([',', '\r', '\n']).unwrap_or(self.rest.len()))
    }

    /// Reads on behind an opening quote; gives what is wrong with the cell.
    fn quoted(&mut self, cell: &mut Cell) -> Option<(&'static str, &'static str)> {
        loop {
            let end = self.rest.find(['"', '\r', '\n']).unwrap_or(self.rest.len());
            cell.text.push_str(self.skip(end));
            if self.rest.is_empty() {
                return Some(("the quote that begins here has no end", "end the cell with a quote"));
            }
            if self.take('"') {
                if !self.take('"') {
                    break;
                }
                cell.text.push('"');
            } else {
                self.end_of_line();
                cell.text.push('\n');
            }
        }
        if !self.bare().is_empty() {
            return Some((
                "there is text behind the quote that ends this cell",
                "write each quote within a cell twice",
            ));
        }
        let is_long = cell.text.contains('\n');
        is_long.then_some(("this cell goes on over several lines", "no field has a line break; is a quote missing?"))
    }
}
