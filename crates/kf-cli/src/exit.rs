//! How the command ends.

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// It did what it was asked for, whether anybody read the output or not.
    Ok,
    /// Something on this machine did not work: a port is taken, a file cannot be written.
    Failed,
    /// The arguments are not what they should be.
    Usage,
    /// No answer: the network, or no simulator runs.
    NoAnswer,
    /// The platform refused.
    Refused,
    /// What was given cannot be used: a name, a message, a file. Nothing was sent.
    Input,
    /// There are no credentials, or the platform does not accept them.
    Credentials,
    /// A part was done; the errors say which was not.
    Partial,
    /// The call may have acted, and nobody can tell. Look before it is made again.
    MayHaveActed,
    /// There is something to do, where that was asked for.
    Changes,
    /// It was told to stop before it was done.
    Stopped,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NoAnswer => 3,
            Self::Refused => 4,
            Self::Input => 5,
            Self::Credentials => 6,
            Self::Partial => 7,
            Self::MayHaveActed => 8,
            Self::Changes => 9,
            Self::Stopped => 130,
        }
    }
}

/// The same for `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done
  1    something on this machine did not work: a port is taken, a file cannot be written
  2    the arguments are not what they should be
  3    no answer: the network, or no simulator runs
  4    the platform refused
  5    what was given cannot be used: a name, a message, a file; nothing was sent
  6    there are no credentials, or the platform does not accept them
  7    a part was done; the errors say which was not
  8    the call may have acted, and nobody can tell; look before it is made again
  9    there is something to do, where that was asked for with --detailed-exitcode
  130  it was told to stop before it was done";

#[cfg(test)]
mod tests {
    use super::{Exit, HELP};

    #[test]
    fn the_help_has_every_code() {
        let all = [
            Exit::Ok,
            Exit::Failed,
            Exit::Usage,
            Exit::NoAnswer,
            Exit::Refused,
            Exit::Input,
            Exit::Credentials,
            Exit::Partial,
            Exit::MayHaveActed,
            Exit::Changes,
            Exit::Stopped,
        ];
        for (line, exit) in HELP.lines().skip(1).zip(all) {
            assert!(line.starts_with(&format!("  {:<3}  ", exit.code())), "{line}");
        }
        assert_eq!(HELP.lines().count(), all.len() + 1);
        for exit in all {
            assert!(include_str!("../README.md").contains(&format!("\n| {} | ", exit.code())), "{exit:?}");
        }
    }
}
