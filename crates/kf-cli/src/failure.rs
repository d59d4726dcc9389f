//! Why a command did not do what it was asked for.

use std::io;

use crate::exit::Exit;

/// Why a command ends early, and what is said about it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What is wrong, where, and what to do; nothing where it was said already, or nobody reads.
    pub(crate) message: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: Some(message.into()) }
    }
}

impl From<io::Error> for Failure {
    /// The output cannot be written. When whoever reads it has gone away, there is nothing left to do.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { exit: Exit::Ok, message: None };
        }
        Self::new(Exit::Failed, format!("the output cannot be written: {error}"))
    }
}
