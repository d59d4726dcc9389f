//! Why a command did not do what it was asked for.

use std::error::Error as _;
use std::io;

use kf_client::{Error, ErrorKind};
use kf_model::ErrCode;

use crate::exit::Exit;
use crate::show::{chain, escaped};

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

    /// What was given cannot be used; nothing was sent.
    pub(crate) fn input(message: impl AsRef<str>) -> Self {
        Self::new(Exit::Input, escaped(message.as_ref()))
    }

    /// A call without an answer, or with a refusal: what happened, what to do, and the id for the vendor.
    pub(crate) fn of_call(error: &Error) -> Self {
        let mut message = error.to_string();
        if let Some(source) = error.source() {
            message = format!("{message}: {}", chain(source));
        }
        if let Some(rid) = error.rid().filter(|rid| !message.contains(rid)) {
            message = format!("{message} (rid {rid})");
        }
        if matches!(error.kind(), ErrorKind::Answer(_)) {
            message +=
                "; a proxy or a gateway may have answered in the place of the platform, and -v shows where it went";
        }
        if error.may_have_acted() {
            message += "; look before you run it again";
        }
        Self::new(exit(error), escaped(&message))
    }
}

/// How a command ends whose call has no answer.
fn exit(error: &Error) -> Exit {
    if error.may_have_acted() {
        return Exit::MayHaveActed;
    }
    match error.kind() {
        ErrorKind::Api(error) if is_of_credentials(error.code()) => Exit::Credentials,
        ErrorKind::Api(_) => Exit::Refused,
        ErrorKind::Token(error) if error.code().is_some() => Exit::Credentials,
        ErrorKind::NotPermitted(_) | ErrorKind::Unfit(_) => Exit::Input,
        _ => Exit::NoAnswer,
    }
}

/// Whether a refusal is one of who calls, not of what is asked for.
pub(crate) fn is_of_credentials(code: ErrCode) -> bool {
    matches!(code.0, 40001 | 40013 | 40014 | 40125 | 40164 | 41001 | 42001)
}

impl From<io::Error> for Failure {
    /// The output cannot be written. When whoever reads a file or rows has gone away, there is nothing left to do.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { exit: Exit::Ok, message: None };
        }
        Self::new(Exit::Failed, format!("the output cannot be written: {error}"))
    }
}
