//! Why Redis did not do what it should.

use std::error::Error;
use std::io;
use std::time::Duration;

use kf_model::Escaped;
use kf_token::StoreError;
use redis::{ErrorKind, RedisError};
use thiserror::Error as ThisError;

use crate::address::Address;

/// Why Redis did not do what it should. What Redis says behind the code is never shown: it repeats what it was sent, which may be
/// a password or a token.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub(crate) enum Trouble {
    /// There is no connection, or none any more.
    #[error("{0}")]
    Lost(String),
    /// What came is not what Redis says.
    #[error("no answer of Redis")]
    Babble,
    /// Redis refused a command, with a code.
    #[error("its answer is {code}")]
    Refused { command: &'static str, code: String },
    /// It took too long.
    #[error("nothing for {0:?}")]
    Late(Duration),
}

impl Trouble {
    /// What came of a command.
    pub(crate) fn of(command: &'static str, error: &RedisError) -> Self {
        if let Some(code) = error.code() {
            // A code is what Redis makes it: letters. Anything else would be part of a text.
            let is_code = !code.is_empty() && code.len() <= 32 && code.bytes().all(|byte| byte.is_ascii_uppercase());
            return Self::Refused { command, code: if is_code { code.to_owned() } else { "ERR".to_owned() } };
        }
        match Error::source(error).and_then(|source| source.downcast_ref::<io::Error>()) {
            Some(io) => Self::lost(io),
            None if error.kind() == ErrorKind::Io => Self::Lost("the connection was closed".to_owned()),
            // So says the parser when the connection ends within an answer.
            None if error.detail().is_some_and(|detail| detail.contains("end of input")) => {
                Self::Lost("the connection was cut".to_owned())
            }
            None => Self::Babble,
        }
    }

    /// What TLS says may repeat what stands in a certificate.
    fn lost(error: &io::Error) -> Self {
        Self::Lost(Escaped(&error.to_string()).to_string())
    }

    /// Whether the connection went away under a command, which another connection may carry out.
    pub(crate) fn is_loss(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Babble)
    }

    /// Whether a connection is of no use after it.
    pub(crate) fn is_end(&self) -> bool {
        // A replica may have been the primary a moment ago, and the name leads to another one now.
        !matches!(self, Self::Refused { code, .. } if code != "READONLY")
    }

    /// Whether the key holds something else than text.
    pub(crate) fn is_wrong_type(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "WRONGTYPE")
    }

    /// The error of the store.
    pub(crate) fn told(self, address: &Address) -> StoreError {
        StoreError::unavailable(
            format!("the token store at {address} {}", self.words()),
            Box::<dyn Error + Send + Sync>::from(self),
        )
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Lost(_) => "cannot be reached",
            Self::Babble => "does not speak as Redis does; look at the port, and whether it wants TLS",
            Self::Late(_) => "does not answer in time",
            Self::Refused { command, code } => match (*command, code.as_str()) {
                ("AUTH", "ERR") => REFUSES_US,
                ("SELECT", "ERR") => "has no database of that number",
                (_, code) => refusal(code),
            },
        }
    }
}

const REFUSES_US: &str = "does not take the user and password that it is given, or wants some";

fn refusal(code: &str) -> &'static str {
    match code {
        "LOADING" => "is still loading its data",
        "READONLY" => "is a replica that takes no writes; give the address of the primary",
        "OOM" => "has no memory left; give it more, or let it evict keys that have a time to live",
        "NOAUTH" | "WRONGPASS" => REFUSES_US,
        "NOPERM" => "does not let its user do this; README.md of kf-token-redis says what it must be allowed",
        "MOVED" | "ASK" | "CLUSTERDOWN" => "is one node of a cluster, which is not supported",
        "MASTERDOWN" => "is a replica that has lost its primary",
        "MISCONF" => "takes no writes, since it cannot save them to its disk",
        "NOREPLICAS" => "takes no writes, since it has too few replicas",
        "BUSY" => "is busy with a script of somebody else",
        _ => "refuses",
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::lost(&error)
    }
}
