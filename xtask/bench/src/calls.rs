//! Whole calls, from typed values to typed values: the clients that are compared, and the way to a token.

pub mod bare;
pub mod clients;
pub mod token;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// A small POST, whose answer says that it is done.
    Post,
    /// A listing of 100 accounts.
    List,
}

/// Both cases.
pub const CASES: [Case; 2] = [Case::Post, Case::List];

impl Case {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "small POST",
            Self::List => "list of 100 accounts",
        }
    }

    /// The case of a name.
    pub fn of(name: &str) -> Self {
        CASES.into_iter().find(|case| case.name() == name).expect("there is such a case")
    }
}
