//! What is wrong with the specification, said so that it can be mended at once.

use std::fmt;

/// One thing that is wrong: where, what, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) file: String,
    pub(crate) entry: String,
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, entry, what, remedy } = self;
        write!(f, "{file}: {entry}: {what}; {remedy}")
    }
}

/// Collects the problems of one file.
pub(crate) struct Problems<'a> {
    pub(crate) all: &'a mut Vec<Problem>,
    pub(crate) file: String,
}

impl Problems<'_> {
    pub(crate) fn add(&mut self, entry: &str, what: impl fmt::Display, remedy: impl fmt::Display) {
        let (file, entry) = (self.file.clone(), entry.to_owned());
        self.all.push(Problem { file, entry, what: what.to_string(), remedy: remedy.to_string() });
    }

    /// Adds a problem where a table is not in order.
    pub(crate) fn sorted<T: PartialOrd + fmt::Display>(&mut self, entry: &str, keys: impl IntoIterator<Item = T>) {
        let keys: Vec<T> = keys.into_iter().collect();
        if let Some(pair) = keys.windows(2).find(|pair| pair[0] >= pair[1]) {
            let (what, remedy) = if pair[0] == pair[1] {
                (format!("{} stands twice", pair[0]), "remove one of the two".to_owned())
            } else {
                (
                    format!("the table is not sorted: {} stands before {}", pair[0], pair[1]),
                    format!("move {} up", pair[1]),
                )
            };
            self.add(entry, what, remedy);
        }
    }
}
