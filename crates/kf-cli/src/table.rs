//! Tables for a terminal: columns of the width that their text takes there.

use unicode_width::UnicodeWidthStr as _;

/// Between two columns.
const GAP: usize = 2;
/// A column is not cut to less.
const COLUMN_MIN: usize = 8;

/// A table: a head and rows of text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// The columns that hold numbers, which end at the right.
    numbers: &'static [usize],
}

impl Table {
    pub(crate) fn new(head: impl Into<Vec<&'static str>>) -> Self {
        Self { head: head.into(), ..Self::default() }
    }

    /// The columns that hold numbers.
    pub(crate) fn numbers(mut self, columns: &'static [usize]) -> Self {
        self.numbers = columns;
        self
    }

    /// Adds a row. Text of others must be fit for a terminal already.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, the head first. Where a width is given the widest columns are cut until a line fits.
    pub(crate) fn lines(&self, width: Option<usize>) -> Vec<String> {
        let widths = self.widths(width);
        let head = self.head.iter().map(|cell| (*cell).to_owned()).collect();
        [&head].into_iter().chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.head.iter().map(|cell| cell.width()).collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = cell.width().max(*widest);
            }
        }
        let Some(width) = width else { return widths };
        let mut over = (widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)).saturating_sub(width);
        while over > 0 {
            let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > COLUMN_MIN) else { break };
            *widest -= 1;
            over -= 1;
        }
        widths
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(widths).enumerate() {
            if column > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let cell = cut(cell, width);
            let blank = " ".repeat(width - cell.width().min(width));
            if self.numbers.contains(&column) {
                line += &(blank + &cell);
            } else {
                line += &(cell + &blank);
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Text that takes no more than a width; what was cut shows as `…`.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for character in text.chars() {
        let mut buffer = [0; 4];
        if cut.width() + character.encode_utf8(&mut buffer).width() + 1 > width {
            break;
        }
        cut.push(character);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::{Table, cut};

    fn table() -> Table {
        let mut table = Table::new(["ACCOUNT", "NICKNAME", "SESSIONS"]).numbers(&[2]);
        table.row(["test1@test".to_owned(), "客服小一".to_owned(), "3".to_owned()]);
        table.row(["front_desk@test".to_owned(), "Ann".to_owned(), "12".to_owned()]);
        table
    }

    #[test]
    fn columns_are_as_wide_as_their_text_is_in_a_terminal() {
        assert_eq!(
            table().lines(None).join("\n"),
            "ACCOUNT          NICKNAME  SESSIONS\n\
             test1@test       客服小一         3\n\
             front_desk@test  Ann             12"
        );
    }

    #[test]
    fn the_widest_columns_are_cut_where_there_is_no_room() {
        let lines = table().lines(Some(32));
        assert_eq!(lines[2], "front_desk@…  Ann             12");
        assert!(table().lines(Some(1)).iter().all(|line| !line.is_empty()));
    }

    #[test]
    fn a_wide_character_is_not_cut_in_half() {
        assert_eq!(cut("客服小一", 6), "客服…");
        assert_eq!(cut("客服小一", 5), "客服…");
        assert_eq!(cut("客服", 4), "客服");
    }
}
