//! How the command ends.

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// It did what it was asked for. Also when whoever reads the output has gone away.
    Ok,
    /// Something on this machine did not work: a port is taken, a file cannot be written.
    Failed,
    /// The arguments are not what they should be.
    Usage,
    /// No simulator was found, or none answers.
    NotFound,
    /// The simulator refused.
    Refused,
    /// A file that was given cannot be used: a scenario, a state, a key, a picture.
    Input,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Input => 5,
        }
    }
}

/// The same for `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  something on this machine did not work: a port is taken, a file cannot be written
  2  the arguments are not what they should be
  3  no simulator was found, or none answers
  4  the simulator refused
  5  a file that was given cannot be used: a scenario, a state, a key, a picture";

#[cfg(test)]
mod tests {
    use super::{Exit, HELP};

    #[test]
    fn the_help_has_every_code() {
        let all = [Exit::Ok, Exit::Failed, Exit::Usage, Exit::NotFound, Exit::Refused, Exit::Input];
        for (line, exit) in HELP.lines().skip(1).zip(all) {
            assert!(line.starts_with(&format!("  {}  ", exit.code())), "{line}");
        }
        assert_eq!(HELP.lines().count(), all.len() + 1);
    }
}
